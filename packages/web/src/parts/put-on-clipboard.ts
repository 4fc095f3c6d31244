/** In milliseconds. */
const PATIENCE = 2000

/**
 * Puts a text on the clipboard that may have to be fetched first. Browsers let a page copy only right after a click, so they are told of
 * it at once.
 * @returns false where the browser does not let the page copy, or there is no text
 */
export async function putOnClipboard(text: Promise<string>): Promise<boolean> {
  try {
    const blob = text.then((words) => new Blob([words], { type: 'text/plain' }))
    // It may be refused before the text is there.
    const writing = navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob })]).then(
      () => true,
      () => 'refused' as const,
    )
    const words = await text
    // A browser may ask its person first, and the page has something to say meanwhile.
    const outcome = await Promise.race([writing, new Promise<false>((late) => setTimeout(late, PATIENCE, false))])
    return outcome === 'refused' ? copyOld(words) : outcome
  } catch {
    // Not there: what is left is the old way.
    return await text.then(copyOld, () => false)
  }
}

/** The way that pages have that came by plain http from another machine. */
function copyOld(text: string): boolean {
  const area = document.createElement('textarea')
  const before = document.activeElement
  area.value = text
  area.style.position = 'fixed'
  area.style.opacity = '0'
  // An open dialog takes the focus back from what is not in it.
  ;(document.querySelector('[aria-modal="true"]') ?? document.body).append(area)
  area.select()
  // Deprecated, and the only one there.
  const copied = document.execCommand('copy')
  area.remove()
  if (before instanceof HTMLElement) before.focus({ preventScroll: true })
  return copied
}
