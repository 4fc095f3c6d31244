import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import type { SizeRule } from '@easel/contract'
import { fitSize } from './fit-size.ts'

const free: Extract<SizeRule, { kind: 'free' }> = {
  kind: 'free',
  min: 256,
  max: 2048,
  multiple: 16,
  maxPixels: 1024 * 1536,
  maxRatio: 3,
  default: '1024x1024',
}
const fixed: SizeRule = { kind: 'fixed', sizes: ['1024x1024', '1536x1024', '1024x1536'], default: '1024x1024' }
const ratio: SizeRule = { kind: 'ratio', ratios: ['1:1', '16:9', '9:16', '4:3'], default: '1:1' }

describe('fitSize', () => {
  it.each([
    ['free, nothing asked', free, {}, { width: 1024, height: 1024 }, 0],
    ['free, a size that fits', free, { size: '512x768' }, { width: 512, height: 768 }, 0],
    ['free, not a multiple', free, { size: '500x500' }, { width: 496, height: 496 }, 1],
    ['free, too small', free, { size: '64x64' }, { width: 256, height: 256 }, 1],
    ['free, a ratio', free, { aspectRatio: '16:9' }, { width: 1360, height: 768 }, 0],
    ['free, size before ratio', free, { size: '512x512', aspectRatio: '16:9' }, { width: 512, height: 512 }, 0],
    ['fixed, nothing asked', fixed, {}, { width: 1024, height: 1024 }, 0],
    ['fixed, wide', fixed, { size: '1920x1080' }, { width: 1536, height: 1024 }, 1],
    ['fixed, tall ratio', fixed, { aspectRatio: '9:16' }, { width: 1024, height: 1536 }, 1],
    ['fixed, one of them', fixed, { size: '1024x1536' }, { width: 1024, height: 1536 }, 0],
    ['ratio, a size of that ratio', ratio, { size: '1920x1080' }, { aspectRatio: '16:9' }, 0],
    ['ratio, nearest', ratio, { aspectRatio: '21:9' }, { aspectRatio: '16:9' }, 1],
    ['ratio, nothing asked', ratio, {}, { aspectRatio: '1:1' }, 0],
  ] as const)('GN11: %s', (_name, rule, asked, shape, adjustments) => {
    const fitted = fitSize(rule, asked)
    expect(fitted.shape).toEqual(shape)
    expect(fitted.adjustments).toHaveLength(adjustments)
  })

  it('GN10: says what was asked and what is used', () => {
    expect(fitSize(free, { size: '500x500' }).adjustments[0]).toMatchObject({
      field: 'size',
      asked: '500x500',
      used: '496x496',
    })
  })

  it('GN11: whatever is asked, the result is one that the model takes', () => {
    const side = fc.integer({ min: 1, max: 99_999 })
    fc.assert(
      fc.property(side, side, (width, height) => {
        const { shape } = fitSize(free, { size: `${width}x${height}` })
        const [w = 0, h = 0] = [shape.width, shape.height]
        expect(w % 16).toBe(0)
        expect(h % 16).toBe(0)
        expect(Math.min(w, h)).toBeGreaterThanOrEqual(256)
        expect(Math.max(w, h)).toBeLessThanOrEqual(2048)
        expect(w * h).toBeLessThanOrEqual(1024 * 1536)
      }),
    )
  })
})
