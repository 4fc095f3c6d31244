import { part } from '../bytes.ts'
import { MediaError } from '../media-error.ts'
import { textsOf, type AvifText } from './avif-items.ts'
import { boxes, type Box } from './avif.ts'

function textsOrNone(bytes: Buffer, meta: Box): readonly AvifText[] {
  try {
    return textsOf(bytes, meta)
  } catch (error) {
    // Kept elsewhere than plainly in the file: then it is not read.
    if (error instanceof MediaError && error.fault === 'unsupported') return []
    throw error
  }
}

/**
 * The TIFF structure of an AVIF's EXIF (ISO/IEC 23008-12, annex A), or null when it has none that can be found.
 * @throws MediaError when its boxes cannot be walked
 */
export function avifTiff(bytes: Buffer): Buffer | null {
  const meta = [...boxes(bytes, 0, bytes.length)].find(({ type }) => type === 'meta')
  if (meta === undefined) return null
  const [found, ...more] = textsOrNone(bytes, meta).filter(({ kind }) => kind === 'Exif')
  if (found === undefined || more.length > 0 || found.end - found.start < 12) return null
  const data = part(bytes, found.start, found.end - found.start)
  // Its first four bytes say how far behind them the structure begins.
  const from = 4 + data.readUInt32BE(0)
  return from < data.length ? data.subarray(from) : null
}
