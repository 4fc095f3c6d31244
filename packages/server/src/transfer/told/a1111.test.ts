import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseParameters } from './a1111.ts'

describe('the text of AUTOMATIC1111', () => {
  it('TR14: is read into prompt, negative prompt, seed, model and settings', () => {
    const text = [
      'a fox, masterpiece:1.2',
      'in the snow',
      'Negative prompt: blurry,',
      'ugly',
      'Steps: 20, Sampler: DPM++ 2M, CFG scale: 7.5, Seed: 9007199254740991, Size: 512x768, Model hash: abc123, Model: sd-xl, Lora hashes: "a: 1, b: \\"2\\"", Version: v1.9',
    ].join('\n')
    expect(parseParameters(text)).toEqual({
      prompt: 'a fox, masterpiece:1.2\nin the snow',
      negativePrompt: 'blurry,\nugly',
      seed: 9007199254740991,
      model: 'sd-xl',
      createdAt: null,
      parameters: {
        steps: 20,
        sampler: 'DPM++ 2M',
        guidance: 7.5,
        Size: '512x768',
        'Model hash': 'abc123',
        'Lora hashes': 'a: 1, b: "2"',
        Version: 'v1.9',
      },
    })
  })

  it('TR14: is a prompt alone where there are no settings', () => {
    const none = { negativePrompt: null, seed: null, model: null, createdAt: null, parameters: {} }
    expect(parseParameters('time: noon, place: wood')).toEqual({ prompt: 'time: noon, place: wood', ...none })
    expect(parseParameters('')).toEqual({ prompt: null, ...none })
    expect(parseParameters('a\0b')).toEqual({ prompt: 'ab', ...none })
  })

  it('TR14: may be anything', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
        const { prompt, seed, parameters } = parseParameters(
          `${text}\nSteps: 1, Sampler: ${text}, Seed: ${text}, Model: x`,
        )
        expect(prompt?.includes('\0') ?? false).toBe(false)
        expect(seed === null || (Number.isSafeInteger(seed) && seed >= 0)).toBe(true)
        expect(JSON.stringify(parameters).isWellFormed()).toBe(true)
      }),
    )
    // Takes no time, whatever its length.
    expect(parseParameters('a '.repeat(4_000_000)).prompt?.length).toBeLessThanOrEqual(100_000)
    expect(parseParameters(`${'a '.repeat(9000)}\n${'b: "\\'.repeat(4000)}`).seed).toBeNull()
  })
})
