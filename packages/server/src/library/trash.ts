import { eraseImages, type ErasePorts } from './erase.ts'

const batch = 100

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
      const rows = await db
        .selectFrom('images')
        .where('user_id', '=', userId)
        .where('deleted_at', '<', before)
        .orderBy('deleted_at')
        .limit(batch)
        .select('id')
        .execute()
      if (rows.length === 0) break
      erased += await eraseImages(
        ports,
        userId,
        rows.map(({ id }) => id),
      )
    }
  }
  return erased
}
