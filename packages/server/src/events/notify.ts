import { sql, type RawBuilder } from 'kysely'
import { z } from 'zod'
import { EaselEvent } from '@easel/contract'
import type { Database, Trx } from '#db/database.ts'
import type { ProgressEvent } from './events.ts'
import type { Growth } from './follower.ts'
import type { Followers } from './followers.ts'

const logChannel = 'easel_events'
const progressChannel = 'easel_progress'
/** NOTIFY carries less than 8,000 bytes. */
const maxPayloadBytes = 7_900
/** What is left of them beside a user and a number. */
const maxRowsBytes = 7_800

async function notify(trx: Trx, channel: string, payload: string): Promise<void> {
  await sql`select pg_notify(${channel}, ${payload})`.execute(trx)
}

/** The call that says to all processes, at the commit, that the log of a user now reaches up to `seq`. */
export function notification(userId: string | RawBuilder<string>, seq: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`pg_notify(${sql.lit(logChannel)}, ${userId}::text || ':' || ${seq})`
}

/**
 * The same with what was added, where that is short: whoever has all that came before need not read it.
 * @param added the columns `seq` and `event` of the new rows
 * @param newest the number that came before them
 */
export function notificationOf(
  userId: string | RawBuilder<string>,
  { added, newest }: { readonly added: RawBuilder<unknown>; readonly newest: RawBuilder<unknown> },
): RawBuilder<unknown> {
  return notification(
    userId,
    sql`(
      select case when octet_length(rows) < ${sql.lit(maxRowsBytes)} then ${newest} || ':' || rows else last end
      from (select max(seq)::text as last, jsonb_agg(jsonb_build_array(seq, event) order by seq)::text as rows from ${added} as added) as listed)`,
  )
}

/** Carries progress to all processes; nothing is kept. */
export async function notifyProgress(trx: Trx, userId: string, event: ProgressEvent): Promise<void> {
  const whole = JSON.stringify(event)
  const small = JSON.stringify({ ...event, previewUrl: null } satisfies ProgressEvent)
  await notify(trx, progressChannel, `${userId}:${Buffer.byteLength(whole) <= maxPayloadBytes ? whole : small}`)
}

/** `<first>:<rest>` */
function splitPayload(payload: string): readonly [first: string, rest: string] {
  const colon = payload.indexOf(':')
  return [payload.slice(0, colon), payload.slice(colon + 1)]
}

const Rows = z.array(z.tuple([z.int(), z.unknown()]))

/** `<seq>`, or `<newest number before>:<rows>` */
function readGrowth(text: string): Growth {
  if (!text.includes(':')) return { last: Number(text), news: null }
  const [after, rows] = splitPayload(text)
  const news = Rows.parse(JSON.parse(rows)).map(([seq, event]) => ({ seq, event }))
  return { last: news.at(-1)?.seq ?? Number.POSITIVE_INFINITY, news: { after: Number(after), rows: news } }
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
      const [userId, growth] = splitPayload(payload)
      followers.grow(userId, () => readGrowth(growth))
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
