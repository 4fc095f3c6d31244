import { sql } from 'kysely'
import { DefectError } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import type { Log } from '#base/log.ts'
import type { Database } from '#db/database.ts'
import type { Jobs, Worker } from './jobs.ts'
import type { StoredJob } from './claim.ts'
import { beginCall } from './lane-calls.ts'
import { findPlaces } from './places.ts'
import { jobTable, openQueue, ourQueue, queueName, wake, wakeWorkers, type Queue } from './queue.ts'
import { nextTurn } from './turns.ts'
import { startWorker } from './worker.ts'

/** The embedded database has one process: what is running when it starts was left by one that died. */
async function takeBackOrphans({ boss, database }: Queue, log: Log): Promise<void> {
  if (database.kind !== 'pglite') return
  const { rows } = await sql<{ id: string }>`
    select id from ${jobTable} where name = ${ourQueue} and state = 'active'`.execute(database.db)
  if (rows.length === 0) return
  log.info({ jobs: rows.length }, 'jobs that were interrupted are taken up again')
  const ids = rows.map(({ id }) => id)
  await boss.fail(queueName, ids, { reason: 'interrupted' })
}

/** The job queue of `database`; see {@link Jobs}. */
export async function createJobs(database: Database, log: Log): Promise<Jobs> {
  const queue = await openQueue(database, log)
  await takeBackOrphans(queue, log)
  const workers = new Set<Worker>()

  return {
    async setLane(trx, lane, concurrency) {
      await trx
        .insertInto('job_lanes')
        .values({ lane, concurrency })
        .onConflict((conflict) => conflict.column('lane').doUpdateSet({ concurrency }))
        .execute()
      await wakeWorkers(trx)
    },

    async enqueue(trx, { lane, userId, batch, payload }) {
      const id = newId()
      const stored: StoredJob = { payload }
      // What pg-boss's `send` writes, with the turn in the same statement.
      const { rows } = await sql`
        with turn as (${nextTurn({ lane, batch, userId })})
        insert into ${jobTable} (id, name, data, priority, group_id, group_tier, policy, keep_until, expire_seconds,
          deletion_seconds, retry_limit, retry_delay, retry_backoff, retry_delay_max, heartbeat_seconds)
        select ${id}::uuid, name, ${JSON.stringify(stored)}::jsonb, turn.priority, ${lane}, ${lane}, policy,
          now() + retention_seconds * interval '1 second', expire_seconds, deletion_seconds, retry_limit, retry_delay,
          retry_backoff, retry_delay_max, heartbeat_seconds
        from turn, pgboss.queue where name = ${ourQueue}
        returning ${wake()}`.execute(trx)
      if (rows.length === 0) throw new DefectError(`Missing: the lane ${lane}`)
      return id
    },

    async cancel(trx, jobId) {
      // pg-boss can only cancel running jobs as well.
      const { rows } = await sql`
        delete from ${jobTable} where name = ${ourQueue} and id = ${jobId} and state < 'active' returning id`.execute(
        trx,
      )
      return rows.length > 0
    },

    beginCall: (lane, options) => beginCall({ database, log }, lane, options),

    places: (jobIds) => findPlaces(database.db, jobIds),

    async work(handler, slots) {
      const worker = await startWorker(queue, { handler, slots, log })
      workers.add(worker)
      return worker
    },

    async close() {
      await Promise.all([...workers].map((worker) => worker.stop(0)))
      await queue.boss.stop({ graceful: false, close: false })
    },
  }
}
