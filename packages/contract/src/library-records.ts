// What an export says of a library beside its pictures' files, as `easel import` gives it back.
import { z } from 'zod'
import { AlbumCreate, StoredFilter } from './collections.ts'
import { Adjustment, FallbackFrom, GenerationFailure, GenerationState, ImageSpec } from './generations.ts'
import { Id, PlainText } from './primitives.ts'
import { PromptPartCreate, PromptResolution } from './prompts.ts'
import { Share, ShareCreate } from './shares.ts'
import { Tag } from './tags.ts'
import { ExportedPicture } from './uploads.ts'

const LowerId = Id.toLowerCase()
const time = z.iso.datetime({ offset: true })
const pixels = z.int().min(1).max(100_000).nullable()

/** A line of `generations.jsonl`. `state` is what it was when it was exported. */
export const ExportedGeneration = z.object({
  id: LowerId,
  state: GenerationState,
  connectionName: PlainText(300),
  provider: PlainText(100),
  model: PlainText(300),
  request: ImageSpec,
  adjustments: z.array(Adjustment).max(1000),
  tags: z.array(Tag).max(100),
  resolvedPrompt: PlainText(500_000),
  /** Absent in older exports. */
  resolution: PromptResolution.nullable().default(null),
  revisedPrompt: PlainText(500_000).nullable(),
  n: z.int().min(1).max(10),
  width: pixels,
  height: pixels,
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).nullable(),
  error: GenerationFailure.nullable(),
  /** Absent in older exports. */
  fallbackFrom: FallbackFrom.nullable().default(null),
  costAmount: z.number().min(0).max(1e9).nullable(),
  costCurrency: PlainText(20).nullable(),
  parentId: LowerId.nullable(),
  createdAt: time,
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
})
export type ExportedGeneration = z.infer<typeof ExportedGeneration>

/** A picture that may be brought in: by its bytes, and what it was where it comes from. */
export const PictureQuestion = ExportedPicture.pick({ generationId: true, generationIndex: true }).extend({
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits'),
  /** Null: it comes from no export. */
  id: LowerId.nullable(),
})
export type PictureQuestion = z.infer<typeof PictureQuestion>

/** That a picture was made from another one, or a generation follows another one. Ids are those of this library. */
export const LineageLink = z.object({ kind: z.enum(['generation', 'picture']), id: LowerId, parentId: LowerId })
export type LineageLink = z.infer<typeof LineageLink>

/** A line of `albums.jsonl`. */
export const ExportedAlbum = z.object({
  id: LowerId,
  name: AlbumCreate.shape.name,
  description: PlainText(10_000).nullable(),
  createdAt: time,
})
export type ExportedAlbum = z.infer<typeof ExportedAlbum>

/** A line of `album-pictures.jsonl`, which has every album's pictures in their order. */
export const ExportedAlbumPicture = z.object({
  albumId: LowerId,
  imageId: LowerId,
  /** It is the cover that somebody has chosen. */
  isCover: z.boolean().default(false),
})
export type ExportedAlbumPicture = z.infer<typeof ExportedAlbumPicture>

/** A line of `searches.jsonl`. */
export const ExportedSearch = z.object({
  id: LowerId,
  name: AlbumCreate.shape.name,
  query: StoredFilter,
  createdAt: time,
})
export type ExportedSearch = z.infer<typeof ExportedSearch>

/** A line of `prompts.jsonl`: a list, a template or a style. */
export const ExportedPromptPart = PromptPartCreate.extend({
  id: LowerId,
  negativePrompt: PromptPartCreate.shape.negativePrompt.unwrap().default(null),
  createdAt: time,
})
export type ExportedPromptPart = z.infer<typeof ExportedPromptPart>

const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER)
/** What Easel gives as the name of a link: words or none before 130 random bits, or a file's that holds a random UUID. */
const shareName =
  /^(?:[a-z0-9-]{1,61}-)?[A-Za-z0-9]{22}$|^\w{0,40}[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.\w{1,5}$/

/** A line of `shares.jsonl`. Ids are those of this library; null: what it showed is erased. */
export const ExportedShare = z.object({
  id: LowerId,
  kind: Share.shape.kind,
  /** What stands in its address. Older exports do not tell it. */
  name: z.string('is not told by this export').max(200).regex(shareName, 'must be a name that Easel has given'),
  imageId: LowerId.nullable(),
  albumId: LowerId.nullable(),
  imageIds: z.array(LowerId).max(1000),
  title: PlainText(300).nullable(),
  comment: PlainText(10_000).nullable(),
  startsAt: time.nullable(),
  expiresAt: time.nullable(),
  viewLimit: z.int().min(1).max(1_000_000).nullable(),
  views: count,
  viewedAt: time.nullable(),
  download: z.boolean(),
  prompt: z.boolean(),
  listed: z.boolean(),
  address: ShareCreate.shape.address.unwrap(),
  /** The password itself is told nowhere. */
  hadPassword: z.boolean(),
  createdAt: time,
  revokedAt: time.nullable(),
})
export type ExportedShare = z.infer<typeof ExportedShare>

/** Records of an export that are taken back, some at a time; the files of pictures come for themselves. */
export const LibraryRecords = z.object({
  tags: z.array(Tag).max(500).default([]),
  generations: z.array(ExportedGeneration).max(100).default([]),
  pictures: z.array(PictureQuestion).max(200).default([]),
  links: z.array(LineageLink).max(200).default([]),
  albums: z.array(ExportedAlbum).max(100).default([]),
  /** Ids are those of this library. */
  albumPictures: z.array(ExportedAlbumPicture).max(1000).default([]),
  /** The album that one names, by its id here. */
  searches: z.array(ExportedSearch).max(100).default([]),
  prompts: z.array(ExportedPromptPart).max(100).default([]),
  shares: z.array(ExportedShare).max(100).default([]),
})
export type LibraryRecords = z.infer<typeof LibraryRecords>

/**
 * What became of a record. `wanted`: of a picture, its file is to be sent. `id` is the one that it has here, or will have: its own
 * wherever that is free.
 */
export const RecordOutcome = z.object({
  outcome: z.enum(['taken', 'there', 'wanted', 'refused']),
  id: Id.nullable(),
  /** Why it was refused, or what of it could not be taken. */
  why: z.string().nullable(),
})
export type RecordOutcome = z.infer<typeof RecordOutcome>

/** In the order of what was given. */
export const RecordOutcomes = z.object({
  tags: z.array(RecordOutcome),
  generations: z.array(RecordOutcome),
  pictures: z.array(RecordOutcome),
  links: z.array(RecordOutcome),
  albums: z.array(RecordOutcome),
  albumPictures: z.array(RecordOutcome),
  searches: z.array(RecordOutcome),
  prompts: z.array(RecordOutcome),
  shares: z.array(RecordOutcome),
})
export type RecordOutcomes = z.infer<typeof RecordOutcomes>
