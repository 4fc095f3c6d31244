import { z } from 'zod'
import { Image, ImageSource } from './images.ts'
import { Id, PlainText } from './primitives.ts'
import { Tag } from './tags.ts'

const text = (max: number) => PlainText(max).nullable().optional()
/** As PostgreSQL writes it, so that ids can be compared as text. */
const LowerId = Id.toLowerCase()

/** What a picture was in the library that it was exported from, beside what is known of it. */
export const ExportedPicture = z.object({
  id: LowerId,
  /** Without folders, and of one of the kinds that are kept. */
  filename: z
    .string()
    .max(200)
    .regex(
      /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?\.(?:png|jpe?g|webp|gif|avif)$/,
      'must be a plain name of a picture',
    ),
  source: ImageSource,
  /** As it is in this library. */
  generationId: LowerId.nullable(),
  generationIndex: z.int().min(0).max(9999).nullable(),
  deletedAt: z.iso.datetime({ offset: true }).nullable(),
})
export type ExportedPicture = z.infer<typeof ExportedPicture>

/**
 * What is known of a picture that is brought in. Everything is optional: where it says nothing of prompt, negative prompt, seed, model
 * and parameters, what the file itself says of them counts.
 */
export const ImageFacts = z.object({
  prompt: text(500_000),
  /** What was typed, where something else was drawn. */
  typedPrompt: text(500_000),
  negativePrompt: text(500_000),
  revisedPrompt: text(500_000),
  description: text(500_000),
  title: text(300),
  /** The owner's own remarks. */
  notes: text(100_000),
  favourite: z.boolean().optional(),
  /** Stars, 1 to 5; 0: none. */
  rating: z.int().min(0).max(5).optional(),
  model: text(300),
  provider: text(100),
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).nullable().optional(),
  parameters: z.record(PlainText(200), z.unknown()).optional(),
  tags: z.array(Tag).max(1000).optional(),
  /** When the picture came to be; absent: now. Never in the future. */
  createdAt: z.iso.datetime({ offset: true }).optional(),
  /** When the file was last changed: counts as `createdAt` where neither that nor the file itself says when. */
  modifiedAt: z.iso.datetime({ offset: true }).optional(),
  /** `import` when it comes from another library; absent: `upload`. */
  source: ImageSource.exclude(['generated']).optional(),
  /** It comes back from an export: it is again what it was. */
  exported: ExportedPicture.optional(),
})
export type ImageFacts = z.infer<typeof ImageFacts>

/** Put on a picture beside those in its record. */
export const UploadTags = z.array(Tag).max(100)

/**
 * The JSON form of bringing in a picture: by its address, or for small ones with its bytes, 12 MB at most. Larger ones go as
 * `multipart/form-data` with a part `file` and, before or behind it, parts `record` and `tags` of JSON text.
 */
export const ImageUpload = z
  .object({
    /** The file's bytes, in either alphabet of base64. */
    base64: z.string().optional(),
    /** `data:…;base64,…`. The type it names does not count. */
    dataUrl: z.string().optional(),
    /** Where it is fetched from, on the public internet. Its `source` is `import` where the record does not say. */
    url: z.string().min(1).max(4000).optional(),
    /** What the file was called, kept as `originalFilename` among the parameters. */
    filename: PlainText(300).optional(),
    record: ImageFacts.optional(),
    tags: UploadTags.optional(),
  })
  .refine(({ base64, dataUrl, url }) => [base64, dataUrl, url].filter((form) => form !== undefined).length === 1, {
    message: 'must be given, either as base64, as dataUrl or as url',
    path: ['base64'],
  })
export type ImageUpload = z.infer<typeof ImageUpload>

/** A picture that was brought in, or was there. */
export const AddedImage = z.object({
  data: Image,
  /** What could not be taken of it: words in its file that cannot be read. Absent: nothing. */
  note: z.string().optional(),
})

/** Which of these files are in the library already, the trash included. */
export const KnownImagesQuestion = z.object({
  /** SHA-256 in hexadecimal digits. */
  sha256: z
    .array(z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits'))
    .min(1)
    .max(500),
})

export const KnownImages = z.object({ data: z.array(z.object({ sha256: z.string(), id: Id })) })

/** Deleting one's own account. */
export const AccountDeletion = z.object({
  /** Needed where the account has one. */
  password: z.string().max(1000).optional(),
})
