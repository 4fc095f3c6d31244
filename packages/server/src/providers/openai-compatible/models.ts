import type { Capabilities, ModelInfo, TextModel } from '@easel/contract'
import { listed } from '../kit/images-api.ts'
import type { Settings } from './options.ts'

const seedMax = 2 ** 32 - 1

/** What every model of a connection can do, by its settings. */
export function capabilitiesOf(settings: Settings): Capabilities {
  const sizes = listed(settings.sizes)
  const [firstSize] = sizes
  const qualities = listed(settings.quality)
  const [firstQuality] = qualities
  const side = Math.min(1024, settings.longestSide - (settings.longestSide % 16))
  const { edits } = settings
  return {
    imagesPerCall: settings.imagesPerCall,
    size:
      firstSize === undefined
        ? { kind: 'free', min: 64, max: settings.longestSide, multiple: 16, default: `${side}x${side}` }
        : { kind: 'fixed', sizes: [...sizes], default: firstSize },
    sources: edits === 'none' ? 0 : settings.sources,
    mask: edits === 'form' && settings.mask,
    negativePrompt: settings.negativePrompt !== 'none',
    seedMax: settings.seed ? seedMax : null,
    steps: settings.steps === 'none' ? null : { min: 1, max: 200, step: 1, default: 20 },
    guidance: settings.guidance ? { min: 0, max: 20, step: 0.1, default: 4 } : null,
    strength: null,
    quality:
      firstQuality === undefined
        ? null
        : { values: [...qualities], default: qualities.includes('auto') ? 'auto' : firstQuality },
    style: null,
    background: null,
    outputFormat: null,
    sampler: null,
    progress: 'none',
    cancel: 'connection',
  }
}

/** Names of models that surely do something else than draw. */
const other = /embed|whisper|rerank|(?:^|[-_/])(?:tts|stt|asr|vad|bark|piper)(?:[-_.]|$)/i

export interface ListedModel {
  readonly id: string
  /** Absent where the server does not tell. */
  readonly draws?: boolean
  readonly writes?: boolean
  /** Whether it takes pictures. Absent where the server does not tell. */
  readonly sees?: boolean
}

/**
 * The models to choose from: those that the settings name, else those of the server's list that draw, else (where it does not tell)
 * all that may.
 */
export function drawingModels(models: readonly ListedModel[], settings: Settings): readonly ModelInfo[] {
  const capabilities = capabilitiesOf(settings)
  const named = listed(settings.models)
  if (named.length > 0) return named.map((id) => ({ id, label: id, capabilities }))
  const once = [...new Map(models.map((model) => [model.id, model])).values()]
  return once
    .filter(({ id, draws }) => draws ?? !other.test(id))
    .map(({ id, draws }) => ({
      id,
      label: id,
      ...(draws === undefined && { description: 'This server does not tell which of its models draw.' }),
      capabilities,
    }))
}

const drawing = /stable-?diffusion|sdxl|flux|qwen-?image|z-image|dall-e|(?:^|[-_/])(?:gpt-image|imagen)/i

/** The models that write: those that the server says so of, else (where it does not tell) all that may. */
export function writingModels(models: readonly ListedModel[]): readonly TextModel[] {
  const once = [...new Map(models.map((model) => [model.id, model])).values()]
  return once
    .filter(({ id, writes }) => writes ?? !(other.test(id) || drawing.test(id)))
    .map(({ id, sees }) => ({ id, label: id, sees: sees ?? null }))
}
