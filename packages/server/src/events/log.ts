import { sql, type Compilable } from 'kysely'
import { messageOf } from '#base/errors.ts'
import { openLog, type Log } from '#base/log.ts'
import type { Database, Db, Trx } from '#db/database.ts'
import { retried } from '#db/transaction.ts'
import type { Events, LoggedEvent, Told } from './events.ts'
import { createFollower } from './follower.ts'
import { createFollowers } from './followers.ts'
import { userLock } from './lock.ts'
import { listenFor, notification, notificationOf, notifyProgress } from './notify.ts'
import { findStart } from './start.ts'

async function append(trx: Trx, userId: string, events: readonly LoggedEvent[]): Promise<void> {
  if (events.length === 0) return
  // One statement, because there is one in nearly every transaction. The numbers are given to rows that are there only once the
  // lock is held, in the order of the list.
  await sql`
    with held as (select ${userLock(userId)} as newest),
    added as (
      insert into events (user_id, event)
      select ${userId}::uuid, listed.event
      from held, jsonb_array_elements(${JSON.stringify(events)}::jsonb) with ordinality as listed (event, place)
      order by listed.place
      returning seq, event
    )
    select ${notificationOf(userId, { added: sql`added`, newest: sql`newest` })} from held`.execute(trx)
}

async function appendAll(trx: Trx, told: readonly Told[]): Promise<void> {
  if (told.length === 0) return
  const user = sql.ref<string>('user_id')
  await sql`
    with listed as (
      select (entry ->> 'userId')::uuid as user_id, entry -> 'event' as event, place
      from jsonb_array_elements(${JSON.stringify(told)}::jsonb) with ordinality as entries (entry, place)
    ),
    added as (
      insert into events (user_id, event)
      select listed.user_id, listed.event from listed
      join (select user_id, ${userLock(user)} from (select distinct user_id from listed order by user_id) as users) as held
        on held.user_id = listed.user_id
      order by listed.place
      returning user_id, seq
    )
    select ${notification(user, sql`seq`)} from added`.execute(trx)
}

/** @returns for whom: the users whose row has changed */
async function appendWith(
  db: Db,
  change: Compilable<{ user_id: string }>,
  event: LoggedEvent,
): Promise<readonly string[]> {
  const owner = sql.ref<string>('user_id')
  const { rows } = await retried(() =>
    sql<{ user_id: string }>`
      with changed as (${change}), held as (
        select user_id, ${userLock(owner)} as newest from changed
      ), added as (
        insert into events (user_id, event) select user_id, ${JSON.stringify(event)}::jsonb from held
        returning user_id, seq, event
      )
      select user_id, ${notificationOf(owner, { added: sql`(select * from added where added.user_id = held.user_id)`, newest: sql`newest` })}
      from held`.execute(db),
  )
  return rows.map(({ user_id: userId }) => userId)
}

async function readAfter(db: Db, userId: string, page: { readonly after: number; readonly limit: number }) {
  return await db
    .selectFrom('events')
    .select(['seq', 'event'])
    .where('user_id', '=', userId)
    .where('seq', '>', page.after)
    .orderBy('seq')
    // Not a value, so that the statement is the same every time: it is read for every event.
    .limit(sql.lit(page.limit))
    .execute()
}

/** Removes a beginning of the log and never its newest row, so that what is left tells how far back it reaches. */
async function prune(db: Db, olderThan: Date): Promise<number> {
  const firstKept = sql<number>`coalesce(min(seq) filter (where created_at >= ${olderThan}), max(seq), 0)`
  const { numDeletedRows } = await db
    .deleteFrom('events')
    .where('seq', '<', (eb) => eb.selectFrom('events').select(firstKept.as('first')))
    .executeTakeFirst()
  return Number(numDeletedRows)
}

/** The event log of `database`; see {@link Events}. One LISTEN serves all subscribers of the process. */
export async function createEvents(database: Database, log: Log = openLog('error')): Promise<Events> {
  const { db } = database
  const followers = createFollowers()
  const watchers = new Set<(userId: string | null) => void>()
  const ownWatchers = new Set<(userId: string) => void>()
  const tellOwn = (userId: string) => {
    for (const watcher of ownWatchers) watcher(userId)
  }
  const stopListening = await listenFor(database, {
    ...followers,
    grow(userId, read) {
      followers.grow(userId, read)
      for (const watcher of watchers) watcher(userId)
    },
    wakeAll() {
      followers.wakeAll()
      for (const watcher of watchers) watcher(null)
    },
  })

  return {
    async append(trx, userId, list) {
      tellOwn(userId)
      await append(trx, userId, list)
    },
    async appendAll(trx, told) {
      for (const userId of new Set(told.map((one) => one.userId))) tellOwn(userId)
      await appendAll(trx, told)
    },
    async appendWith(from, change, event) {
      const changed = await appendWith(from, change, event)
      changed.forEach(tellOwn)
      return changed.length > 0
    },
    progress: notifyProgress,

    async subscribe(userId, since, onEvent) {
      const follower = createFollower({
        read: (after, limit) => readAfter(db, userId, { after, limit }),
        deliver: onEvent,
        onFault: (error) => log.error({ reason: messageOf(error) }, 'an event could not be delivered'),
      })
      // Known before the first read: what is committed from now on wakes it, however the two interleave.
      followers.add(userId, follower)
      try {
        await follower.begin(await findStart(db, userId, since))
      } catch (error) {
        followers.remove(userId, follower)
        throw error
      }
      return () => followers.remove(userId, follower)
    },

    watch(onGrowth) {
      watchers.add(onGrowth)
      return () => void watchers.delete(onGrowth)
    },

    watchOwn(onWrite) {
      ownWatchers.add(onWrite)
      return () => void ownWatchers.delete(onWrite)
    },

    prune: (olderThan) => prune(db, olderThan),

    async close() {
      await stopListening()
      followers.stopAll()
    },
  }
}
