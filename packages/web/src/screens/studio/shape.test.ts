import type { SizeRule } from '@easel/contract'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chosenShape, pairOf, shapesOf, snapSize, wishFor } from './shape.ts'

const free: Extract<SizeRule, { kind: 'free' }> = {
  kind: 'free',
  min: 64,
  max: 2048,
  multiple: 64,
  maxPixels: 1_048_576,
  default: '1024x1024',
}
const fixed: SizeRule = { kind: 'fixed', sizes: ['1024x1024', '1536x1024', '1024x1536'], default: '1024x1024' }
const ratio: SizeRule = { kind: 'ratio', ratios: ['1:1', '16:9', '9:16'], default: '1:1' }
const none = { size: null, aspectRatio: null }

describe('shapes', () => {
  it('offers the common ratios of a free rule at about the default number of pixels', () => {
    expect(shapesOf(free).map(({ label, value }) => [label, value])).toEqual([
      ['1:1', '1024x1024'],
      ['4:3', '1152x896'],
      ['3:2', '1216x832'],
      ['16:9', '1344x768'],
      ['3:4', '896x1152'],
      ['2:3', '832x1216'],
      ['9:16', '768x1344'],
    ])
  })

  it('names fixed sizes by their ratio where it is a common one', () => {
    expect(shapesOf(fixed).map(({ label }) => label)).toEqual(['1:1', '3:2', '2:3'])
    expect(chosenShape({ ...free, default: '1000x300', multiple: 1 }, none).label).toBe('1000 × 300')
  })

  it('uses the default without a wish', () => {
    expect(chosenShape(free, none).value).toBe('1024x1024')
    expect(chosenShape(fixed, none).value).toBe('1024x1024')
    expect(chosenShape(ratio, none)).toMatchObject({ value: '1:1', kind: 'ratio' })
  })

  it('carries a wish from one kind of model to another', () => {
    expect(chosenShape(ratio, { size: '1344x768', aspectRatio: null }).value).toBe('16:9')
    expect(chosenShape(fixed, { size: null, aspectRatio: '16:9' }).value).toBe('1536x1024')
    expect(chosenShape(free, { size: null, aspectRatio: '9:16' }).value).toBe('768x1344')
  })

  it('gives back the fields that lead to the same shape', () => {
    for (const rule of [free, fixed, ratio]) {
      for (const shape of shapesOf(rule)) expect(chosenShape(rule, wishFor(shape)).value).toBe(shape.value)
    }
  })

  it('keeps what is allowed and snaps the rest', () => {
    expect(snapSize(free, 512, 512)).toEqual({ width: 512, height: 512 })
    expect(snapSize(free, 500, 512)).toEqual({ width: 512, height: 512 })
    expect(snapSize(free, 1, 1)).toEqual({ width: 64, height: 64 })
  })

  it('never leaves the rule, whatever is typed', () => {
    const side = fc.integer({ min: 1, max: 9999 })
    fc.assert(
      fc.property(side, side, (width, height) => {
        const size = snapSize(free, width, height)
        for (const value of [size.width, size.height]) {
          expect(value % free.multiple).toBe(0)
          expect(value).toBeGreaterThanOrEqual(free.min)
          expect(value).toBeLessThanOrEqual(free.max)
        }
        expect(size.width * size.height).toBeLessThanOrEqual(free.maxPixels ?? 0)
      }),
    )
  })

  it('keeps within the largest ratio', () => {
    const { width, height } = snapSize({ ...free, multiple: 16, maxRatio: 3 }, 2048, 64)
    expect(width / height).toBeLessThanOrEqual(3.2)
  })

  it('reads pairs and nothing else', () => {
    expect(pairOf('16:9', ':')).toEqual({ width: 16, height: 9 })
    expect(pairOf('16:9', 'x')).toBeNull()
    expect(pairOf('', 'x')).toBeNull()
  })
})
