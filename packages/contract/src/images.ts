import { z } from 'zod'
import { Id } from './primitives.ts'
import { Tag } from './tags.ts'

export const ImageSource = z.enum(['generated', 'upload', 'import'])
export type ImageSource = z.infer<typeof ImageSource>

/** A stored picture. `size` is in bytes, `width` and `height` are in pixels, times are ISO 8601 in UTC. */
export const Image = z.object({
  id: Id,
  filename: z.string(),
  /** Where the file stands in the storage; a name, not an address. */
  filepath: z.string(),
  /** Path of the original's bytes. */
  url: z.string(),
  /** Path of the WebP thumbnail, 320 pixels on the long side. */
  thumbnailUrl: z.string(),
  mimeType: z.string(),
  size: z.int(),
  width: z.int(),
  height: z.int(),
  sha256: z.string(),
  /** Base64 of a thumbhash (https://evanw.github.io/thumbhash/), or null until it is made. */
  thumbhash: z.string().nullable(),
  source: ImageSource,
  generationId: Id.nullable(),
  /** What was drawn. */
  generationPrompt: z.string().nullable(),
  /** What somebody typed, where something else was drawn: resolved or refined. */
  typedPrompt: z.string().nullable(),
  revisedPrompt: z.string().nullable(),
  negativePrompt: z.string().nullable(),
  description: z.string().nullable(),
  title: z.string().nullable(),
  /** The owner's own remarks. */
  notes: z.string().nullable(),
  favourite: z.boolean(),
  /** Stars, 1 to 5; 0: none. */
  rating: z.int().min(0).max(5),
  generationModel: z.string().nullable(),
  provider: z.string().nullable(),
  /** The seed as asked for, 0 … 2⁵³−1. */
  seed: z.number().nullable(),
  /** What was really sent: steps, guidance, quality and the like. */
  parameters: z.record(z.string(), z.unknown()),
  parentId: Id.nullable(),
  tags: z.array(Tag),
  /** Why the file cannot be shown, or null when it is sound. */
  damage: z.string().nullable(),
  createdAt: z.iso.datetime(),
  deletedAt: z.iso.datetime().nullable(),
})
export type Image = z.infer<typeof Image>
