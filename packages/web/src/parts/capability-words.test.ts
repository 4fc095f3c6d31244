import type { Capabilities } from '@easel/contract'
import { expect, it } from 'vitest'
import { capabilityWords } from './capability-words.ts'

const able: Capabilities = {
  imagesPerCall: 1,
  size: { kind: 'free', min: 64, max: 2048, multiple: 8, default: '1024x1024' },
  sources: 2,
  mask: true,
  negativePrompt: true,
  seedMax: 99,
  steps: { min: 1, max: 9, default: 4 },
  guidance: null,
  strength: null,
  quality: { values: ['low', 'high'], default: 'low' },
  style: null,
  background: null,
  outputFormat: null,
  sampler: null,
  progress: 'none',
  cancel: 'connection',
}

it('says what a model can do, and nothing of what it cannot', () => {
  expect(capabilityWords(able)).toBe(
    'any size to 2048 px · 2 source pictures · mask · negative prompt · seed · steps · quality low, high',
  )
  const bare: Capabilities = {
    ...able,
    size: { kind: 'ratio', ratios: ['1:1'], default: '1:1' },
    sources: 0,
    mask: false,
    negativePrompt: false,
    seedMax: null,
    steps: null,
    quality: null,
  }
  expect(capabilityWords(bare)).toBe('1 shape · text only')
})
