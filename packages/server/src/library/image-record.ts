import type { Selectable } from 'kysely'
import { z } from 'zod'
import { ImageSource, Tag, type Image } from '@easel/contract'
import type { ImageTable } from '#db/tables.ts'

export type ImageRow = Selectable<ImageTable>

const Parameters = z.record(z.string(), z.unknown())

/** A picture as the API gives it. */
export function toImage(row: ImageRow, tags: readonly Tag[]): Image {
  return {
    id: row.id,
    filename: row.filename,
    filepath: row.storage_key,
    url: `/api/images/${row.id}/file`,
    thumbnailUrl: `/api/images/${row.id}/thumbnail${row.deleted_at === null ? '' : '?trash=true'}`,
    mimeType: row.mime_type,
    size: row.bytes,
    width: row.width,
    height: row.height,
    sha256: row.sha256,
    thumbhash: row.thumbhash,
    source: row.source,
    generationId: row.generation_id,
    generationPrompt: row.prompt,
    typedPrompt: row.typed_prompt,
    revisedPrompt: row.revised_prompt,
    negativePrompt: row.negative_prompt,
    description: row.description,
    title: row.title,
    notes: row.notes,
    favourite: row.favourite,
    rating: row.rating,
    generationModel: row.model,
    provider: row.provider,
    seed: row.seed,
    parameters: Parameters.parse(row.parameters),
    parentId: row.parent_id,
    tags: [...tags],
    damage: row.damage,
    createdAt: row.created_at.toISOString(),
    deletedAt: row.deleted_at?.toISOString() ?? null,
  }
}

const SidecarAlbum = z.object({ id: z.uuid(), name: z.string(), position: z.int() })
export type SidecarAlbum = z.infer<typeof SidecarAlbum>

/**
 * The sidecar `<filename>.json`: the image's whole record, from which the library can be rebuilt. It names no user: the
 * folder does.
 */
export const Sidecar = z.object({
  easel: z.literal(1),
  id: z.uuid(),
  generationId: z.uuid().nullable(),
  generationIndex: z.int().nullable(),
  filename: z.string(),
  source: ImageSource,
  mimeType: z.string(),
  bytes: z.int(),
  width: z.int(),
  height: z.int(),
  sha256: z.string(),
  crc32: z.int(),
  prompt: z.string().nullable(),
  revisedPrompt: z.string().nullable(),
  negativePrompt: z.string().nullable(),
  description: z.string().nullable(),
  model: z.string().nullable(),
  provider: z.string().nullable(),
  seed: z.number().nullable(),
  parameters: Parameters,
  parentId: z.uuid().nullable(),
  tags: z.array(Tag),
  createdAt: z.iso.datetime(),
  // What older sidecars do not have.
  typedPrompt: z.string().nullable().exactOptional(),
  title: z.string().nullable().exactOptional(),
  notes: z.string().nullable().exactOptional(),
  favourite: z.boolean().exactOptional(),
  rating: z.int().min(0).max(5).exactOptional(),
  albums: z.array(SidecarAlbum).exactOptional(),
  deletedAt: z.iso.datetime().nullable().exactOptional(),
})
export type Sidecar = z.infer<typeof Sidecar>

/** What the sidecar of a picture says, made from its row. */
export function sidecarOf(row: ImageRow, tags: readonly Tag[], albums: readonly SidecarAlbum[] = []): Sidecar {
  return {
    easel: 1,
    id: row.id,
    generationId: row.generation_id,
    generationIndex: row.generation_index,
    filename: row.filename,
    source: row.source,
    mimeType: row.mime_type,
    bytes: row.bytes,
    width: row.width,
    height: row.height,
    sha256: row.sha256,
    crc32: row.crc32,
    prompt: row.prompt,
    revisedPrompt: row.revised_prompt,
    negativePrompt: row.negative_prompt,
    description: row.description,
    model: row.model,
    provider: row.provider,
    seed: row.seed,
    parameters: Parameters.parse(row.parameters),
    parentId: row.parent_id,
    tags: [...tags],
    createdAt: row.created_at.toISOString(),
    typedPrompt: row.typed_prompt,
    title: row.title,
    notes: row.notes,
    favourite: row.favourite,
    rating: row.rating,
    albums: [...albums],
    deletedAt: row.deleted_at?.toISOString() ?? null,
  }
}

/** Below it lie all pictures of a user and nothing else. */
export const userFolder = (userId: string): string => `images/user-${userId}`

/** Whose folder a key lies in, or null. */
export function ownerOf(key: string): string | null {
  return /^images\/user-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\//.exec(key)?.[1] ?? null
}

/** Where an image of a user stands in the storage. */
export function storageKey(userId: string, createdAt: string, filename: string): string {
  const [year, month] = createdAt.split('-')
  return `${userFolder(userId)}/${year}/${month}/${filename}`
}

export const sidecarKey = (key: string): string => `${key}.json`

/** Where the thumbnail of an image stands; it can be thrown away at any time. */
export const thumbnailKey = (imageId: string, longSide: 320 | 1280): string =>
  `derived/${imageId.slice(-2)}/${imageId}-${longSide}.webp`

/** Below it lie the forms in which links show an image; they can be thrown away at any time. */
export const variantFolder = (imageId: string): string => `derived/${imageId.slice(-2)}/${imageId}`

/** Where the PNG of an image that is kept in another format stands; it can be thrown away at any time. */
export const pngCopyKey = (imageId: string): string => `derived/${imageId.slice(-2)}/${imageId}.png`
