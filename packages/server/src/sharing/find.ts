import { sql } from 'kysely'
import type { Db } from '#db/database.ts'
import type { FoundShare } from './decide.ts'
import { isShareName } from './share-name.ts'

const isShown = sql`images.user_id = shares.user_id and images.deleted_at is null`

/** Whether there is anything that a link shows. */
export const shows = sql<boolean>`case shares.kind
  when 'image' then exists (select from images where images.id = shares.image_id and ${isShown})
  when 'album' then exists (
    select from album_images join images on images.id = album_images.image_id
    where album_images.album_id = shares.album_id and ${isShown})
  else exists (
    select from share_images join images on images.id = share_images.image_id where share_id = shares.id and ${isShown})
end`

/** Whether the account of a link's owner is open. */
export const isOwned = sql<boolean>`users.disabled_at is null and coalesce(users.expires_at > now(), true)`

/** The statement that looks a name up: one look into an index, whether there is such a link or not (SH13). */
export const selectNamed = (db: Db, name: string) =>
  db
    .selectFrom('shares')
    .innerJoin('users', 'users.id', 'shares.user_id')
    .selectAll('shares')
    .select([isOwned.as('owned'), shows.as('shows')])
    .where('shares.name', '=', name)

/** The link of this name, whatever state it is in. */
export async function findShare(db: Db, name: string): Promise<FoundShare | null> {
  if (!isShareName(name)) return null
  return (await selectNamed(db, name).executeTakeFirst()) ?? null
}
