// Whoever changes pictures takes what it needs in one order, so that no two wait for each other: usage, pictures by id, timeline, tags,
// albums, events.
import { sql } from 'kysely'
import type { Trx } from '#db/database.ts'

/** Has everybody else wait who changes these pictures. Those that are somebody else's are left alone. */
export async function lockImages(trx: Trx, userId: string, ids: readonly string[]): Promise<void> {
  await sql`
    select from images where user_id = ${userId} and id = any (${`{${ids.join(',')}}`}::uuid[]) order by id for update`.execute(
    trx,
  )
}

/** Like {@link lockImages}, all of an album. */
export async function lockImagesOf(trx: Trx, userId: string, albumId: string): Promise<void> {
  await sql`
    select from images where user_id = ${userId} and id in (select image_id from album_images where album_id = ${albumId})
    order by id for update`.execute(trx)
}

/** Has everybody else wait who adds to what these users' libraries hold. */
export async function lockTotals(trx: Trx, userIds: readonly string[]): Promise<void> {
  await sql`
    select from usage_totals where user_id = any (${`{${userIds.join(',')}}`}::uuid[]) order by user_id for update`.execute(
    trx,
  )
}
