import type { SharedImage } from '@easel/contract'
import PhotoSwipe, { type SlideData } from 'photoswipe'
import 'photoswipe/style.css'
import type { Shown } from './grid.ts'
import { addCaption } from './large-caption.ts'
import { largeSources, viewSize } from './sources.ts'
import { alternative } from './tile.ts'

/** Pixels that the buttons above and the title below take. */
const bar = 60
/** So many from the end, more are fetched. */
const near = 6

/** Shows one of the pictures over the page. */
export function openLarge(shown: Shown, index: number): void {
  const slides = shown.images.map((image, at) => slide(image, shown.linkOf(at)))
  const viewer = new PhotoSwipe({
    dataSource: slides,
    index,
    loop: false,
    bgOpacity: 1,
    padding: { top: bar, bottom: shown.count > 1 ? bar : 0, left: 0, right: 0 },
    returnFocus: false,
    arrowPrev: shown.count > 1,
    arrowNext: shown.count > 1,
    counter: false,
    mainClass: 'large',
    closeTitle: 'Close',
    zoomTitle: 'Zoom',
    arrowPrevTitle: 'Previous picture',
    arrowNextTitle: 'Next picture',
    errorMsg: 'The picture cannot be loaded.',
  })
  addCaption(viewer, shown)
  viewer.on('bindEvents', () => {
    viewer.element?.setAttribute('aria-label', 'Pictures')
    viewer.element?.setAttribute('aria-modal', 'true')
  })
  viewer.on('change', () => {
    if (viewer.currIndex < slides.length - near) return
    void shown.grow().then(() => {
      const added = shown.images.slice(slides.length)
      if (added.length === 0 || viewer.isDestroying) return
      slides.push(...added.map((image, at) => slide(image, shown.linkOf(slides.length + at))))
      viewer.dispatch('change')
    })
  })
  viewer.on('destroy', () => shown.linkOf(viewer.currIndex)?.focus())
  closeByGoingBack(viewer)
  viewer.init()
}

/** On a phone the way out is the way back: it closes the picture and leaves the page where it is. */
function closeByGoingBack(viewer: PhotoSwipe): void {
  const back = () => viewer.close()
  window.history.pushState({ large: true }, '')
  window.addEventListener('popstate', back)
  viewer.on('destroy', () => {
    window.removeEventListener('popstate', back)
    const state: unknown = window.history.state
    if (typeof state === 'object' && state !== null && 'large' in state) window.history.back()
  })
}

function slide(image: SharedImage, element: HTMLElement | null): SlideData {
  const { viewUrl, fileUrl, thumbnailUrl, width, height } = image
  return {
    src: viewUrl,
    srcset: largeSources(image),
    ...(fileUrl === null ? viewSize(image) : { width, height }),
    msrc: thumbnailUrl,
    alt: alternative(image),
    thumbCropped: true,
    ...(element === null ? {} : { element }),
  }
}
