import { describe, expect, it } from 'vitest'
import { gridColumns, tileRatio } from './grid-columns.ts'

describe('gridColumns', () => {
  it('never leaves more than one row ragged, for one to ten pictures', () => {
    for (let many = 1; many <= 10; many += 1) {
      for (const narrow of [true, false]) {
        const columns = gridColumns(many, 1, narrow)
        expect(columns).toBeGreaterThanOrEqual(1)
        expect(columns).toBeLessThanOrEqual(many)
        expect(columns).toBeLessThanOrEqual(narrow ? 3 : 5)
      }
    }
  })

  it('fills whole rows for the usual numbers', () => {
    for (const many of [1, 2, 4, 6, 8, 10]) {
      for (const ratio of [0.56, 1, 1.33]) expect(many % gridColumns(many, ratio, false)).toBe(0)
    }
  })
})

describe('gridColumns on a phone', () => {
  it('stacks three wide pictures, and sets three tall ones side by side', () => {
    expect(gridColumns(3, 1.5, true)).toBe(1)
    expect(gridColumns(3, 0.67, true)).toBe(3)
  })
})

describe('tileRatio', () => {
  it('is that of the pictures, as long as that is one look at the screen', () => {
    for (const ratio of [4 / 3, 1.5, 3]) expect(tileRatio({ many: 1, ratio, narrow: false })).toBe(ratio)
    for (const ratio of [2 / 3, 1, 3]) expect(tileRatio({ many: 4, ratio, narrow: false })).toBe(ratio)
  })

  it('is wider than a tall picture', () => {
    expect(tileRatio({ many: 1, ratio: 0.5, narrow: false })).toBeCloseTo(4 / 3)
    expect(tileRatio({ many: 1, ratio: 0.5, narrow: true })).toBeCloseTo(3 / 4)
    expect(tileRatio({ many: 2, ratio: 0.5, narrow: false })).toBeCloseTo(2 / 3)
  })
})
