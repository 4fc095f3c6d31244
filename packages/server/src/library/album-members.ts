import { sql } from 'kysely'
import type { Db, Trx } from '#db/database.ts'
import type { SidecarAlbum } from './image-record.ts'
import { nameKey } from '#base/name-key.ts'

/** Between two neighbours in an album, so that another fits between them. */
export const positionStep = 2 ** 20

/** The albums that each of these images is in. Images that are in none are absent. */
export async function albumsOf(
  db: Db,
  imageIds: readonly string[],
): Promise<ReadonlyMap<string, readonly SidecarAlbum[]>> {
  const found = new Map<string, SidecarAlbum[]>()
  if (imageIds.length === 0) return found
  const rows = await db
    .selectFrom('album_images')
    .innerJoin('albums', 'albums.id', 'album_images.album_id')
    .where(sql<boolean>`album_images.image_id = any (${`{${imageIds.join(',')}}`}::uuid[])`)
    .orderBy('albums.id')
    .select(['album_images.image_id', 'album_images.position', 'albums.id', 'albums.name'])
    .execute()
  for (const { image_id: imageId, ...album } of rows) found.set(imageId, [...(found.get(imageId) ?? []), album])
  return found
}

/** Puts an image where its sidecar says that it was. An album that is not there any more is made anew. */
export async function addToAlbums(
  trx: Trx,
  { userId, imageId }: { userId: string; imageId: string },
  albums: readonly SidecarAlbum[],
): Promise<void> {
  for (const { id, name, position } of albums) {
    await trx
      .insertInto('albums')
      .values({ id, user_id: userId, name, name_key: nameKey(name), description: null, cover_id: null })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    // By its name where another one has it by now.
    await sql`
      insert into album_images (album_id, image_id, position)
      select id, ${imageId}::uuid, ${position}::bigint from albums
      where user_id = ${userId} and (id = ${id}::uuid or name_key = ${nameKey(name)})
      order by id = ${id}::uuid desc limit 1
      on conflict do nothing`.execute(trx)
  }
}
