import { z } from 'zod'
import { Image } from './images.ts'
import { Id, PlainText, Size } from './primitives.ts'
import { ErrorKind } from './problem.ts'
import { PromptResolution, StyleNames } from './prompts.ts'
import { Tag, TagType } from './tags.ts'

export const GenerationState = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled'])
export type GenerationState = z.infer<typeof GenerationState>

/** A generation in one of these states never changes again. */
export const terminalStates: readonly GenerationState[] = ['succeeded', 'failed', 'cancelled']

/** An option that the model could not take as asked, and what became of it. `used: null` means it was dropped. */
export const Adjustment = z.object({
  field: z.string(),
  asked: z.unknown(),
  used: z.unknown(),
  reason: z.string(),
})
export type Adjustment = z.infer<typeof Adjustment>

const Prompt = PlainText(32_000)
const MaxSafeSeed = Number.MAX_SAFE_INTEGER

/** What the picture is to be, whichever engine makes it. Every field but the prompt may be left to the model's default. */
export const ImageSpec = z.object({
  prompt: Prompt.refine((text) => text.trim().length > 0, 'must not be empty'),
  /** What a text model made of the prompt: this is drawn, the prompt is kept as typed. */
  refinedPrompt: Prompt.refine((text) => text.trim().length > 0, 'must not be empty').optional(),
  negativePrompt: Prompt.optional(),
  /** The caller's own styles that the prompt becomes part of. */
  styles: StyleNames.optional(),
  /** Whether braces, names between `__` and backslashes in the prompt say what may vary; false: they are just letters. Absent: true. */
  promptLanguage: z.boolean().optional(),
  /** How many pictures. */
  n: z.int().min(1).max(10).optional(),
  size: Size.optional(),
  /** `W:H`; used when `size` is absent. */
  aspectRatio: z
    .string()
    .regex(/^[1-9]\d{0,2}:[1-9]\d{0,2}$/, 'must look like 16:9')
    .optional(),
  /** 0 … 2⁵³−1; picture i of a batch uses seed + i. Absent: random. */
  seed: z.int().min(0).max(MaxSafeSeed).optional(),
  steps: z.int().min(1).max(500).optional(),
  guidance: z.number().min(0).max(100).optional(),
  strength: z.number().min(0).max(1).optional(),
  quality: PlainText(50).optional(),
  style: PlainText(50).optional(),
  background: PlainText(50).optional(),
  outputFormat: PlainText(50).optional(),
  sampler: PlainText(100).optional(),
  /** Ids of pictures in the caller's own library to work from. */
  sources: z.array(Id).max(16).optional(),
  /** Id of a picture whose transparent pixels are the ones to repaint. */
  mask: Id.optional(),
  /** The provider's own options, checked against its schema. */
  options: z.record(z.string(), z.unknown()).optional(),
})
export type ImageSpec = z.infer<typeof ImageSpec>

export const GenerationRequest = ImageSpec.extend({
  /** Absent: the caller's default connection, else the first, else the built-in sketcher. */
  connectionId: Id.optional(),
  /** Absent: the connection's default model. */
  model: PlainText(300).min(1).optional(),
  tags: z.array(Tag).max(100).optional(),
  /** The generation this one repeats, varies or edits. */
  parentId: Id.optional(),
  /** Batch work waits behind interactive work. */
  priority: z.enum(['interactive', 'batch']).optional(),
  /** Refuse instead of adjusting what the model lacks. */
  strict: z.boolean().optional(),
})
export type GenerationRequest = z.infer<typeof GenerationRequest>

/** Why a generation, or a part of it, gave no picture. `message` is for people and never holds a secret. */
export const GenerationFailure = z.object({
  kind: ErrorKind,
  message: z.string(),
  /** True when the same request may be sent again by the person. */
  retryable: z.boolean(),
  /** HTTP status of the engine's answer, or null when it gave none. */
  engineStatus: z.int().nullable(),
})
export type GenerationFailure = z.infer<typeof GenerationFailure>

