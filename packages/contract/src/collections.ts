// What pictures are kept in and found by: tags, albums, saved searches, the timeline, and actions on many at once.
import { z } from 'zod'
import { Id, PlainText } from './primitives.ts'
import { ImageFilter } from './search.ts'
import { Tag, TagType } from './tags.ts'

const words = (max: number) => PlainText(max).nullable().optional()

/** The words and stars of a picture; what is absent stays as it is. */
export const ImageChange = z.strictObject({
  title: words(300),
  description: words(100_000),
  notes: words(100_000),
  favourite: z.boolean().optional(),
  /** 0 takes the stars away. */
  rating: z.int().min(0).max(5).optional(),
})
export type ImageChange = z.infer<typeof ImageChange>

export const Tags = z.object({ tags: z.array(Tag).min(1).max(100) })

/** A tag with the number of its pictures, without those in the trash. */
export const CountedTag = Tag.extend({ id: Id, images: z.int() })
export type CountedTag = z.infer<typeof CountedTag>

export const TagQuery = z.object({
  /** Part of the name; those that begin with it come first. */
  q: PlainText(200).optional(),
  tagType: TagType.optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})

const albumName = PlainText(200).refine((text) => text.trim().length > 0, 'must not be empty')

export const Album = z.object({
  id: Id,
  name: z.string(),
  description: z.string().nullable(),
  /** The chosen cover, else its first picture; null while there is none. */
  coverId: Id.nullable(),
  /** Without those in the trash. */
  images: z.int(),
  createdAt: z.iso.datetime(),
  changedAt: z.iso.datetime(),
})
export type Album = z.infer<typeof Album>

export const AlbumQuery = z.object({
  /** Only those that hold this picture. */
  image: Id.optional(),
})

export const AlbumCreate = z.object({ name: albumName, description: words(10_000) })
export type AlbumCreate = z.infer<typeof AlbumCreate>
export const AlbumChange = z
  .strictObject({
    ...AlbumCreate.shape,
    /** One of its pictures; null: its first. */
    coverId: Id.nullable(),
  })
  .partial()
export type AlbumChange = z.infer<typeof AlbumChange>

const ids = z.array(Id).min(1).max(1000)
export const ImageIds = z.object({ imageIds: ids })
/** Moves pictures of an album to before another one, or to the end. */
export const AlbumOrder = ImageIds.extend({ before: Id.nullable() })
export type AlbumOrder = z.infer<typeof AlbumOrder>

/** A filter as it is kept and sent in JSON. */
export const StoredFilter = z.object({
  ...ImageFilter.shape,
  trash: z.boolean().optional(),
  favourite: z.boolean().optional(),
  rating: z.int().min(1).max(5).optional(),
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
})
export type StoredFilter = z.infer<typeof StoredFilter>

export const SavedSearch = z.object({ id: Id, name: z.string(), query: StoredFilter, createdAt: z.iso.datetime() })
export type SavedSearch = z.infer<typeof SavedSearch>
export const SavedSearchCreate = z.object({ name: albumName, query: StoredFilter })
export type SavedSearchCreate = z.infer<typeof SavedSearchCreate>
export const SavedSearchChange = z.strictObject(SavedSearchCreate.shape).partial()
export type SavedSearchChange = z.infer<typeof SavedSearchChange>

export const ImageCount = z.object({
  count: z.int(),
  /** There are more, or may be: counting them all would take too long. */
  more: z.boolean(),
})

/** Columns of equal length, the newest first: a piece of a day (UTC) each, of at most 1,000 pictures. */
export const Timeline = z.object({
  key: z.array(z.string()),
  /** `YYYY-MM-DD` */
  day: z.array(z.iso.date()),
  images: z.array(z.int()),
  /** Changes with the piece; its ETag. */
  revision: z.array(z.string()),
})
export type Timeline = z.infer<typeof Timeline>

/** The pictures of a piece as columns of equal length, the newest first. */
export const TimelineBucket = z.object({
  id: z.array(Id),
  /** Width divided by height. */
  ratio: z.array(z.number()),
  /** Base64 of a thumbhash, or null until it is made. */
  thumbhash: z.array(z.string().nullable()),
  /** Milliseconds since 1970. */
  createdAt: z.array(z.int()),
  favourite: z.array(z.boolean()),
  rating: z.array(z.int()),
  damaged: z.array(z.boolean()),
})
export type TimelineBucket = z.infer<typeof TimelineBucket>

/** These pictures, or all that a search finds. */
export const Selection = z.union([z.object({ ids }), z.object({ search: StoredFilter })])
export type Selection = z.infer<typeof Selection>

export const BulkAction = z.discriminatedUnion('type', [
  z.object({ type: z.literal('tag'), tags: Tags.shape.tags }),
  z.object({ type: z.literal('untag'), tags: Tags.shape.tags }),
  z.object({ type: z.literal('album-add'), albumId: Id }),
  z.object({ type: z.literal('album-remove'), albumId: Id }),
  z.object({ type: z.literal('favourite'), favourite: z.boolean() }),
  z.object({ type: z.literal('rate'), rating: z.int().min(0).max(5) }),
  z.object({ type: z.literal('trash') }),
  z.object({ type: z.literal('restore') }),
  /** For good, and only what is in the trash. Cannot be undone. */
  z.object({ type: z.literal('erase') }),
])
export type BulkAction = z.infer<typeof BulkAction>

export const BulkRequest = z.object({ action: BulkAction, selection: Selection })
export type BulkRequest = z.infer<typeof BulkRequest>

export const Bulk = z.object({
  id: Id,
  action: BulkAction,
  state: z.enum(['running', 'done', 'undoing', 'undone', 'failed']),
  /** Pictures looked at so far. */
  seen: z.int(),
  /** Those that it has changed: what undoing brings back. */
  changed: z.int(),
  createdAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
})
export type Bulk = z.infer<typeof Bulk>

export const Trash = z.object({
  /** What lies in it for longer is erased. */
  days: z.int(),
})

/** Typed by whoever really wants it. */
export const ClearAll = z.object({ confirm: z.literal('delete everything') })
