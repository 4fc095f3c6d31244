import { sql } from 'kysely'
import type { Trx } from '#db/database.ts'

/** Any constant will do, as long as every process takes the same one. */
const claimKey = 7_314_266

/**
 * Whoever takes a job holds this until commit: counting the running jobs of a lane and taking the next one is one step, for all
 * processes. pg-boss alone lets two of them count at the same time.
 */
export async function claimLock(trx: Trx): Promise<void> {
  await sql`select pg_advisory_xact_lock(${claimKey})`.execute(trx)
}
