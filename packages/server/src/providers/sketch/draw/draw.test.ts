import { describe, expect, it } from 'vitest'
import { adjust, blend, fromLab, hex, toLab } from './colour.ts'
import { createScanner, edgesOf } from './coverage.ts'
import { cos, power, sin } from './maths.ts'
import { box, disc, joints, limb, points, type Contour } from './path.ts'
import { createRandom } from './random.ts'

/** Sum of the cover of all pixels: the area of a shape in pixels. */
function areaOf(contours: readonly Contour[], width: number, height: number): number {
  const scanner = createScanner(width)
  const edges = edgesOf(contours, 1, height)
  let area = 0
  for (let y0 = edges.top; y0 < edges.bottom; y0 += scanner.rows) {
    scanner.band(edges, { y0, y1: Math.min(edges.bottom, y0 + scanner.rows) }, (_y, cover, span) => {
      for (let x = span.from; x < span.to; x++) area += cover[x] ?? 0
    })
  }
  return area
}

describe('arithmetic of our own', () => {
  it('agrees with the exact functions', () => {
    for (let x = -20; x < 20; x += 0.37) {
      expect(sin(x)).toBeCloseTo(Math.sin(x), 6)
      expect(cos(x)).toBeCloseTo(Math.cos(x), 6)
    }
    for (const [base, exponent] of [
      [0.5, 2.4],
      [0.003, 1 / 3],
      [1, 7],
      [2, 0.5],
      [0.9, -1.5],
    ] as const) {
      expect(power(base, exponent)).toBeCloseTo(base ** exponent, 6)
    }
    expect(power(0, 3)).toBe(0)
  })

  it('goes to OKLab and back', () => {
    for (const colour of ['#000000', '#ffffff', '#d8392f', '#2f6fc9', '#123456'].map(hex)) {
      fromLab(toLab(colour)).forEach((channel, i) => expect(channel).toBeCloseTo(colour[i] ?? -1, 4))
    }
    expect(blend(hex('#102030'), hex('#a0b0c0'), 0)).toEqual(fromLab(toLab(hex('#102030'))))
    expect(toLab(adjust(hex('#808080'), { light: 0.1 }))[0]).toBeCloseTo(toLab(hex('#808080'))[0] + 0.1, 3)
  })

  it('draws the same numbers from the same seed, others from another', () => {
    const take = (text: string) => Array.from({ length: 5 }, createRandom(text).next)
    expect(take('a')).toEqual(take('a'))
    expect(take('a')).not.toEqual(take('b'))
    expect(createRandom('a').fork('x').next()).toBe(createRandom('a').fork('x').next())
    const values = Array.from({ length: 4000 }, createRandom('spread').next)
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(0.5, 1)
    expect(Math.max(...values)).toBeLessThan(1)
  })
})

describe('coverage', () => {
  it('is exact for boxes between pixels', () => {
    expect(areaOf([box(1.25, 2.5, [3.5, 4.25])], 16, 16)).toBeCloseTo(3.5 * 4.25, 4)
  })

  it('counts overlapping shapes once, whichever way round they run', () => {
    const square = box(2, 2, [4, 4])
    const backwards = points('2 2, 2 6, 6 6, 6 2').flat()
    expect(areaOf([square, backwards], 16, 16)).toBeCloseTo(16, 4)
    expect(areaOf([square, box(4, 4, [4, 4])], 16, 16)).toBeCloseTo(28, 4)
  })

  it('cuts off at every edge of the picture', () => {
    expect(areaOf([box(-5, -5, [100, 100])], 32, 20)).toBeCloseTo(640, 3)
    expect(areaOf([box(-5, 3, [4, 4])], 32, 20)).toBeCloseTo(0, 4)
    expect(areaOf([box(40, 3, [4, 4])], 32, 20)).toBeCloseTo(0, 4)
    expect(areaOf([disc(0, 10, 5)], 32, 20)).toBeCloseTo((Math.PI * 25) / 2, 0)
  })

  it('is the area of a disc, also across bands', () => {
    expect(areaOf([disc(100, 100, 80)], 1200, 200)).toBeCloseTo(Math.PI * 6400, -2)
  })

  it('gives a stroke its thickness', () => {
    const stroke = limb(joints('10 20 3, 50 20 3'))
    expect(areaOf([stroke], 64, 40)).toBeGreaterThan(40 * 6)
    expect(areaOf([stroke], 64, 40)).toBeLessThan(40 * 6 + Math.PI * 9 + 1)
  })
})
