/**
 * Numbers from 0 up to 1 that follow from a seed, the same on every machine and in every version: kept prompts depend on it. sfc32 by
 * Chris Doty-Humphrey (PractRand), whose first numbers are thrown away until the seed has reached all of its state.
 * @param seed 0 … 2⁵³−1
 */
export function randomFrom(seed: number): () => number {
  let a = Math.floor(seed / 2 ** 32) | 0
  let b = (seed >>> 0) | 0
  let c = 0x9e3779b9 | 0
  let counter = 1
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11) | 0
    c = (c + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }
  for (let round = 0; round < 15; round++) next()
  return next
}
