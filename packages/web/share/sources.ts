// Which of a picture's sizes a browser may choose from, as the server has them in the page.
import type { SharedImage } from '@easel/contract'

const thumbnailSide = 320
const viewSide = 1280

function scaled({ width, height }: SharedImage, side: number): number {
  return Math.max(1, Math.round(width * Math.min(1, side / Math.max(width, height))))
}

/** The size of the view, which fits a screen. */
export function viewSize(image: SharedImage): { readonly width: number; readonly height: number } {
  const scale = Math.min(1, viewSide / Math.max(image.width, image.height))
  return { width: scaled(image, viewSide), height: Math.max(1, Math.round(image.height * scale)) }
}

/** For `srcset` of a picture of the grid. */
export function tileSources(image: SharedImage): string {
  const view = scaled(image, viewSide)
  const between = [640, 960].filter((width) => width < view).map((width) => `${image.viewUrl}?width=${width} ${width}w`)
  const thumbnail = `${image.thumbnailUrl} ${scaled(image, thumbnailSide)}w`
  return [thumbnail, ...between, `${image.viewUrl} ${view}w`].join(', ')
}

/** For `srcset` of a picture over the whole screen. */
export function largeSources(image: SharedImage): string {
  const view = scaled(image, viewSide)
  const larger = image.fileUrl === null ? [] : [1920, 2560]
  const fresh = larger.filter((width, index) => (larger[index - 1] ?? view) < image.width && width > view)
  const list = fresh.map((width) => `${image.viewUrl}?width=${width} ${Math.min(width, image.width)}w`)
  return [`${image.viewUrl} ${view}w`, ...list].join(', ')
}

/** How wide a picture of the grid is drawn: its rows are of about these heights. */
export function tileSizes({ width, height }: SharedImage): string {
  const ratio = Math.min(Math.max(width / height, 0.5), 2.6)
  const at = (target: number) => `${Math.round(target * ratio)}px`
  return `(width < 632px) ${at(150)}, (width < 1180px) ${at(220)}, ${at(270)}`
}

/** Where a size cannot be had, because too many are being made, the one that is always there is shown. */
export function fallBackToView(): void {
  document.addEventListener(
    'error',
    ({ target }) => {
      if (!(target instanceof HTMLImageElement) || target.srcset === '') return
      target.removeAttribute('srcset')
      target.removeAttribute('sizes')
    },
    { capture: true },
  )
}
