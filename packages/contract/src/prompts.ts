import { z } from 'zod'
import { Image } from './images.ts'
import { Id, PlainText } from './primitives.ts'

/** What a seed made of a prompt that says what may vary. Kept, so that the same can be made again whatever becomes of the lists. */
export const PromptResolution = z.object({
  /** 0 … 2⁵³−1; the prompt of picture i follows from this + i. The seed of the pictures where the engine takes one. */
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
  /** One a picture, in their order. */
  prompts: z.array(PlainText(32_000)).min(1).max(10),
  /** With what the styles leave out; null: as typed. */
  negativePrompt: PlainText(100_000).nullable(),
})
export type PromptResolution = z.infer<typeof PromptResolution>

/** `list`: a line of it is chosen. `template`: a prompt with places to fill in. `style`: what a prompt becomes part of. */
export const PromptPartKind = z.enum(['list', 'template', 'style'])
export type PromptPartKind = z.infer<typeof PromptPartKind>

const name = PlainText(60).refine((text) => text.trim() !== '', 'must not be empty')
const text = PlainText(200_000).refine((words) => words.trim() !== '', 'must not be empty')

/** A list, template or style as lists of them show it. */
export const PromptPartEntry = z.object({
  id: Id,
  kind: PromptPartKind,
  /** Once for a user, whatever the case of its letters. */
  name: z.string(),
  /** How its text begins. */
  excerpt: z.string(),
  /** Of a list, how many lines say anything; else 0. */
  lines: z.int(),
  /** Of a template, the places that have to be filled in. */
  places: z.array(z.string()),
  changedAt: z.iso.datetime(),
})
export type PromptPartEntry = z.infer<typeof PromptPartEntry>

export const PromptPart = PromptPartEntry.extend({
  text: z.string(),
  /** Of a style, what it leaves out of pictures. */
  negativePrompt: z.string().nullable(),
})
export type PromptPart = z.infer<typeof PromptPart>

export const PromptPartCreate = z.object({
  kind: PromptPartKind,
  name,
  /** At most 8,000 characters but for a list. */
  text,
  /** Only of a style. */
  negativePrompt: PlainText(8000).nullable().optional(),
})
export type PromptPartCreate = z.infer<typeof PromptPartCreate>
export const PromptPartChange = z.strictObject(PromptPartCreate.omit({ kind: true }).shape).partial()
export type PromptPartChange = z.infer<typeof PromptPartChange>

/** Names of styles, in the order in which they are put around the prompt. */
export const StyleNames = z.array(name).max(10)

export const PromptPreviewRequest = z.object({
  prompt: PlainText(32_000),
  styles: StyleNames.optional(),
  /** Absent: drawn by lot. */
  seed: PromptResolution.shape.seed.optional(),
  n: z.int().min(1).max(10).default(3),
})
export type PromptPreviewRequest = z.input<typeof PromptPreviewRequest>

export const PromptPreview = z.object({
  /** Whether anything of the language is in it. */
  varies: z.boolean(),
  seed: PromptResolution.shape.seed,
  prompts: z.array(z.string()),
  negativePrompt: z.string().nullable(),
})
export type PromptPreview = z.infer<typeof PromptPreview>

/** Making a picture again. */
export const AgainRequest = z.object({
  /** With a new seed; absent: the same again. */
  vary: z.boolean().optional(),
  /** How many; only with `vary`. */
  n: z.int().min(1).max(10).optional(),
  /** Refuse instead of making something that differs. */
  strict: z.boolean().optional(),
})
export type AgainRequest = z.infer<typeof AgainRequest>

/** What a picture came from and what came of it, without what is in the trash. */
export const Lineage = z.object({
  /** Those that it was made or varied from. */
  parents: z.array(Image),
  /** Those that were made or varied from it, the newest first. */
  children: z.array(Image),
  /** There are more children than these. */
  more: z.boolean(),
})
export type Lineage = z.infer<typeof Lineage>
