import { createHash } from 'node:crypto'

/** Seeded randomness: the same seed text gives the same numbers everywhere. */
export interface Random {
  /** 0 ≤ x < 1 */
  next(): number
  between(low: number, high: number): number
  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number
  /** −1 … 1, mostly near 0. */
  bell(): number
  chance(probability: number): boolean
  pick<T>(list: readonly [T, ...T[]]): T
  /** A stream of its own: what is drawn from it changes nothing elsewhere. */
  fork(name: string): Random
  /** A seed for noise. */
  seed(): number
}

/** xoshiro128** (Blackman and Vigna), started from the SHA-256 of `text`. */
export function createRandom(text: string): Random {
  const digest = createHash('sha256').update(text).digest()
  let a = digest.readUInt32LE(0) | 1
  let b = digest.readUInt32LE(4)
  let c = digest.readUInt32LE(8)
  let d = digest.readUInt32LE(12)

  function word(): number {
    const m = Math.imul(b, 5)
    const result = Math.imul((m << 7) | (m >>> 25), 9)
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = (d << 11) | (d >>> 21)
    return result >>> 0
  }

  const next = () => word() / 4294967296
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    whole: (low, high) => low + Math.floor((high - low + 1) * next()),
    bell: () => (next() + next() + next()) * (2 / 3) - 1,
    chance: (probability) => next() < probability,
    pick: (list) => list[Math.floor(next() * list.length)] ?? list[0],
    fork: (name) => createRandom(`${digest.toString('hex')}/${name}`),
    seed: word,
  }
}
