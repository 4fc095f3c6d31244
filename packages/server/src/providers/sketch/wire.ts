import type { ImageRequest, SourceImage } from '../spec/provider.ts'
import type { Wish } from './drawing.ts'
import { unknownModel, unusable } from './errors.ts'
import { DEFAULT_STEPS, DEFAULT_STRENGTH, LARGEST, model, MODEL_ID, SMALLEST } from './models.ts'
import { options } from './options.ts'

/** A request as the drawing takes it. */
export interface Order {
  readonly wish: Wish
  readonly source: SourceImage | null
  /** 0 … 1: how much of the source is drawn anew. */
  readonly strength: number
  /** Phases that progress is told in. */
  readonly steps: number
}

const DEFAULT_SIDE = 1024

/** @throws ProviderError `not-found` for another model, `bad-request` for what cannot be drawn. */
export function readOrder(request: ImageRequest): Order {
  if (request.model !== MODEL_ID) throw unknownModel(request.model)
  if (request.n !== 1) throw unusable(`it gives one picture a call, not ${request.n}`)
  const { width = DEFAULT_SIDE, height = DEFAULT_SIDE, seed = 0, style = 'auto' } = request
  for (const side of [width, height]) {
    if (!Number.isInteger(side) || side < SMALLEST || side > LARGEST) {
      throw unusable(`${width}×${height} pixels are not within ${SMALLEST} to ${LARGEST} a side`)
    }
  }
  if (!Number.isSafeInteger(seed) || seed < 0) throw unusable(`${seed} is no seed`)
  if (!model.capabilities.style?.values.includes(style)) throw unusable(`there is no style "${style}"`)
  const extra = options.safeParse(request.options)
  if (!extra.success) throw unusable('its options are not known')
  const { time, season } = extra.data
  return {
    wish: {
      prompt: request.prompt,
      negativePrompt: request.negativePrompt ?? '',
      seed,
      width,
      height,
      style,
      time: time === 'auto' ? null : time,
      season: season === 'auto' ? null : season,
    },
    source: request.sources[0] ?? null,
    strength: Math.min(1, Math.max(0, request.strength ?? DEFAULT_STRENGTH)),
    steps: Math.min(50, Math.max(1, Math.round(request.steps ?? DEFAULT_STEPS))),
  }
}
