import { sql } from 'kysely'
import type { Json } from '#base/json.ts'
import type { Database, Db } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import { claimLock, needNotLast } from './claim-lock.ts'
import { callsByLane } from './lane-calls.ts'
import { jobTable, ourQueue, type Queue } from './queue.ts'
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

/**
 * The lane to serve next: one that has work waiting and room for it beside the calls that are no jobs. Lanes with interactive work
 * come first, then the ones with the fewest running jobs, then the one that was served longest ago: no lane is starved by a busier one.
 * Most looks find one lane or none, and then the jobs that are done need not be read.
 */
const freeLane = sql`
  with free as (
    select lane, head, coalesce(running, 0) as running from job_lanes
    join (
      select group_id as lane, max(priority) as head from ${jobTable}
      where name = ${ourQueue} and state < 'active' and not blocked and start_after <= now() group by group_id
    ) waiting using (lane)
    left join (
      select group_id as lane, count(*) as running from ${jobTable}
      where name = ${ourQueue} and state = 'active' and group_id is not null group by group_id
    ) active using (lane)
    left join (${callsByLane}) called using (lane)
    where coalesce(running, 0) + coalesce(calls, 0) < concurrency
  )
  select lane from free left join (
    select group_id as lane, max(started_on) as served from ${jobTable}
    where name = ${ourQueue} and (select count(*) from free) > 1 group by group_id
  ) done using (lane)
  order by head <= ${priorityOf(0, true)}::integer, running, served nulls first, lane
  limit 1`

/** What waits, whatever its lane. */
const waiting = sql`
  select from ${jobTable} where name = ${ourQueue} and state < 'active' and not blocked and start_after <= now()`

interface Taken {
  readonly id: string
  readonly retry_count: number
  readonly priority: number
  readonly lane: string
  readonly payload: Json
  readonly more: boolean
}

/**
 * Takes the first job of the free lane, as pg-boss's own `fetch` does, and moves the lane's turn on to it. Only one at a time may
 * do that.
 */
async function takeFirst(db: Db, kind: Database['kind']): Promise<Taken | null> {
  const { rows } = await sql<Taken>`
    with next as (
      select id from ${jobTable}
      where name = ${ourQueue} and group_id = (${freeLane}) and state < 'active' and not blocked and start_after <= now()
      order by priority desc, created_on limit 1 for update skip locked
    ), taken as (
      update ${jobTable} j set state = 'active', started_on = now(), heartbeat_on = now(),
        retry_count = case when j.started_on is not null then j.retry_count + 1 else j.retry_count end
      from next where j.name = ${ourQueue} and j.id = next.id
      returning j.id, j.retry_count, j.priority, j.group_id as lane, j.data -> 'payload' as payload
    ), advanced as (${advanceLane(sql.table('taken'))})
    select taken.*, (select count(*) from (${waiting} limit 2) as two) > 1 as more, ${needNotLast(kind)} from taken`.execute(
    db,
  )
  return rows[0] ?? null
}

async function takeInTurn({ database }: Queue): Promise<Taken | null> {
  const { db, kind } = database
  // The embedded database has one session, so one statement is never beside another.
  if (kind === 'pglite') return await takeFirst(db, kind)
  // Most looks find nothing, and need no lock to know it: whatever changes that wakes the worker again.
  const { rows } = await freeLane.execute(db)
  if (rows.length === 0) return null
  return await inTransaction(db, async (trx) => {
    // By itself, so that the next statement sees what whoever had the lock has taken.
    await claimLock(trx)
    return await takeFirst(trx, kind)
  })
}

/** A job that was just taken, and whether others were waiting beside it. */
export interface Taking extends Claim {
  readonly more: boolean
}

/** Takes the next job, or null when there is none that may run now. */
export async function claimNext(queue: Queue): Promise<Taking | null> {
  const taken = await takeInTurn(queue)
  if (taken === null) return null
  const { id, retry_count: retryCount, priority, lane, payload, more } = taken
  const turn = { lane, ...turnOf(priority) }
  if (turn.turn > turnLimit) await restartTurns(queue.database.db, turn)
  return { id, retryCount, payload, more }
}
