import { asBuffer } from '../bytes.ts'
import { MediaError } from '../media-error.ts'
import { checkAvif, isAvif, measureAvif } from './avif.ts'
import { foreignError } from './foreign.ts'
import { checkGif, measureGif } from './gif.ts'
import { checkJpeg, measureJpeg } from './jpeg.ts'
import { checkPng, measurePng, pngSignature } from './png.ts'
import type { Size } from './size.ts'
import { checkWebp, measureWebp } from './webp.ts'

/** One of the kinds of picture that Easel keeps. */
export interface Format {
  readonly mimeType: 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif' | 'image/avif'
  readonly extension: 'png' | 'jpg' | 'webp' | 'gif' | 'avif'
  /** True when the bytes begin like this kind. */
  readonly recognises: (bytes: Buffer) => boolean
  /** Pixels as displayed. @throws MediaError */
  readonly measure: (bytes: Buffer) => Size
  /** @throws MediaError when the file is not structurally whole */
  readonly check: (bytes: Buffer) => void
}

const formats: readonly Format[] = [
  {
    mimeType: 'image/png',
    extension: 'png',
    recognises: (bytes) => bytes.subarray(0, 8).equals(pngSignature),
    measure: measurePng,
    check: checkPng,
  },
  {
    mimeType: 'image/jpeg',
    extension: 'jpg',
    recognises: (bytes) => bytes.toString('latin1', 0, 3) === '\xff\xd8\xff',
    measure: measureJpeg,
    check: checkJpeg,
  },
  {
    mimeType: 'image/webp',
    extension: 'webp',
    recognises: (bytes) => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP',
    measure: measureWebp,
    check: checkWebp,
  },
  {
    mimeType: 'image/gif',
    extension: 'gif',
    recognises: (bytes) => /^GIF8[79]a$/.test(bytes.toString('latin1', 0, 6)),
    measure: measureGif,
    check: checkGif,
  },
  { mimeType: 'image/avif', extension: 'avif', recognises: isAvif, measure: measureAvif, check: checkAvif },
]

/**
 * Which kind of picture the bytes are, by how they begin.
 * @throws MediaError `not-an-image` or `unsupported`, naming what they are instead; `incomplete` when there are too few to tell
 */
export function formatOf(bytes: Uint8Array): Format {
  const buffer = asBuffer(bytes)
  const format = formats.find(({ recognises }) => recognises(buffer))
  if (format !== undefined) return format
  if (buffer.length > 0 && isBeginning(buffer)) throw new MediaError('incomplete', 'The picture ends too early.')
  throw foreignError(buffer)
}

function isBeginning(bytes: Buffer): boolean {
  const text = bytes.toString('latin1', 0, 12)
  const beginnings = [pngSignature.toString('latin1'), '\xff\xd8\xff', 'RIFF', 'GIF87a', 'GIF89a']
  const short = bytes.length < 16 && (text.startsWith('RIFF') || text.startsWith('ftyp', 4))
  return short || beginnings.some((whole) => whole.startsWith(text))
}
