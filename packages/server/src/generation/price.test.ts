import type { Capabilities, Price } from '@easel/contract'
import { expect, it } from 'vitest'
import type { Fitted } from './fitted.ts'
import { priceOf } from './price.ts'

const capabilities: Capabilities = {
  imagesPerCall: 1,
  size: { kind: 'fixed', sizes: ['64x64'], default: '64x64' },
  sources: 0,
  mask: false,
  negativePrompt: false,
  seedMax: null,
  steps: null,
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
const fitted: Fitted = { seed: null, seedMax: null, sources: [], options: {} }
const prices: Price[] = [
  { amount: 1 },
  { amount: 2, quality: 'high' },
  { amount: 3, size: '64x64' },
  { amount: 4, model: 'a' },
  { amount: 5, model: 'a', quality: 'high' },
  { amount: 6, model: 'a', size: '16:9' },
]
const priced = (model: string, more: Partial<Fitted> = {}, list = prices) =>
  priceOf(list, { id: model, label: model, capabilities }, { ...fitted, ...more })

it.each<[string, Partial<Fitted>, number]>([
  ['b', {}, 1],
  ['b', { quality: 'high' }, 2],
  ['b', { width: 64, height: 64, quality: 'high' }, 3],
  ['a', { width: 64, height: 64 }, 4],
  ['a', { quality: 'high' }, 5],
  ['a', { aspectRatio: '16:9', quality: 'high' }, 6],
])('CN29: of several prices the one that names most counts: %s %o', (model, more, price) => {
  expect(priced(model, more)).toBe(price)
})

it('CN29: the model’s usual quality counts where none was asked for', () => {
  expect(priced('b', {}, [{ amount: 7, quality: 'low' }])).toBe(7)
})

it('CN29: what the list does not say is not known, and nothing is free by accident', () => {
  expect(priced('b', {}, [])).toBeNull()
  expect(priced('b', {}, [{ amount: 1, model: 'a' }])).toBeNull()
  expect(priced('a', {}, [{ amount: 0, model: 'a' }])).toBe(0)
})
