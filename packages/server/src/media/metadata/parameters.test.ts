import { describe, expect, it } from 'vitest'
import { story } from '../testing.ts'
import { formatParameters } from './parameters.ts'

describe('formatParameters', () => {
  it('ME14: writes prompt, negative prompt and settings as A1111 does', () => {
    expect(formatParameters(story)).toBe(
      'a red fox in the snow\nNegative prompt: blurry\n' +
        'Steps: 20, Sampler: DPM++ 2M, CFG scale: 7.5, Seed: 42, Size: 60x40, Model: sd-xl, Version: Easel',
    )
  })

  it('ME14: leaves out what is not known, and always has the three settings that make the line one', () => {
    expect(formatParameters({ ai: true, prompt: ' cat ', negativePrompt: '  ', width: 8, height: 9, model: 'm' })).toBe(
      'cat\nSize: 8x9, Model: m, Version: Easel',
    )
  })

  it('ME14: keeps zero', () => {
    const text = formatParameters({ ...story, seed: 0, guidance: 0 })
    expect(text).toContain('CFG scale: 0, Seed: 0,')
  })

  it.each([
    ['org/model:v1, "turbo"', '"org/model:v1, \\"turbo\\""'],
    ['two\nlines', '"two\\nlines"'],
    ['plain-1.0', 'plain-1.0'],
  ])('ME14: quotes a value that holds what separates values: %s', (model, expected) => {
    expect(formatParameters({ ...story, model })).toContain(`, Model: ${expected}, Version`)
  })

  it('ME14: has no NUL, no lone surrogates and one kind of line end', () => {
    expect(formatParameters({ ...story, prompt: 'a\0b\ud800c\r\nd\re' }).split('\nNegative')[0]).toBe('ab\ufffdc\nd\ne')
  })
})
