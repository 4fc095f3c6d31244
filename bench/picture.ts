import { openPixels } from '../packages/server/src/media/sharp.ts'
import { seededRandom } from '../test/faults/random.ts'

/** Pixels of each side of the picture that the benchmarks use. */
export const side = 1024
/** So many that the PNG has 2.7 MB, as that of a detailed picture. */
const levels = 109

/** An opaque PNG of 2.7 MB that compresses badly, always the same; without an alpha channel, as engines draw them. */
export async function detailedPicture(): Promise<Uint8Array> {
  const random = seededRandom(1)
  const data = Uint8Array.from({ length: side * side * 3 }, () => 64 + random() * levels)
  return await openPixels({ data, width: side, height: side, channels: 3 }).png().toBuffer()
}
