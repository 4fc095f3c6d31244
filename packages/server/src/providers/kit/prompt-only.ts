import type { Capabilities } from '@easel/contract'

/** What a model can do that takes a prompt and nothing else. */
export const promptOnly: Omit<Capabilities, 'imagesPerCall' | 'size'> = {
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
  // An abort ends our waiting only; the work is probably billed all the same.
  cancel: 'connection',
}
