import { GenerationRequest, type Capabilities } from '@easel/contract'
import { describe, expect, it } from 'vitest'
import { idOf } from '#data/__fixtures__/records.ts'
import { emptyDraft, type Draft } from '#data/draft.ts'
import { changedSettings } from './changed-settings.ts'
import { toRequest } from './to-request.ts'

const plain: Capabilities = {
  imagesPerCall: 1,
  size: { kind: 'fixed', sizes: ['1024x1024', '1536x1024'], default: '1024x1024' },
  sources: 0,
  mask: false,
  negativePrompt: false,
  seedMax: null,
  steps: null,
  guidance: null,
  strength: null,
  quality: null,
  style: null,
  background: null,
  outputFormat: null,
  sampler: null,
  progress: 'none',
  cancel: 'engine',
}
const rich: Capabilities = {
  ...plain,
  size: { kind: 'free', min: 64, max: 2048, multiple: 8, default: '512x512' },
  sources: 1,
  negativePrompt: true,
  seedMax: 4_294_967_295,
  steps: { min: 1, max: 150, default: 20 },
  guidance: { min: 1, max: 30, default: 7 },
  strength: { min: 0, max: 1, default: 0.75 },
  quality: { values: ['low', 'high'], default: 'low' },
  sampler: { values: ['Euler a'], default: 'Euler a' },
}
const full: Draft = {
  ...emptyDraft,
  prompt: '  a lighthouse ',
  negativePrompt: 'fog',
  n: 4,
  size: '640x512',
  seed: 0,
  steps: 200,
  guidance: 5,
  strength: 0.5,
  quality: 'high',
  style: 'vivid',
  sampler: 'gone',
  sources: [idOf(1), idOf(2)],
  options: { tiling: true, foreign: 1 },
}
const options = { type: 'object', properties: { tiling: { type: 'boolean' } } }
const target = { connectionId: idOf(9), model: 'm', options: {} }

describe('toRequest', () => {
  it('WR17: sends a refined prompt beside the one that was typed, and what was changed since as typed', () => {
    const refinement = { typed: 'a fox', refined: 'a red fox at dawn' }
    const of = (prompt: string) => toRequest({ ...emptyDraft, prompt, refinement }, { ...target, capabilities: plain })
    expect(of('a red fox at dawn')).toMatchObject({ prompt: 'a fox', refinedPrompt: 'a red fox at dawn' })
    expect(of('a red fox at noon')).toMatchObject({ prompt: 'a red fox at noon' })
    expect(of('a red fox at noon')).not.toHaveProperty('refinedPrompt')
  })

  it('sends of an untouched form only the prompt, the number and where to', () => {
    const request = toRequest({ ...emptyDraft, prompt: 'p' }, { ...target, capabilities: rich })
    expect(request).toEqual({ prompt: 'p', connectionId: idOf(9), model: 'm', n: 1 })
  })

  it('sends all that the model can take, inside its bounds', () => {
    const request = toRequest(full, { ...target, capabilities: rich, options })
    expect(request).toEqual({
      prompt: 'a lighthouse',
      connectionId: idOf(9),
      model: 'm',
      n: 4,
      size: '640x512',
      negativePrompt: 'fog',
      seed: 0,
      steps: 150,
      guidance: 5,
      strength: 0.5,
      quality: 'high',
      sources: [idOf(1)],
      options: { tiling: true },
    })
    expect(GenerationRequest.safeParse(request).success).toBe(true)
  })

  it('leaves out what the model lacks', () => {
    expect(toRequest(full, { ...target, capabilities: plain })).toEqual({
      prompt: 'a lighthouse',
      connectionId: idOf(9),
      model: 'm',
      n: 4,
      size: '1536x1024',
    })
  })

  it('sends a ratio where the model thinks in ratios', () => {
    const capabilities: Capabilities = { ...plain, size: { kind: 'ratio', ratios: ['1:1', '16:9'], default: '1:1' } }
    const request = toRequest({ ...full, size: '1344x768' }, { ...target, capabilities })
    expect(request.aspectRatio).toBe('16:9')
    expect(request.size).toBeUndefined()
  })

  it('has no strength without a source', () => {
    expect(toRequest({ ...full, sources: [] }, { ...target, capabilities: rich }).strength).toBeUndefined()
  })
})

describe('changedSettings', () => {
  it('counts what was changed and what the model has', () => {
    expect(changedSettings(emptyDraft, rich)).toBe(0)
    expect(changedSettings({ ...full, options: {} }, rich)).toBe(7)
    expect(changedSettings({ ...full, options: {} }, plain)).toBe(0)
  })
})
