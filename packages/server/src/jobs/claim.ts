import { sql } from 'kysely'
import type { Json } from '#base/json.ts'
import type { Db } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import { claimLockToTake } from './claim-lock.ts'
import { jobTable, queueName, within, type Queue } from './queue.ts'
import { advanceLane, priorityOf, restartTurns, turnLimit, turnOf } from './turns.ts'

/** What pg-boss keeps for a job of ours. */
export interface StoredJob {
  readonly payload: Json
}

/** One attempt at a job. Only the newest attempt can settle it. */
export interface Claim {
  readonly id: string
  readonly retryCount: number
  readonly payload: Json
}

interface FreeLane {
  readonly lane: string
  readonly concurrency: number
}

/**
 * The lane to serve next: one that has work waiting and room for it. Lanes with interactive work come first, then the ones with
 * the fewest running jobs, then the one that was served longest ago: no lane is starved by a busier one.
 */
async function findFreeLane(db: Db): Promise<FreeLane | null> {
  const { rows } = await sql<FreeLane>`
    with lane_jobs as (
      select group_id as lane,
        count(*) filter (where state = 'active') as running,
        max(priority) filter (where state < 'active' and start_after <= now()) as head,
        max(started_on) as served
      from ${jobTable} where name = ${queueName} group by group_id
    )
    select l.lane, l.concurrency from job_lanes l join lane_jobs j using (lane)
    where j.head is not null and j.running < l.concurrency
    order by j.head <= ${priorityOf(0, true)}::integer, j.running, j.served nulls first, l.lane
    limit 1`.execute(db)
  return rows[0] ?? null
}

/** Takes the next job, or null when there is none that may run now. */
export async function claimNext({ boss, database }: Queue): Promise<Claim | null> {
  // Most looks find nothing, and need no lock to know it: whatever changes that wakes the worker again.
  if ((await findFreeLane(database.db)) === null) return null
  const taken = await inTransaction(database.db, async (trx) => {
    await claimLockToTake(trx, database.kind)
    const free = await findFreeLane(trx)
    if (free === null) return null
    const { lane, concurrency } = free
    const [job] = await boss.fetch<StoredJob>(queueName, {
      batchSize: 1,
      includeMetadata: true,
      groupConcurrency: { default: 0, tiers: { [lane]: concurrency } },
      ...within(trx),
    })
    if (job === undefined) return null
    const turn = { lane, ...turnOf(job.priority) }
    await advanceLane(trx, turn)
    return { turn, claim: { id: job.id, retryCount: job.retryCount, payload: job.data.payload } }
  })
  if (taken === null) return null
  if (taken.turn.turn > turnLimit) await restartTurns(database.db, taken.turn)
  return taken.claim
}
