import { seededRandom } from '../test/faults/random.ts'

/** Pixels of each side of the picture that the benchmarks use. */
export const side = 1024
/** So many that the PNG has 2.7 MB, as that of a detailed picture. */
const levels = 44

/** RGBA that compresses badly, always the same. */
export function noise(): Uint8Array {
  const random = seededRandom(1)
  return Uint8Array.from({ length: side * side * 4 }, (_, index) => (index % 4 === 3 ? 255 : 64 + random() * levels))
}
