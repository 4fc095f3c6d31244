import { z } from 'zod'
import { Size } from './primitives.ts'

/** An inclusive range with its default; `step` is the distance between usable values. */
export const NumberRange = z.object({
  min: z.number(),
  max: z.number(),
  step: z.number().optional(),
  default: z.number(),
})
export type NumberRange = z.infer<typeof NumberRange>

/**
 * How a model takes the shape of a picture. `free`: any width and height in pixels within bounds; `fixed`: one of a list
 * of sizes; `ratio`: an aspect ratio such as `16:9`, the engine decides the pixels.
 */
export const SizeRule = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('free'),
    min: z.int(),
    max: z.int(),
    /** Width and height must be divisible by this. */
    multiple: z.int(),
    /** Width × height may not exceed this. */
    maxPixels: z.int().optional(),
    minPixels: z.int().optional(),
    /** The longer side divided by the shorter may not exceed this. */
    maxRatio: z.number().optional(),
    default: Size,
  }),
  z.object({ kind: z.literal('fixed'), sizes: z.array(Size).min(1), default: Size }),
  z.object({ kind: z.literal('ratio'), ratios: z.array(z.string()).min(1), default: z.string() }),
])
export type SizeRule = z.infer<typeof SizeRule>

const Choice = z.object({ values: z.array(z.string()).min(1), default: z.string() })

/** What one model can do. The web form is rendered from this; what is absent here is not offered. */
export const Capabilities = z.object({
  /** Pictures that one call to the engine can return; more are made by more calls. */
  imagesPerCall: z.int().min(1),
  size: SizeRule,
  /** Source images that one request can carry; 0 means text to image only. */
  sources: z.int().min(0),
  mask: z.boolean(),
  negativePrompt: z.boolean(),
  /** The largest seed the engine takes, or null where it takes none. */
  seedMax: z.number().nullable(),
  steps: NumberRange.nullable(),
  guidance: NumberRange.nullable(),
  /** How strongly a source image is changed, 0 (kept) to 1 (ignored). */
  strength: NumberRange.nullable(),
  /** `standard` and `hd` are mapped to the default and to the last value. Values are ordered from lowest to best. */
  quality: Choice.nullable(),
  style: Choice.nullable(),
  background: Choice.nullable(),
  outputFormat: Choice.nullable(),
  sampler: Choice.nullable(),
  /** What is seen while it runs. */
  progress: z.enum(['none', 'steps', 'previews', 'steps-and-previews']),
  /** `engine`: the engine stops working; `connection`: only our waiting stops; the engine may go on (and bill). */
  cancel: z.enum(['engine', 'connection']),
})
export type Capabilities = z.infer<typeof Capabilities>

/** A model that the engine's maker has switched off, though a server may still list it. */
export const Retirement = z.object({
  /** The day, in UTC; null: nobody has said. */
  on: z.iso.date().nullable(),
  /** Ids of models to take instead, the best first. */
  instead: z.array(z.string()).min(1),
})
export type Retirement = z.infer<typeof Retirement>

/** What people are told of a retired model: `dall-e-3 was retired on 12 May 2026. Take gpt-image-2 instead.` */
export function retirementWords(model: string, { on, instead }: Retirement): string {
  const when =
    on === null ? '' : ` on ${new Date(on).toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' })}`
  return `${model} was retired${when}. Take ${instead.join(' or ')} instead.`
}

export const ModelInfo = z.object({
  id: z.string(),
  label: z.string(),
  description: z.string().optional(),
  capabilities: Capabilities,
  /** Shown beside the model, e.g. `about $0.04 a picture`. */
  priceHint: z.string().optional(),
  /** Set when the engine's maker has switched it off. */
  retired: Retirement.optional(),
})
export type ModelInfo = z.infer<typeof ModelInfo>

/** A provider as the page shows it; `settings` and `options` are JSON Schema (2020-12) that forms are rendered from. */
export const ProviderInfo = z.object({
  id: z.string(),
  label: z.string(),
  description: z.string(),
  /** False for the built-in sketcher, whose pictures are drawn by rules. */
  ai: z.boolean(),
  /** Whether it has text models that Easel can ask. */
  writes: z.boolean(),
  key: z.enum(['none', 'optional', 'required']),
  defaultBaseUrl: z.string().nullable(),
  settings: z.record(z.string(), z.unknown()),
  options: z.record(z.string(), z.unknown()),
})
export type ProviderInfo = z.infer<typeof ProviderInfo>
