import { sql } from 'kysely'
import type { Db, Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import { lockUser } from './lock.ts'

/** Where a subscriber begins: after which number, and whether it must be told that it missed something for ever. */
export interface Start {
  readonly after: number
  readonly reset: boolean
}

interface Ends {
  /** Number of the oldest row that is kept, of whichever user. Only a beginning of the log is ever pruned. */
  readonly oldest: number | null
  /** The newest number that was given to any row, kept or not. */
  readonly issued: number
  /** Number of this user's newest row. */
  readonly newest: number | null
}

async function readEnds(db: Db | Trx, userId: string): Promise<Ends> {
  const { rows } = await sql<Ends>`
    select
      (select min(seq) from events) as oldest,
      coalesce(pg_sequence_last_value(pg_get_serial_sequence('events', 'seq')::regclass), 0) as issued,
      (select max(seq) from events where user_id = ${userId}) as newest`.execute(db)
  const [ends] = rows
  return ends ?? { oldest: null, issued: 0, newest: null }
}

export async function findStart(db: Db, userId: string, since: number | null): Promise<Start> {
  const { oldest, issued, newest } = await readEnds(db, userId)
  if (since === null) return { after: newest ?? 0, reset: false }
  // A number that was never given comes from another database, such as the one before a backup was restored.
  const reaches = since >= (oldest ?? issued + 1) - 1 && since <= issued
  if (reaches) return { after: since, reset: false }
  return await inTransaction(db, async (trx) => {
    // Nobody is writing for this user now, so the newest number given is one that the page can safely come back with.
    await lockUser(trx, userId)
    const ends = await readEnds(trx, userId)
    return { after: ends.issued, reset: true }
  })
}
