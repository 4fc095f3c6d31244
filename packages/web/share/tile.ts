import type { SharedImage } from '@easel/contract'
import { tileSizes, tileSources } from './sources.ts'
import { thumbHashToAverageRGBA } from 'thumbhash'

/** A picture of the grid, as the server writes them. */
export function tile(image: SharedImage, index: number): HTMLLIElement {
  const item = document.createElement('li')
  const link = document.createElement('a')
  link.href = image.viewUrl
  link.dataset['open'] = String(index)
  link.style.background = tone(image.thumbhash)
  const picture = document.createElement('img')
  picture.width = image.width
  picture.height = image.height
  picture.alt = alternative(image)
  picture.loading = 'lazy'
  picture.decoding = 'async'
  picture.sizes = tileSizes(image)
  picture.srcset = tileSources(image)
  picture.src = image.thumbnailUrl
  link.append(picture)
  item.append(link)
  return item
}

/** What who cannot see the picture is told of it. */
export function alternative({ title, story }: SharedImage): string {
  return Array.from(title ?? story?.prompt ?? 'Picture')
    .slice(0, 300)
    .join('')
}

function tone(thumbhash: string | null): string {
  const bytes = Uint8Array.from(atob(thumbhash ?? ''), (sign) => sign.charCodeAt(0))
  // Less than that is no thumbhash.
  if (bytes.length < 5) return ''
  const { r, g, b, a } = thumbHashToAverageRGBA(bytes)
  return a < 1 ? '' : `rgb(${[r, g, b].map((part) => Math.round(part * 255)).join(' ')})`
}
