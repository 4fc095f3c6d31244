import type { Capabilities, ModelInfo } from '@easel/contract'
import { describe, expect, it } from 'vitest'
import { modelAmong } from './use-engine.ts'

const capabilities: Capabilities = {
  imagesPerCall: 1,
  size: { kind: 'ratio', ratios: ['1:1'], default: '1:1' },
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
const models: ModelInfo[] = ['a', 'b'].map((id) => ({ id, label: id, capabilities }))

describe('modelAmong', () => {
  it('takes the wish, then the default, then the first', () => {
    expect(modelAmong(models, ['b', 'a'])?.id).toBe('b')
    expect(modelAmong(models, ['gone', 'b'])?.id).toBe('b')
    expect(modelAmong(models, [null, null])?.id).toBe('a')
    expect(modelAmong([], ['a'])).toBeNull()
  })
})
