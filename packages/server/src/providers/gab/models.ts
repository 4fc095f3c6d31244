import type { Capabilities, ModelInfo, TextModel } from '@easel/contract'
import { listed } from '../kit/images-api.ts'
import { promptOnly } from '../kit/prompt-only.ts'
import type { Settings } from './options.ts'

/** Gab's list holds models of every kind and does not say which draw; these are the families that its documentation names, and their like. */
const likely = /image|imagine|imagen|banana|seedream|flux|diffusion|dall-e|ideogram|recraft/i

const other = /video|veo|kling|sora|embed|whisper|tts|speech|audio|music/i

const unverified = 'Experimental: not tried against the live service.'

function capabilitiesOf(settings: Settings): Capabilities {
  const sizes = listed(settings.sizes)
  return {
    ...promptOnly,
    imagesPerCall: 1,
    size: { kind: 'fixed', sizes: [...sizes], default: sizes[0] ?? '1024x1024' },
  }
}

/** The models that the settings name, else those that look as if they drew, else all: the person knows better. */
export function drawingModels(ids: readonly string[], settings: Settings): readonly ModelInfo[] {
  const named = listed(settings.models)
  const guessed = ids.filter((id) => likely.test(id))
  const chosen = named.length > 0 ? named : guessed.length > 0 ? guessed : ids
  const capabilities = capabilitiesOf(settings)
  return [...new Set(chosen)].map((id) => ({ id, label: id, description: unverified, capabilities }))
}

/** The models that may write: all but those that look as if they did something else. */
export function writingModels(ids: readonly string[]): readonly TextModel[] {
  const models = [...new Set(ids)].filter((id) => !likely.test(id) && !other.test(id))
  return models.map((id) => ({ id, label: id, sees: null }))
}