/** The connection that was asked first and surely did not take the work, so that its fallback was asked. */
export const FallbackFrom = z.object({
  connectionId: Id,
  connectionName: z.string(),
  provider: z.string(),
  /** The model that was asked for; empty: none was named, and the engine could not be asked for its first. */
  model: z.string(),
  /** Why it did not take it. */
  error: GenerationFailure,
})
export type FallbackFrom = z.infer<typeof FallbackFrom>

export const Generation = z.object({
  id: Id,
  state: GenerationState,
  connectionId: Id.nullable(),
  /** Name of the connection when it was submitted. */
  connectionName: z.string(),
  provider: z.string(),
  model: z.string(),
  /** The request as typed. */
  request: ImageSpec,
  /** What is drawn; where each picture has its own, the first one's. */
  resolvedPrompt: z.string(),
  /** Null: the prompt says nothing that may vary, and no style. */
  resolution: PromptResolution.nullable(),
  revisedPrompt: z.string().nullable(),
  /** The size asked of the engine, in pixels. */
  width: z.int().nullable(),
  height: z.int().nullable(),
  seed: z.number().nullable(),
  adjustments: z.array(Adjustment),
  /** Set when another engine than the one that was asked draws it: what stands above is of the one that does. */
  fallbackFrom: FallbackFrom.nullable(),
  /** Steps done and steps in all, over all its pictures; null before the engine's first sign. */
  progress: z.object({ completed: z.number(), total: z.number() }).nullable(),
  /** Path of the newest preview picture, or null. */
  previewUrl: z.string().nullable(),
  /** 1 is next; null when not queued. */
  place: z.int().nullable(),
  images: z.array(Image),
  /** Set when it failed, and when it succeeded with fewer pictures than asked. */
  error: GenerationFailure.nullable(),
  tags: z.array(Tag),
  parentId: Id.nullable(),
  cost: z.object({ amount: z.number(), currency: z.string() }).nullable(),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
})
export type Generation = z.infer<typeof Generation>

/** What would come of a request: nothing is kept and no engine begins anything. */
export const Estimate = z.object({
  connectionId: Id,
  connectionName: z.string(),
  provider: z.string(),
  model: z.string(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  adjustments: z.array(Adjustment),
  fallbackFrom: FallbackFrom.nullable(),
  /** By the connection's price list; null where that says nothing. */
  cost: z.object({ amount: z.number(), currency: z.string() }).nullable(),
  /** Why it would be refused, such as a limit that is reached, or null. */
  refusal: z.string().nullable(),
})
export type Estimate = z.infer<typeof Estimate>

/** Contract E's request: the synchronous form of a generation. */
export const SyncGenerationRequest = z.object({
  prompt: PlainText(4000).refine((text) => text.trim().length > 0, 'must not be empty'),
  profileId: Id,
  tags: z.array(z.object({ tagType: TagType.exclude(['LABEL']), tagId: PlainText(200).min(1) })).optional(),
  options: z
    .object({
      n: z.int().min(1).max(10).optional(),
      size: Size.optional(),
      quality: z.enum(['standard', 'hd']).optional(),
      style: z.enum(['vivid', 'natural']).optional(),
      aspectRatio: ImageSpec.shape.aspectRatio,
    })
    .optional(),
})
export type SyncGenerationRequest = z.infer<typeof SyncGenerationRequest>

/** Contract E's answer. */
export const SyncGeneration = z.object({
  data: z.array(
    z.object({
      id: Id,
      filename: z.string(),
      filepath: z.string(),
      url: z.string(),
      mimeType: z.string(),
      size: z.int(),
      revisedPrompt: z.string().optional(),
      tags: z.array(Tag),
    }),
  ),
  metadata: z.object({ prompt: z.string(), provider: z.string(), model: z.string(), count: z.int() }),
})
export type SyncGeneration = z.infer<typeof SyncGeneration>
