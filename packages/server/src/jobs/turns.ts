import { sql, type RawBuilder } from 'kysely'
import type { Db } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import { claimLock } from './claim-lock.ts'
import { jobTable, ourQueue } from './queue.ts'

/** Added to the priority of interactive work, so that all of it comes before any batch work. Priorities are 32 bits wide. */
const batchOffset = 1_000_000_000
/** From here on the turns of a lane are counted from the beginning again, long before they reach the batch offset. */
export const turnLimit = 500_000_000

interface Turn {
  readonly lane: string
  readonly batch: boolean
  readonly turn: number
}

export function priorityOf(turn: number, batch: boolean): number {
  return -turn - (batch ? batchOffset : 0)
}

export function turnOf(priority: number): { readonly turn: number; readonly batch: boolean } {
  const batch = priority <= -batchOffset
  return { batch, turn: -priority - (batch ? batchOffset : 0) }
}

/**
 * The next turn of a user, as `priority` of a job: after the last one that this user was given, and not before the one that is being
 * served now. So everybody with work waiting is served once before anybody is served again. No row when the lane is not known.
 */
export function nextTurn({
  lane,
  batch,
  userId,
}: {
  lane: string
  batch: boolean
  userId: string
}): RawBuilder<unknown> {
  return sql`
    insert into job_turns as t (lane, batch, user_id, last_turn)
    select lane, ${batch}::boolean, ${userId}::uuid, ${nowColumn(batch)} + 1 from job_lanes where lane = ${lane}
    on conflict (lane, batch, user_id) do update set last_turn = greatest(t.last_turn + 1, excluded.last_turn)
    returning ${priorityOf(0, batch)}::integer - last_turn as priority`
}

/** The turn of a job that is `taken`, with its lane and priority, is being served: who comes now starts from here. */
export function advanceLane(taken: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    update job_lanes l set
      now_turn = case when t.batch then l.now_turn else t.turn end,
      now_batch_turn = case when t.batch then t.turn else l.now_batch_turn end
    from (
      select lane, batch, -priority - case when batch then ${batchOffset}::integer else 0 end as turn
      from ${taken}, lateral (select priority <= ${-batchOffset}::integer as batch) which
    ) t
    where l.lane = t.lane and case when t.batch then l.now_batch_turn else l.now_turn end < t.turn`
}

/** Counts the turns of a lane from the beginning again; nobody's place changes. */
export async function restartTurns(db: Db, { lane, batch, turn }: Turn): Promise<void> {
  const now = nowColumn(batch)
  await inTransaction(db, async (trx) => {
    await claimLock(trx)
    // Waits for everybody who has taken a turn and not committed yet, and keeps others from taking one.
    await sql`lock table job_turns in share row exclusive mode`.execute(trx)
    const moved = await sql`
      update job_lanes set ${now} = ${now} - ${turn}::integer where lane = ${lane} and ${now} >= ${turn}`.execute(trx)
    if (moved.numAffectedRows === 0n) return
    await sql`
      update job_turns set last_turn = greatest(last_turn - ${turn}::integer, 0)
      where lane = ${lane} and batch = ${batch}`.execute(trx)
    await sql`
      update ${jobTable} set priority = least(priority + ${turn}::integer, ${priorityOf(0, batch)}::integer)
      where name = ${ourQueue} and group_id = ${lane} and state <= 'active'
        and (priority <= ${-batchOffset}::integer) = ${batch}`.execute(trx)
  })
}

function nowColumn(batch: boolean) {
  return sql.ref(batch ? 'now_batch_turn' : 'now_turn')
}
