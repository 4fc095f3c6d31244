import { describe, expect, it } from 'vitest'
import { randomKey, randomSeed } from './random-key.ts'

describe('random', () => {
  it('makes keys of 32 hexadecimal digits, each another', () => {
    const keys = new Set(Array.from({ length: 200 }, randomKey))
    expect(keys.size).toBe(200)
    for (const key of keys) expect(key).toMatch(/^[\da-f]{32}$/)
  })

  it('keeps seeds within their bound, both ends included', () => {
    const seeds = Array.from({ length: 500 }, () => randomSeed(2))
    expect(new Set(seeds)).toEqual(new Set([0, 1, 2]))
    for (let round = 0; round < 200; round += 1)
      expect(Number.isSafeInteger(randomSeed(Number.MAX_SAFE_INTEGER - 1))).toBe(true)
  })
})
