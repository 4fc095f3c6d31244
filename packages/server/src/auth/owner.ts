import { newId } from '#base/ids.ts'
import type { Db } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import { sql } from 'kysely'

/**
 * Whose library local mode shows, and who the first administrator becomes: the oldest administrator. Found, or made on the first
 * start, also when several processes start at once.
 */
export async function ensureOwner(db: Db): Promise<string> {
  return await inTransaction(db, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('owner', 0))`.execute(trx)
    const owner = await trx
      .selectFrom('users')
      .select('id')
      .where('role', '=', 'admin')
      .orderBy('id')
      .limit(1)
      .executeTakeFirst()
    if (owner !== undefined) return owner.id
    const id = newId()
    await trx.insertInto('users').values({ id, name: 'Owner', role: 'admin' }).execute()
    return id
  })
}
