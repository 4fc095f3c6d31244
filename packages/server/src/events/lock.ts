import { sql, type RawBuilder } from 'kysely'
import type { Trx } from '#db/database.ts'

/** Whoever appends for a user holds this until commit, so that a reader never sees a number before a smaller one. */
export function userLock(userId: string | RawBuilder<string>): RawBuilder<unknown> {
  return sql`pg_advisory_xact_lock(hashtextextended('easel.events:' || ${userId}::text, 0))`
}

export async function lockUser(trx: Trx, userId: string): Promise<void> {
  await sql`select ${userLock(userId)}`.execute(trx)
}
