import type { SharedAlbum } from '@easel/contract'
import type { Db } from '#db/database.ts'
import { memberCount, memberPath } from './member-pictures.ts'
import type { SeenAlbum } from './membership.ts'

/** An album as whoever sees it is told of it. */
export async function toSharedAlbum(db: Db, seen: SeenAlbum): Promise<SharedAlbum> {
  const { albumId: id, name, description, ownerId, ownerName, role, prompt, changedAt } = seen
  const { images, coverId } = await memberCount(db, seen)
  return {
    id,
    name,
    description,
    owner: { id: ownerId, name: ownerName },
    role,
    prompt,
    coverUrl: coverId === null ? null : `${memberPath(id, coverId)}/thumbnail`,
    images,
    changedAt: changedAt.toISOString(),
  }
}
