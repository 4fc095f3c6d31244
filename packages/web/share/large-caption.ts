import type { SharedImage } from '@easel/contract'
import type PhotoSwipe from 'photoswipe'
import type { Shown } from './grid.ts'

const glyphs = {
  save: 'M16 6v13M10 14l6 6 6-6M7 25h18',
  story: 'M16 27a11 11 0 1 0 0-22 11 11 0 0 0 0 22zM16 15v7M16 10.5h.01',
}

const drawing = (path: string) =>
  `<svg aria-hidden="true" class="pswp__icn" viewBox="0 0 32 32" width="32" height="32"><path d="${path}" /></svg>`

/** What stands around a large picture: which of how many it is, its title, how it was made, and the button that saves it. */
export function addCaption(viewer: PhotoSwipe, shown: Shown): void {
  const current = () => shown.images[viewer.currIndex]
  viewer.on('uiRegister', () => {
    if (shown.count > 1) addCount(viewer, shown.count)
    addSave(viewer, current)
    if (shown.count > 1) addWords(viewer, current)
  })
}

type Current = () => SharedImage | undefined

function addCount(viewer: PhotoSwipe, count: number): void {
  viewer.ui?.registerElement({
    name: 'place',
    order: 5,
    onInit: (element) => {
      element.setAttribute('role', 'status')
      viewer.on('change', () => (element.textContent = `${viewer.currIndex + 1} of ${count}`))
    },
  })
}

function addSave(viewer: PhotoSwipe, current: Current): void {
  viewer.ui?.registerElement({
    name: 'save',
    order: 8,
    isButton: true,
    tagName: 'a',
    title: 'Save picture',
    html: drawing(glyphs.save),
    onInit: (element) => {
      element.setAttribute('download', '')
      viewer.on('change', () => {
        const address = current()?.fileUrl ?? null
        element.hidden = address === null
        element.setAttribute('href', address ?? '')
      })
    },
  })
}

/** The title at the foot, and above it, when asked for, how the picture was made. */
function addWords(viewer: PhotoSwipe, current: Current): void {
  const panel = document.createElement('div')
  panel.className = 'made'
  panel.id = 'made'
  panel.hidden = true
  panel.tabIndex = 0
  panel.setAttribute('role', 'region')
  panel.setAttribute('aria-label', 'How it was made')
  viewer.ui?.registerElement({
    name: 'words',
    appendTo: 'root',
    onInit: (element) => {
      const title = document.createElement('p')
      title.className = 'title'
      element.append(panel, title)
      viewer.on('change', () => {
        const image = current()
        title.textContent = image?.title ?? ''
        title.hidden = title.textContent === ''
        panel.replaceChildren(...facts(image?.story ?? null))
      })
    },
  })
  viewer.ui?.registerElement({
    name: 'story',
    order: 7,
    isButton: true,
    title: 'How it was made',
    html: drawing(glyphs.story),
    onInit: (element) => {
      element.setAttribute('aria-controls', panel.id)
      element.setAttribute('aria-expanded', 'false')
      viewer.on('change', () => (element.hidden = (current()?.story ?? null) === null))
    },
    onClick: (_event, element) => {
      panel.hidden = !panel.hidden
      element.setAttribute('aria-expanded', String(!panel.hidden))
    },
  })
}

function facts(story: SharedImage['story']): HTMLElement[] {
  const rows: readonly (readonly [string, string | number | null | undefined])[] = [
    ['Prompt', story?.prompt],
    ['Not wanted', story?.negativePrompt],
    ['Model', story?.model],
    ['Seed', story?.seed],
  ]
  return rows.flatMap(([name, value]) => {
    if (value === null || value === undefined || value === '') return []
    const heading = document.createElement('h2')
    const words = document.createElement('p')
    heading.textContent = name
    words.textContent = String(value)
    return [heading, words]
  })
}
