import type { SharedImage } from '@easel/contract'
import PhotoSwipe, { type SlideData } from 'photoswipe'
import 'photoswipe/style.css'
import type { Shown } from './grid.ts'
import { addCaption } from './large-caption.ts'
import { alternative } from './tile.ts'

/** Pixels on the long side of what is shown on a screen. */
const viewSide = 1280
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
  const shrink = Math.min(1, viewSide / Math.max(width, height))
  const size = fileUrl === null ? shrink : 1
  const sources =
    fileUrl === null || shrink === 1
      ? {}
      : { srcset: `${viewUrl} ${Math.round(width * shrink)}w, ${fileUrl} ${width}w` }
  return {
    src: viewUrl,
    ...sources,
    width: Math.round(width * size),
    height: Math.round(height * size),
    msrc: thumbnailUrl,
    alt: alternative(image),
    thumbCropped: true,
    ...(element === null ? {} : { element }),
  }
}
