import { sql } from 'kysely'
import type { Db, Trx } from '#db/database.ts'

/** On which all processes hear whose credentials changed; the payload is the user's id. */
export const sessionsChannel = 'easel_sessions'

/** No process may go on with what it remembers of this person's sessions and keys, from the commit on. */
export async function forget(db: Db | Trx, userId: string): Promise<void> {
  await sql`select pg_notify(${sessionsChannel}, ${userId})`.execute(db)
}
