/** 128 random bits in hexadecimal. `crypto.randomUUID` is missing where the page came by plain http from another machine. */
export function randomKey(): string {
  const values = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(values, (value) => value.toString(16).padStart(2, '0')).join('')
}

/** A random whole number from 0 to `max`, both included; `max` at most 2⁵³−1. */
export function randomSeed(max: number): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2))
  const value = (high & 0x1f_ffff) * 2 ** 32 + low
  return value % (max + 1)
}
