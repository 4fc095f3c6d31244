import type { ModelInfo } from '@easel/contract'

export const MODEL_ID = 'sketch'
export const SMALLEST = 64
export const LARGEST = 2048
export const DEFAULT_STEPS = 12
export const DEFAULT_STRENGTH = 0.6

/** The one thing that the sketcher offers. */
export const model: ModelInfo = {
  id: MODEL_ID,
  label: 'Sketcher (not AI)',
  description: 'Draws layered scenes by rules, on this machine. The same prompt and seed always give the same picture.',
  capabilities: {
    imagesPerCall: 1,
    size: { kind: 'free', min: SMALLEST, max: LARGEST, multiple: 1, default: '1024x1024' },
    sources: 1,
    mask: false,
    negativePrompt: true,
    seedMax: Number.MAX_SAFE_INTEGER,
    steps: { min: 1, max: 50, step: 1, default: DEFAULT_STEPS },
    guidance: null,
    strength: { min: 0, max: 1, step: 0.05, default: DEFAULT_STRENGTH },
    quality: null,
    style: {
      values: ['auto', 'print', 'poster', 'watercolour', 'ink', 'papercut', 'woodcut', 'riso', 'night'],
      default: 'auto',
    },
    background: null,
    outputFormat: null,
    sampler: null,
    progress: 'steps-and-previews',
    cancel: 'engine',
  },
  priceHint: 'free',
}
