import { sql } from 'kysely'
import { EaselEvent } from '@easel/contract'
import { messageOf } from '#base/errors.ts'
import { openLog, type Log } from '#base/log.ts'
import type { Database, Trx } from '#db/database.ts'
import type { Events, ProgressEvent } from './events.ts'
import { createFollower, type Follower } from './follower.ts'
import { lockUser } from './lock.ts'
import { findStart } from './start.ts'

const logChannel = 'easel_events'
const progressChannel = 'easel_progress'
/** NOTIFY carries less than 8,000 bytes. */
const maxPayloadBytes = 7_900

async function notify(trx: Trx, channel: string, payload: string): Promise<void> {
  await sql`select pg_notify(${channel}, ${payload})`.execute(trx)
}

function progressPayload(userId: string, event: ProgressEvent): string {
  const whole = `${userId}:${JSON.stringify(event)}`
  return Buffer.byteLength(whole) <= maxPayloadBytes
    ? whole
    : `${userId}:${JSON.stringify({ ...event, previewUrl: null } satisfies ProgressEvent)}`
}

/** `<userId>:<rest>` */
function splitPayload(payload: string): readonly [userId: string, rest: string] {
  const colon = payload.indexOf(':')
  return [payload.slice(0, colon), payload.slice(colon + 1)]
}

function readProgress(text: string): ProgressEvent | null {
  const parsed = EaselEvent.safeParse(JSON.parse(text))
  return parsed.success && parsed.data.type === 'generation.progress' ? parsed.data : null
}

/** The event log of `database`; see {@link Events}. One LISTEN serves all subscribers of the process. */
export async function createEvents(database: Database, log: Log = openLog('error')): Promise<Events> {
  const { db } = database
  const followers = new Map<string, Set<Follower>>()
  const onFault = (error: unknown): void => log.error({ reason: messageOf(error) }, 'an event could not be delivered')

  function wakeAll(): void {
    for (const group of followers.values()) for (const follower of group) follower.wake()
  }

  const stopLog = await database.listen(
    logChannel,
    (payload) => {
      const [userId, seq] = splitPayload(payload)
      for (const follower of followers.get(userId) ?? []) follower.wake(Number(seq))
    },
    wakeAll,
  )
  const stopProgress = await database.listen(
    progressChannel,
    (payload) => {
      const [userId, text] = splitPayload(payload)
      const group = followers.get(userId)
      const event = group === undefined ? null : readProgress(text)
      if (event !== null) for (const follower of group ?? []) follower.progress(event)
    },
    // Progress is not kept: the next one comes soon, and the generation holds the newest.
    () => {},
  )

  function remove(userId: string, follower: Follower): void {
    follower.stop()
    const group = followers.get(userId)
    group?.delete(follower)
    if (group?.size === 0) followers.delete(userId)
  }

  return {
    async append(trx, userId, events) {
      if (events.length === 0) return
      await lockUser(trx, userId)
      const rows = await trx
        .insertInto('events')
        .values(events.map((event) => ({ user_id: userId, event: JSON.stringify(event) })))
        .returning('seq')
        .execute()
      const last = Math.max(...rows.map(({ seq }) => seq))
      await notify(trx, logChannel, `${userId}:${last}`)
    },

    progress: (trx, userId, event) => notify(trx, progressChannel, progressPayload(userId, event)),

    async subscribe(userId, since, onEvent) {
      const follower = createFollower({
        read: (after, limit) =>
          db
            .selectFrom('events')
            .select(['seq', 'event'])
            .where('user_id', '=', userId)
            .where('seq', '>', after)
            .orderBy('seq')
            .limit(limit)
            .execute(),
        deliver: onEvent,
        onFault,
      })
      // Known before the first read: what is committed from now on wakes it, however the two interleave.
      followers.set(userId, (followers.get(userId) ?? new Set()).add(follower))
      try {
        const { after, reset } = await findStart(db, userId, since)
        if (reset) onEvent({ seq: after, event: { type: 'reset' } })
        await follower.begin(after)
      } catch (error) {
        remove(userId, follower)
        throw error
      }
      return () => remove(userId, follower)
    },

    async prune(olderThan) {
      // Always a beginning of the log and never its newest row, so that what is left tells how far back it reaches.
      const result = await db
        .deleteFrom('events')
        .where('seq', '<', (eb) =>
          eb
            .selectFrom('events')
            .select(sql<number>`coalesce(min(seq) filter (where created_at >= ${olderThan}), max(seq), 0)`.as('first')),
        )
        .executeTakeFirst()
      return Number(result.numDeletedRows)
    },

    async close() {
      await stopLog()
      await stopProgress()
      for (const group of followers.values()) for (const follower of group) follower.stop()
      followers.clear()
    },
  }
}
