// Calls that are no jobs, such as those to text models, and count in their lane all the same. Rules JB13 … in docs/spec/jobs.md.
import { sql, type RawBuilder } from 'kysely'
import { DefectError, messageOf } from '#base/errors.ts'
import type { Log } from '#base/log.ts'
import type { Database, Db } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import { claimLock } from './claim-lock.ts'
import type { CallOptions, LaneCall } from './jobs.ts'
import { jobTable, ourQueue, wake, wakeChannel } from './queue.ts'

/** Whoever says nothing for so long is taken for dead. */
const leaseSeconds = 20
const beatMs = 5_000
/** Given up before another one can have the place. */
const lostAfterMs = 15_000
/** A floor under NOTIFY. */
const lookMs = 1_000

const until = sql`now() + make_interval(secs => ${leaseSeconds})`

/** The calls of each lane, those that wait too: they come before its jobs. */
export const callsByLane: RawBuilder<unknown> = sql`
  select lane, count(*) as calls from lane_calls where expires_at > now() group by lane`

/** Whether nothing that is before a call `c` of the lane `l` fills that lane. */
const hasRoom = sql<boolean>`
  (select count(*) from ${jobTable} where name = ${ourQueue} and group_id = l.lane and state = 'active')
  + (select count(*) from lane_calls o
     where o.lane = l.lane and o.id <> c.id and o.expires_at > now() and (o.held or o.id < c.id)) < l.concurrency`

async function arrive(db: Db, lane: string): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    insert into lane_calls (lane, expires_at) select lane, ${until} from job_lanes where lane = ${lane} returning id`.execute(
    db,
  )
  const [row] = rows
  if (row === undefined) throw new DefectError(`Missing: the lane ${lane}`)
  return row.id
}

async function hold(db: Db, id: number): Promise<boolean> {
  const { rows } = await sql`
    update lane_calls c set held = true, expires_at = ${until} from job_lanes l
    where c.id = ${id} and c.expires_at > now() and l.lane = c.lane and ${hasRoom} returning c.id`.execute(db)
  return rows.length > 0
}

/** Takes the place if there is room now. */
async function tryHold({ db, kind }: Database, id: number): Promise<boolean> {
  // The embedded database has one session, so one statement is never beside another.
  if (kind === 'pglite') return await hold(db, id)
  const { rows } = await sql`
    select c.id from lane_calls c join job_lanes l using (lane) where c.id = ${id} and ${hasRoom}`.execute(db)
  if (rows.length === 0) return false
  return await inTransaction(db, async (trx) => {
    // By itself, so that the next statement sees what whoever had the lock has taken.
    await claimLock(trx)
    return await hold(trx, id)
  })
}

async function leave(db: Db, id: number): Promise<void> {
  await sql`
    with gone as (delete from lane_calls where id = ${id} returning id) select ${wake()} from gone`.execute(db)
}

/** Says again and again that the call is alive, until it is stopped. */
function startBeating(db: Db, { id, log, onLost }: { id: number; log: Log; onLost: () => void }): () => void {
  let confirmedAt = performance.now()
  const lose = () => {
    clearInterval(timer)
    log.warn({ call: id }, 'a call has lost its place')
    onLost()
  }
  const beat = async () => {
    const sentAt = performance.now()
    const { rows } = await sql`
      update lane_calls set expires_at = ${until} where id = ${id} and expires_at > now() returning id`.execute(db)
    if (rows.length > 0) confirmedAt = sentAt
    else confirmedAt = -Infinity
  }
  const timer = setInterval(() => {
    if (performance.now() - confirmedAt > lostAfterMs) return lose()
    void beat().catch((error: unknown) =>
      log.warn({ call: id, reason: messageOf(error) }, 'a call could not say that it lives'),
    )
  }, beatMs)
  return () => clearInterval(timer)
}

/** Resolves at the next sign that there may be room, after a while, or when `signal` is aborted. */
function createBell(signal: AbortSignal) {
  let ring = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => ring.resolve(), { once: true })
  return {
    ring: () => ring.resolve(),
    async wait(ms: number): Promise<void> {
      const timer = setTimeout(ring.resolve, ms)
      await ring.promise
      clearTimeout(timer)
      if (!signal.aborted) ring = Promise.withResolvers<void>()
    },
  }
}

/** Waits for its turn. @returns whether it came */
async function waitForRoom(database: Database, id: number, { waitMs, signal }: CallOptions): Promise<boolean> {
  if (await tryHold(database, id)) return true
  const last = performance.now() + waitMs
  const bell = createBell(signal)
  const stopListening = await database.listen(wakeChannel, bell.ring, bell.ring)
  try {
    while (!signal.aborted) {
      if (await tryHold(database, id)) return true
      const left = last - performance.now()
      if (left <= 0) return false
      await bell.wait(Math.min(left, lookMs))
    }
    return false
  } finally {
    await stopListening()
  }
}

/** See {@link Jobs.beginCall}. */
export async function beginCall(
  { database, log }: { readonly database: Database; readonly log: Log },
  lane: string,
  options: CallOptions,
): Promise<LaneCall | null> {
  const { db } = database
  const id = await arrive(db, lane)
  const stopBeating = startBeating(db, { id, log, onLost: options.onLost })
  const end = async () => {
    stopBeating()
    await leave(db, id).catch((error: unknown) => {
      // It is taken for dead in a while.
      log.warn({ call: id, reason: messageOf(error) }, 'a call could not give its place back')
    })
  }
  try {
    if (await waitForRoom(database, id, options)) return { end }
  } catch (error) {
    await end()
    throw error
  }
  await end()
  return null
}
