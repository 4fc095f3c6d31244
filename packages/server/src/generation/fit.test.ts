import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Capabilities } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import { fit } from './fit.ts'

const capable: Capabilities = {
  imagesPerCall: 4,
  size: { kind: 'free', min: 64, max: 2048, multiple: 8, default: '1024x1024' },
  sources: 2,
  mask: true,
  negativePrompt: true,
  seedMax: 2 ** 32 - 1,
  steps: { min: 1, max: 50, step: 1, default: 20 },
  guidance: { min: 1, max: 15, step: 0.5, default: 7.5 },
  strength: { min: 0, max: 1, default: 0.75 },
  quality: { values: ['low', 'medium', 'high'], default: 'medium' },
  style: { values: ['vivid', 'natural'], default: 'vivid' },
  background: null,
  outputFormat: null,
  sampler: { values: ['Euler a', 'DPM++ 2M'], default: 'Euler a' },
  progress: 'none',
  cancel: 'engine',
}
const bare: Capabilities = {
  ...capable,
  sources: 0,
  mask: false,
  negativePrompt: false,
  seedMax: null,
  steps: null,
  guidance: null,
  strength: null,
  quality: null,
  style: null,
  sampler: null,
}
const optionsSchema = z.object({ moderation: z.enum(['auto', 'low']).optional() })
const id = '019a0000-0000-7000-8000-000000000001'

const fitTo = (capabilities: Capabilities, spec: Omit<Parameters<typeof fit>[0], 'prompt'>, strict = false) =>
  fit({ prompt: 'a fox', ...spec }, { capabilities, optionsSchema }, strict)

function refusal(run: () => unknown): EaselError {
  try {
    run()
  } catch (error) {
    if (error instanceof EaselError) return error
    throw error
  }
  throw new EaselError('internal', 'nothing was refused')
}

describe('fit', () => {
  it('GN10: passes on what the model takes as it is', () => {
    const { fitted, adjustments } = fitTo(capable, {
      size: '512x512',
      seed: 7,
      steps: 30,
      guidance: 6.5,
      quality: 'high',
      style: 'NATURAL',
      sampler: 'DPM++ 2M',
      negativePrompt: 'blur',
      options: { moderation: 'low' },
    })
    expect(fitted).toMatchObject({
      width: 512,
      seed: 7,
      steps: 30,
      guidance: 6.5,
      quality: 'high',
      negativePrompt: 'blur',
    })
    expect(fitted.options).toEqual({ moderation: 'low' })
    expect(adjustments.map(({ field }) => field)).toEqual(['style'])
  })

  it.each([
    ['hd', 'high'],
    ['standard', 'medium'],
    ['ultra', null],
  ])('GN10: quality %s becomes %s', (asked, used) => {
    const { fitted, adjustments } = fitTo(capable, { quality: asked })
    expect(fitted.quality ?? null).toBe(used)
    expect(adjustments).toMatchObject([{ field: 'quality', asked, used }])
  })

  it('GN10: brings numbers into the range and onto the step', () => {
    const { fitted, adjustments } = fitTo(capable, { steps: 400, guidance: 6.3, strength: 0.5 })
    expect(fitted).toMatchObject({ steps: 50, guidance: 6.5, strength: 0.5 })
    expect(adjustments.map(({ field }) => field)).toEqual(['steps', 'guidance'])
  })

  it('GN10: drops and lists what the model has no setting for', () => {
    const asked = { seed: 3, steps: 9, guidance: 2, strength: 0.2, quality: 'hd', style: 'vivid', negativePrompt: 'x' }
    const { fitted, adjustments } = fitTo(bare, { ...asked, options: { wild: 1 } })
    expect(adjustments.map(({ field }) => field).toSorted()).toEqual([...Object.keys(asked), 'options.wild'].toSorted())
    expect(adjustments.every(({ used }) => used === null)).toBe(true)
    expect(fitted).toEqual({ width: 1024, height: 1024, seed: null, seedMax: null, sources: [], options: {} })
  })

  it('GN10: strict refuses every change and names the fields', () => {
    const error = refusal(() => fitTo(bare, { steps: 9, quality: 'hd' }, true))
    expect(error.code).toBe('unsupported-option')
    expect(error.fields.map(({ field }) => field)).toEqual(['body.steps', 'body.quality'])
  })

  it.each([
    ['sources that the model cannot use', bare, { sources: [id] }, 'body.sources'],
    ['too many sources', capable, { sources: [id, id, id] }, 'body.sources'],
    ['a mask that the model cannot use', { ...capable, mask: false }, { sources: [id], mask: id }, 'body.mask'],
    ['a mask without a source', capable, { mask: id }, 'body.mask'],
  ])('GN10: always refuses %s', (_name, capabilities, spec, field) => {
    expect(refusal(() => fitTo(capabilities, spec)).fields.map((fault) => fault.field)).toEqual([field])
  })

  it('GN10: refuses an option that is not valid, by its name', () => {
    const error = refusal(() => fitTo(capable, { options: { moderation: 'none' } }))
    expect(error.code).toBe('validation-failed')
    expect(error.fields[0]?.field).toBe('body.options.moderation')
  })

  it('GN12: keeps the asked seed, and draws one that every engine takes', () => {
    expect(fitTo(capable, { seed: Number.MAX_SAFE_INTEGER }).fitted.seed).toBe(Number.MAX_SAFE_INTEGER)
    const seeds = Array.from({ length: 50 }, () => fitTo(capable, {}).fitted.seed ?? -1)
    expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)).toBe(true)
    expect(new Set(seeds).size).toBeGreaterThan(40)
  })
})
