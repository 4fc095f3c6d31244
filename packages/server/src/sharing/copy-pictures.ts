// Pictures of a shared album become pictures of a member's own. Rule SP14 in docs/spec/people.md.
import { z } from 'zod'
import type { CopiedImage, ImageFacts } from '@easel/contract'
import { EaselError, isStorageAway } from '#base/errors.ts'
import type { Db } from '#db/database.ts'
import type { Images } from '#library/images.ts'
import type { Storage } from '#storage/spec/storage.ts'
import type { AddImages } from '#transfer/add-images.ts'
import { everyPicture, type MemberPicture } from './member-pictures.ts'
import { admitMember, isTold, type AskedAlbum, type SeenAlbum } from './membership.ts'
import type { Variants } from './variants.ts'
import { storyOf } from './view.ts'

export interface CopyPorts {
  readonly db: Db
  readonly storage: Storage
  readonly variants: Pick<Variants, 'file'>
  readonly addImages: Pick<AddImages, 'receive' | 'add'>
  readonly images: Pick<Images, 'restore'>
}

/**
 * Copies pictures one after the other, as long as the asker may see them.
 * @param gone aborted when nobody waits for it any more
 * @returns what became of each, in the order asked for
 * @throws EaselError `not-found` for the album; what kept the first from being copied, where none was
 */
export type CopyPictures = (asked: AskedAlbum, imageIds: readonly string[], gone: AbortSignal) => Promise<CopiedImage[]>

const Seed = z.int().min(0).nullable().catch(null)

/** The file as the asker may have it. @throws EaselError `not-found` */
async function bytesOf(ports: CopyPorts, { row }: MemberPicture, { told, gone }: { told: boolean; gone: AbortSignal }) {
  const making = { gone, may: async () => undefined }
  const key = told ? row.storage_key : (await ports.variants.file(row, { format: 'original' }, making)).storageKey
  const bytes = await ports.storage.read(key)
  if (bytes === null) throw new EaselError('not-found', 'The file of this picture is missing.')
  return bytes
}

function factsOf({ row }: MemberPicture, told: boolean): ImageFacts {
  const origin = { source: 'import', createdAt: row.created_at.toISOString() } as const
  if (!told) return origin
  const { seed, ...story } = storyOf(row)
  return { ...origin, ...story, seed: Seed.parse(seed), title: row.title, provider: row.provider }
}

export function createCopyPictures(ports: CopyPorts): CopyPictures {
  const { db, addImages, images } = ports

  async function copyOne(seen: SeenAlbum, picture: MemberPicture, gone: AbortSignal): Promise<CopiedImage> {
    const imageId = picture.row.id
    if (picture.ownerId === seen.userId) return { imageId, copyId: imageId, isNew: false, problem: null }
    const told = isTold(seen, picture)
    const received = await addImages.receive(await bytesOf(ports, picture, { told, gone }), 'body.imageIds')
    try {
      const { image, isNew } = await addImages.add(seen.userId, received, {
        filename: null,
        facts: factsOf(picture, told),
      })
      if (image.deletedAt !== null) await images.restore(seen.userId, image.id)
      return { imageId, copyId: image.id, isNew, problem: null }
    } finally {
      await received.discard()
    }
  }

  return async (asked, imageIds, gone) => {
    const copied: CopiedImage[] = []
    let first: EaselError | null = null
    for (const imageId of new Set(imageIds)) {
      // Asked for each: what is taken away while others are copied is not copied any more.
      const seen = await admitMember(db, asked, 'see')
      try {
        for (const picture of await everyPicture(db, seen, [imageId])) copied.push(await copyOne(seen, picture, gone))
      } catch (error) {
        if (!(error instanceof EaselError) || isStorageAway(error)) throw error
        first ??= error
        copied.push({ imageId, copyId: null, isNew: false, problem: error.message })
      }
      if (gone.aborted) break
    }
    if (first !== null && copied.every(({ copyId }) => copyId === null)) throw first
    return copied
  }
}
