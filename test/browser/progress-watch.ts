import type { BrowserContext, Page } from 'playwright-core'

declare global {
  // What the script below keeps in the page.
  var seenProgress: { readonly values: number[]; readonly words: string[]; previews: number } | undefined
}

/** What was to be seen of generations at work since the page was loaded. */
export interface SeenProgress {
  /** Each value that a bar of progress took, in per cent. */
  readonly values: readonly number[]
  /** Each thing that was said beside it, such as `Step 3 of 9`. */
  readonly words: readonly string[]
  /** Different previews that were shown. */
  readonly previews: number
}

/** Notes the progress that its pages show, however short it is to be seen, so that no test has to look at the right moment. */
export async function watchProgress(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const seen = { values: new Array<number>(), words: new Array<string>(), previews: 0 }
    const sources = new Set<string>()
    globalThis.seenProgress = seen
    const note = <T>(list: T[], value: T): void => {
      if (list.at(-1) !== value) list.push(value)
    }
    const look = (): void => {
      for (const bar of document.querySelectorAll('article [role="progressbar"]')) {
        const value = bar.getAttribute('aria-valuenow')
        if (value !== null) note(seen.values, Number(value))
        note(seen.words, bar.parentElement?.querySelector('span')?.textContent ?? '')
      }
      for (const preview of document.querySelectorAll<HTMLImageElement>('article img[alt="Preview"]')) {
        if (preview.naturalWidth > 0) sources.add(preview.src)
      }
      seen.previews = sources.size
    }
    const changes = { subtree: true, childList: true, attributes: true, characterData: true }
    new MutationObserver(look).observe(document, changes)
    // A preview that has come changes nothing in the document.
    document.addEventListener('load', look, { capture: true })
  })
}

/** What the page has shown so far. */
export async function progressSeen(page: Page): Promise<SeenProgress> {
  const seen = await page.evaluate(() => globalThis.seenProgress)
  if (seen === undefined) throw new Error('The page is not watched')
  return seen
}
