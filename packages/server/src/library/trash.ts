import type { Db } from '#db/database.ts'
import { eraseFromTrash, type ErasePorts } from './erase.ts'

const batch = 100

/** What has been in the trash for too long, and what somebody has begun to erase, each by its own index. */
async function due(db: Db, userId: string, before: Date): Promise<readonly string[]> {
  const trashed = db
    .selectFrom('images')
    .where('user_id', '=', userId)
    .where('deleted_at', 'is not', null)
    .limit(batch)
    .select('id')
  const expired = await trashed.where('deleted_at', '<', before).orderBy('deleted_at').execute()
  const rows = expired.length > 0 ? expired : await trashed.where('erasing', '=', true).execute()
  return rows.map(({ id }) => id)
}

/**
 * Erases for good what has been in the trash since before `before`.
 * @param signal aborted when there is no time left; the rest is for the next time
 * @returns how many pictures are gone
 */
export async function emptyExpired(ports: ErasePorts, before: Date, signal?: AbortSignal): Promise<number> {
  const { db } = ports
  let erased = 0
  for (const { id: userId } of await db.selectFrom('users').select('id').execute()) {
    while (signal?.aborted !== true) {
      const ids = await due(db, userId, before)
      if (ids.length === 0) break
      erased += await eraseFromTrash(ports, { userId, before }, ids)
    }
  }
  return erased
}
