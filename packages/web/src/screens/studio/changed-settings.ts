import type { Capabilities } from '@easel/contract'
import type { Draft } from '#data/draft.ts'

/** How many of the folded settings are not as the model does by itself. */
export function changedSettings(draft: Draft, able: Capabilities): number {
  const set = [
    able.negativePrompt && draft.negativePrompt.trim() !== '',
    able.seedMax !== null && draft.seed !== null,
    able.steps !== null && draft.steps !== null,
    able.guidance !== null && draft.guidance !== null,
    able.strength !== null && draft.strength !== null && draft.sources.length > 0,
    able.quality !== null && draft.quality !== null,
    able.style !== null && draft.style !== null,
    able.background !== null && draft.background !== null,
    able.outputFormat !== null && draft.outputFormat !== null,
    able.sampler !== null && draft.sampler !== null,
  ]
  return set.filter(Boolean).length + Object.keys(draft.options).length
}
