import { asBuffer } from './bytes.ts'
import { formatOf, type Format } from './formats/format.ts'
import { MediaError } from './media-error.ts'

/** The largest file, in bytes, and the most pixels, width times height, that a picture may have. */
export const limits = { maxBytes: 100 * 1024 * 1024, maxPixels: 67_000_000 } as const

/** What the bytes themselves say of a picture. */
export interface Probed {
  readonly mimeType: Format['mimeType']
  /** What its file's name ends in, without the dot. */
  readonly extension: Format['extension']
  /** Pixels as displayed: a picture that its EXIF orientation lays on its side has the sides changed. */
  readonly width: number
  readonly height: number
}

/**
 * Says what kind of picture the bytes are and how large. Reads headers only, never a name or an HTTP header; that all pixels are there and
 * sound is for `checkComplete` and `derive` to find.
 * @param bytes the whole file
 * @throws MediaError `not-an-image` or `unsupported`, naming what they are instead; `too-large` over {@link limits}; `incomplete`; `damaged`
 */
export function probe(bytes: Uint8Array): Probed {
  if (bytes.length > limits.maxBytes) {
    throw new MediaError('too-large', `The file has ${bytes.length} bytes; ${limits.maxBytes} are allowed.`)
  }
  const format = formatOf(bytes)
  const { width, height } = format.measure(asBuffer(bytes))
  if (width === 0 || height === 0)
    throw new MediaError('damaged', `The picture is damaged: it has ${width}×${height} pixels.`)
  if (width * height > limits.maxPixels) {
    throw new MediaError(
      'too-large',
      `The picture has ${width}×${height} pixels; ${limits.maxPixels} in all are allowed.`,
    )
  }
  return { mimeType: format.mimeType, extension: format.extension, width, height }
}
