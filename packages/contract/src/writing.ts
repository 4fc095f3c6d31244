import { z } from 'zod'
import { Image } from './images.ts'
import { Id, PlainText } from './primitives.ts'

/** A model that writes: it can rewrite prompts and, where it sees, say what a picture shows. */
export const TextModel = z.object({
  id: z.string(),
  label: z.string(),
  /** Whether it takes pictures; null where the engine does not tell. */
  sees: z.boolean().nullable(),
})
export type TextModel = z.infer<typeof TextModel>

/** Which connection's text model writes for somebody. */
export const WritingChoice = z.object({ connectionId: Id, model: z.string().min(1).max(300) })
export type WritingChoice = z.infer<typeof WritingChoice>

const writer = {
  /** Absent: the caller's choice. */
  connectionId: Id.optional(),
  /** Absent: the model of the caller's choice, when that is of this connection, else the first that the connection lists. */
  model: PlainText(300).min(1).optional(),
}

export const RefineRequest = z.object({
  prompt: PlainText(8000).refine((text) => text.trim().length > 0, 'must not be empty'),
  ...writer,
})
export type RefineRequest = z.infer<typeof RefineRequest>

const Cost = z.object({ amount: z.number(), currency: z.string() })

/** What a text model wrote, and which one. `cost` is null where the engine does not say it. */
const written = { connectionId: Id, model: z.string(), cost: Cost.nullable() }

export const Refined = z.object({ prompt: z.string(), ...written })
export type Refined = z.infer<typeof Refined>

export const DescribeRequest = z.object({
  ...writer,
  /** Takes the place of a description that the picture has already; absent: that one stays. */
  replace: z.boolean().optional(),
})
export type DescribeRequest = z.infer<typeof DescribeRequest>

export const Described = z.object({
  description: z.string(),
  ...written,
  /** Whether it is the picture's description now. */
  saved: z.boolean(),
  /** The picture as it is now. */
  image: Image,
})
export type Described = z.infer<typeof Described>
