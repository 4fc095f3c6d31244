// Taking pictures out: as they are, without what they tell, or in another format; one by one or as one archive.
import { z } from 'zod'
import { Selection } from './collections.ts'
import { Id } from './primitives.ts'

/** `original`: the file as it is kept. */
export const PictureFormat = z.enum(['original', 'png', 'jpeg', 'webp', 'avif'])
export type PictureFormat = z.infer<typeof PictureFormat>

const quality = z.int().min(1).max(100)
const longestSide = z.int().min(16).max(16_383)

const form = {
  format: PictureFormat.default('original'),
  /** 1 to 100, of what is compressed with loss. */
  quality: quality.optional(),
  /** Pixels at most; a smaller picture stays as it is. */
  longestSide: longestSide.optional(),
  /** Whether the file may say how it was made. That an AI made it stays in it in any case. */
  prompt: z.boolean().default(true),
}

interface Form {
  readonly format: PictureFormat
  readonly quality?: number | undefined
  readonly longestSide?: number | undefined
}

/** What cannot be wished for together. */
function checkForm({ format, quality: wanted, longestSide: side }: Form, context: z.RefinementCtx): void {
  const fault = (path: 'quality' | 'longestSide', message: string) =>
    context.addIssue({ code: 'custom', path: [path], message })
  if (format === 'original' && side !== undefined) fault('longestSide', 'needs a format')
  if (wanted === undefined || format === 'jpeg' || format === 'webp' || format === 'avif') return
  fault('quality', format === 'png' ? 'is nothing that a PNG has' : 'needs a format')
}

/** How a picture is to come out. */
export const PictureForm = z.object(form).superRefine(checkForm)
export type PictureForm = z.output<typeof PictureForm>

/** The same as the query of a picture's file. */
export const PictureFormQuery = z
  .object({
    format: form.format,
    quality: z.coerce.number().pipe(quality).optional(),
    longestSide: z.coerce.number().pipe(longestSide).optional(),
    prompt: z.stringbool().default(true),
    /** Saved instead of shown. */
    download: z.stringbool().default(false),
  })
  .superRefine(checkForm)

/** Pictures as one archive. */
export const DownloadRequest = z
  .object({
    ...form,
    selection: Selection,
    /** `album`: as they stand in the album that is searched. */
    sort: z.enum(['date', 'album']).default('date'),
    /** A JSON file beside each picture, with everything known of it. */
    records: z.boolean().default(false),
  })
  .superRefine(checkForm)
export type DownloadRequest = z.output<typeof DownloadRequest>

/** An archive that waits to be fetched. */
export const Download = z.object({
  id: Id,
  /** Where it is, for whoever knows the address. */
  url: z.string(),
  filename: z.string(),
  /** Pictures in it. */
  pictures: z.int(),
  /** Pictures whose file is missing; `missing.json` in the archive names them. */
  missing: z.int(),
  /** Bytes, known where the files go as they are; else null. */
  size: z.int().nullable(),
  /** Nobody begins to fetch it later, unless it is being fetched. */
  expiresAt: z.iso.datetime(),
})
export type Download = z.infer<typeof Download>
