/** `seed + count`, beginning again at 0 behind `max`; exact also where a number cannot hold the sum. */
export function addToSeed(seed: number, count: number, max: number): number {
  return Number((BigInt(seed) + BigInt(count)) % (BigInt(max) + 1n))
}
