import { describe, expect, it } from 'vitest'
import { enginesRatio, wholeRatio } from './whole-ratios.ts'

const valueOf = (ratio: string) => {
  const [width = 0, height = 0] = ratio.split(':').map(Number)
  return width / height
}

describe('whole ratios', () => {
  it.each(['9:19.5', '19.5:9', '2.35:1'])('%s has a name in whole numbers, and back', (ratio) => {
    expect(wholeRatio(ratio)).toMatch(/^\d+:\d+$/)
    expect(valueOf(wholeRatio(ratio))).toBeCloseTo(valueOf(ratio), 9)
    expect(enginesRatio(wholeRatio(ratio))).toBe(ratio)
  })

  it('leaves all others as they are', () => {
    expect([wholeRatio('16:9'), enginesRatio('16:9')]).toEqual(['16:9', '16:9'])
  })
})
