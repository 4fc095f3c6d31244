import { sql, type RawBuilder } from 'kysely'
import type { Trx } from '#db/database.ts'

/**
 * Whoever appends for a user holds this until commit, so that a reader never sees a number before a smaller one. Its value is the
 * newest number that the user has by then, 0 without any.
 */
export function userLock(userId: string | RawBuilder<string>): RawBuilder<number> {
  return sql<number>`lock_events(${userId}::uuid)`
}

export async function lockUser(trx: Trx, userId: string): Promise<void> {
  await sql`select ${userLock(userId)}`.execute(trx)
}
