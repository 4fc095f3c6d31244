import { thumbHashToAverageRGBA, thumbHashToDataURL } from 'thumbhash'
import { html, type Html } from './html.ts'

/** What is drawn where a picture will be. */
export interface Placed {
  readonly width: number
  readonly height: number
  /** Base64, or null until it is made. */
  readonly thumbhash: string | null
}

/** Bytes of a thumbhash without its details: less than that is none. */
const shortest = 5

/** A blurred picture of the true proportions. Drawn by attributes, since the page may hold no styles. */
export function blurred({ width, height, thumbhash }: Placed): Html | null {
  const hash = bytesOf(thumbhash)
  if (hash === null) return null
  const { a } = thumbHashToAverageRGBA(hash)
  // What is to be seen through would be seen twice.
  if (a < 1) return null
  return html`<svg class="tone" viewBox="0 0 ${width} ${height}" aria-hidden="true">
    <image href="${thumbHashToDataURL(hash)}" width="${width}" height="${height}" preserveAspectRatio="none" />
  </svg>`
}

/** The picture's mean colour as `#rrggbb`, or null where it has none. */
export function tone({ thumbhash }: Pick<Placed, 'thumbhash'>): string | null {
  const hash = bytesOf(thumbhash)
  if (hash === null) return null
  const { r, g, b, a } = thumbHashToAverageRGBA(hash)
  if (a < 1) return null
  return `#${[r, g, b].map(hex).join('')}`
}

function hex(part: number): string {
  const byte = Math.min(255, Math.max(0, Math.round(part * 255)))
  return byte.toString(16).padStart(2, '0')
}

function bytesOf(thumbhash: string | null): Uint8Array | null {
  const bytes = Buffer.from(thumbhash ?? '', 'base64')
  return bytes.length < shortest ? null : bytes
}
