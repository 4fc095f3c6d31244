import { sql, type RawBuilder } from 'kysely'
import type { Database, Trx } from '#db/database.ts'

/** Any constant will do, as long as every process takes the same one. */
const claimKey = 7_314_266

/**
 * Whoever takes a job holds this until commit: counting the running jobs of a lane and taking the next one is one step, for all
 * processes. pg-boss alone lets two of them count at the same time.
 */
export async function claimLock(trx: Trx): Promise<void> {
  await sql`select pg_advisory_xact_lock(${claimKey})`.execute(trx)
}

/**
 * For a transaction that need not survive a crash, because what it says would be found out again. The embedded database then does
 * not wait for the disk; what is committed later waits for both. A PostgreSQL that crashed must not give a running job to another.
 */
export function needNotLast(kind: Database['kind']): RawBuilder<unknown> {
  return kind === 'pglite' ? sql`set_config('synchronous_commit', 'off', true)` : sql`null`
}
