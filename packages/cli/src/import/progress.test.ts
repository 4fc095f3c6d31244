import { describe, expect, it } from 'vitest'
import { progressLine } from './progress.ts'

const bar = (full: number) => `[${'#'.repeat(full)}${'.'.repeat(24 - full)}]`

describe('progressLine', () => {
  it('TR34: shows a bar, how many, and how long it will take', () => {
    expect(progressLine({ done: 0, total: 10, elapsedMs: 5 })).toBe(`${bar(0)} 0 of 10`)
    expect(progressLine({ done: 5, total: 10, elapsedMs: 10_000 })).toBe(`${bar(12)} 5 of 10, 10 s left`)
    expect(progressLine({ done: 1, total: 100, elapsedMs: 10_000 })).toBe(`${bar(0)} 1 of 100, 17 min left`)
    expect(progressLine({ done: 1, total: 10_000, elapsedMs: 10_000 })).toBe(`${bar(0)} 1 of 10000, 28 h left`)
    expect(progressLine({ done: 10, total: 10, elapsedMs: 10_000 })).toBe(`${bar(24)} 10 of 10`)
    expect(progressLine({ done: 0, total: 0, elapsedMs: 0 })).toBe(`${bar(24)} 0 of 0`)
  })
})
