// Which of a picture's sizes a browser may choose from: rule SH23 in docs/spec/sharing.md.
import type { SharedImage } from '@easel/contract'

type Sized = Pick<SharedImage, 'width' | 'height' | 'thumbnailUrl' | 'viewUrl' | 'fileUrl'>

interface Source {
  readonly url: string
  /** Pixels, as the file has them. */
  readonly width: number
}

const thumbnailSide = 320
const viewSide = 1280
const widths = [640, 960, 1920, 2560]

function scaled({ width, height }: Sized, side: number): number {
  return Math.max(1, Math.round(width * Math.min(1, side / Math.max(width, height))))
}

/** What a screen may need, the narrowest first; none is wider than what may leave. */
function sources(image: Sized): readonly Source[] {
  const view = { url: image.viewUrl, width: scaled(image, viewSide) }
  const widest = image.fileUrl === null ? view.width : image.width
  const others = widths.map((width) => ({ url: `${image.viewUrl}?width=${width}`, width: Math.min(width, widest) }))
  const fresh = others.filter(
    ({ width }, index) => width !== view.width && others.findIndex((other) => other.width === width) === index,
  )
  return [view, ...fresh].toSorted((one, other) => one.width - other.width)
}

function written(list: readonly Source[]): string {
  return list.map(({ url, width }) => `${url} ${width}w`).join(', ')
}

/** For `srcset` of a picture that stands alone. */
export function pictureSources(image: Sized): string {
  return written(sources(image))
}

/** For `srcset` of a picture among others: nothing larger than the view. */
export function tileSources(image: Sized): string {
  const thumbnail = { url: image.thumbnailUrl, width: scaled(image, thumbnailSide) }
  const view = scaled(image, viewSide)
  return written([thumbnail, ...sources(image).filter(({ width }) => width > thumbnail.width && width <= view)])
}

/** How wide a picture that stands alone is drawn; the measures are those of the style sheet. */
export function pictureSizes({ width, height }: Sized): string {
  return `(width < 720px) 100vw, min(calc(100vw - 64px), calc((80vh - 64px) * ${(width / height).toFixed(3)}))`
}

/** How wide a picture of the grid is drawn: its rows are of about these heights. */
export function tileSizes({ width, height }: Sized): string {
  const ratio = Math.min(Math.max(width / height, 0.5), 2.6)
  const at = (target: number) => `${Math.round(target * ratio)}px`
  return `(width < 632px) ${at(150)}, (width < 1180px) ${at(220)}, ${at(270)}`
}
