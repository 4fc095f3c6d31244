import sharp, { type Sharp } from 'sharp'
import { MediaError } from './media-error.ts'
import { limits, probe } from './probe.ts'

// Only the decoders for what Easel keeps, and only from memory: libvips would else also read SVG, PDF, TIFF and more, by itself and from paths.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: [
    'VipsForeignLoadPngBuffer',
    'VipsForeignLoadJpegBuffer',
    'VipsForeignLoadWebpBuffer',
    'VipsForeignLoadHeifBuffer',
    'VipsForeignLoadNsgifBuffer',
  ],
})
// One thread a picture: several pictures at a time keep the processors busier than several threads on one. No picture is read twice.
sharp.concurrency(1)
sharp.cache(false)

/** Pixels row by row, 3 or 4 bytes each (RGB, RGBA), not premultiplied. */
export interface Pixels {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
  readonly channels: 3 | 4
}

/**
 * A picture about to be decoded: its first frame, upright, every warning of the decoder an error.
 * @throws MediaError when `probe` refuses it
 */
export function openPicture(bytes: Uint8Array): Sharp {
  probe(bytes)
  return sharp(bytes, { failOn: 'warning', limitInputPixels: limits.maxPixels }).autoOrient()
}

/** Pixels about to be encoded or resized. */
export function openPixels({ data, width, height, channels }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: limits.maxPixels })
}

/**
 * Decodes to 8-bit sRGB.
 * @throws MediaError `damaged` when any pixel cannot be decoded
 */
export async function toPixels(picture: Sharp): Promise<Pixels> {
  const { data, info } = await decoded(picture.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true }))
  return { data, width: info.width, height: info.height, channels: info.channels === 4 ? 4 : 3 }
}

/** What `work` gives; the decoder's error as a {@link MediaError} `damaged`. */
export async function decoded<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw new MediaError('damaged', 'The picture is damaged: its pixels cannot be decoded.', error)
  }
}
