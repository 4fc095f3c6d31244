import { sql, type RawBuilder } from 'kysely'
import { EaselEvent } from '@easel/contract'
import type { Database, Trx } from '#db/database.ts'
import type { ProgressEvent } from './events.ts'
import type { Followers } from './followers.ts'

const logChannel = 'easel_events'
const progressChannel = 'easel_progress'
/** NOTIFY carries less than 8,000 bytes. */
const maxPayloadBytes = 7_900

async function notify(trx: Trx, channel: string, payload: string): Promise<void> {
  await sql`select pg_notify(${channel}, ${payload})`.execute(trx)
}

/** The call that says to all processes, at the commit, that the log of a user now reaches up to `seq`. */
export function notification(userId: string | RawBuilder<string>, seq: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`pg_notify(${sql.lit(logChannel)}, ${userId}::text || ':' || ${seq})`
}

/** Carries progress to all processes; nothing is kept. */
export async function notifyProgress(trx: Trx, userId: string, event: ProgressEvent): Promise<void> {
  const whole = JSON.stringify(event)
  const small = JSON.stringify({ ...event, previewUrl: null } satisfies ProgressEvent)
  await notify(trx, progressChannel, `${userId}:${Buffer.byteLength(whole) <= maxPayloadBytes ? whole : small}`)
}

/** `<userId>:<rest>` */
function splitPayload(payload: string): readonly [userId: string, rest: string] {
  const colon = payload.indexOf(':')
  return [payload.slice(0, colon), payload.slice(colon + 1)]
}

function readProgress(text: string): ProgressEvent | null {
  const { success, data } = EaselEvent.safeParse(JSON.parse(text))
  return success && data.type === 'generation.progress' ? data : null
}

/** Wakes `followers` for what any process says. @returns a function that stops listening */
export async function listenFor(database: Database, followers: Followers): Promise<() => Promise<void>> {
  const stopLog = await database.listen(
    logChannel,
    (payload) => {
      const [userId, seq] = splitPayload(payload)
      followers.wake(userId, Number(seq))
    },
    followers.wakeAll,
  )
  const stopProgress = await database.listen(
    progressChannel,
    (payload) => {
      const [userId, text] = splitPayload(payload)
      const event = followers.has(userId) ? readProgress(text) : null
      if (event !== null) followers.progress(userId, event)
    },
    // Progress is not kept: the next one comes soon, and the generation holds the newest.
    () => {},
  )
  return async () => {
    await stopLog()
    await stopProgress()
  }
}
