import { sql } from 'kysely'
import type { Trx } from '#db/database.ts'

/** Whoever appends for a user holds this until commit, so that a reader never sees a number before a smaller one. */
export async function lockUser(trx: Trx, userId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`easel.events:${userId}`}, 0))`.execute(trx)
}
