// Pictures shown to people who are not signed in: links, and what a visitor is told.
import { z } from 'zod'
import { Id, PlainText } from './primitives.ts'

/** What a link shows. `images`: a selection, in the order given, that stays as it was chosen; `album`: whatever the album holds. */
export const ShareTarget = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('image'), imageId: Id }),
  z.object({ kind: z.literal('album'), albumId: Id }),
  z.object({ kind: z.literal('images'), imageIds: z.array(Id).min(1).max(1000) }),
])
export type ShareTarget = z.infer<typeof ShareTarget>

const words = (max: number) => PlainText(max).nullable().optional()
const time = z.iso.datetime({ offset: true }).nullable().optional()

const options = {
  /** Stands above the pictures; absent or null: none. */
  title: words(300),
  comment: words(10_000),
  /** From then on; null: at once. */
  startsAt: time,
  /** Until then; null: for ever. */
  expiresAt: time,
  /** Asked of visitors; null: none. It is told nobody, its owner included. */
  password: PlainText(200).min(4).nullable().optional(),
  /** After so many visits the link is used up; null: never. */
  viewLimit: z.int().min(1).max(1_000_000).nullable().optional(),
  /** Whether visitors may save the originals. Without it they see pictures of 1,280 pixels at most. */
  download: z.boolean().optional(),
  /** Whether visitors may read prompt, settings and model, on the page and in the files. */
  prompt: z.boolean().optional(),
  /** Whether search engines may list it. */
  listed: z.boolean().optional(),
  /** Publishes an album at `/g/<address>`, where the server has a gallery; null: it has no such address. */
  address: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{1,58}[a-z0-9])$/, 'must be small letters, digits and hyphens, 3 to 60')
    .nullable()
    .optional(),
}

/** A new link. Without options it is open to whoever knows it, for ever, may be saved from, and tells no prompt. */
export const ShareCreate = z.object({
  target: ShareTarget,
  /** The readable beginning of its name, before the secret; absent: the secret alone. */
  name: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$/, 'must be small letters, digits and hyphens, 60 at most')
    .optional(),
  ...options,
})
export type ShareCreate = z.infer<typeof ShareCreate>

/** What is absent stays as it is. */
export const ShareChange = z.strictObject(options)
export type ShareChange = z.infer<typeof ShareChange>

/** What a visitor sends to the address of a link that asks a password. */
export const SharePassword = z.object({ password: PlainText(200) })
export type SharePassword = z.infer<typeof SharePassword>

/** `unpublished`: an album's own address, while the server has no gallery. */
export const ShareState = z.enum(['open', 'not-yet', 'expired', 'used-up', 'unpublished', 'revoked'])
export type ShareState = z.infer<typeof ShareState>

/** A link as its owner sees it. */
export const Share = z.object({
  id: Id,
  kind: z.enum(['image', 'album', 'images']),
  /** Of a link to one picture. */
  imageId: Id.nullable(),
  /** Of a link to an album. */
  albumId: Id.nullable(),
  /** What it shows, for a list: the picture's title or the album's name, where there is one. */
  label: z.string().nullable(),
  /** Shown in lists; null: nothing is left to show. */
  coverId: Id.nullable(),
  /** Pictures a visitor would see now. */
  images: z.int(),
  /** What stands in its address. */
  name: z.string(),
  /** Where an album is published, or null. */
  address: z.string().nullable(),
  /** Its page: whole where the server knows its own address, else a path. */
  url: z.string(),
  /** The picture itself, of a link to one that asks no password and may be saved from; as `url`. */
  fileUrl: z.string().nullable(),
  state: ShareState,
  title: z.string().nullable(),
  comment: z.string().nullable(),
  startsAt: z.iso.datetime().nullable(),
  expiresAt: z.iso.datetime().nullable(),
  hasPassword: z.boolean(),
  viewLimit: z.int().nullable(),
  views: z.int(),
  viewedAt: z.iso.datetime().nullable(),
  download: z.boolean(),
  prompt: z.boolean(),
  listed: z.boolean(),
  createdAt: z.iso.datetime(),
  revokedAt: z.iso.datetime().nullable(),
})
export type Share = z.infer<typeof Share>

/** One picture as a visitor may see it: nothing here tells what the link hides. */
export const SharedImage = z.object({
  id: Id,
  width: z.int(),
  height: z.int(),
  mimeType: z.string(),
  /** Base64 of a thumbhash, or null until it is made. */
  thumbhash: z.string().nullable(),
  title: z.string().nullable(),
  /** Paths, or whole addresses of the server's CDN. `viewUrl` is what fits a screen, `fileUrl` what is saved: null where that is not allowed. */
  thumbnailUrl: z.string(),
  viewUrl: z.string(),
  fileUrl: z.string().nullable(),
  /** Null unless the link tells it. */
  story: z
    .object({
      prompt: z.string().nullable(),
      negativePrompt: z.string().nullable(),
      model: z.string().nullable(),
      seed: z.number().nullable(),
      parameters: z.record(z.string(), z.unknown()),
    })
    .nullable(),
})
export type SharedImage = z.infer<typeof SharedImage>

/** What the page of a link shows, a page of pictures at a time. */
export const SharedPage = z.object({
  name: z.string(),
  kind: Share.shape.kind,
  title: z.string().nullable(),
  comment: z.string().nullable(),
  expiresAt: z.iso.datetime().nullable(),
  /** Pictures in all. */
  count: z.int(),
  /** Path of everything as one archive; null where saving is not allowed. */
  zipUrl: z.string().nullable(),
  images: z.array(SharedImage),
  nextCursor: z.string().nullable(),
})
export type SharedPage = z.infer<typeof SharedPage>
