// From the log of events to deliveries: each event once for each webhook that asks for it, in the log's order.
import { sql } from 'kysely'
import { EaselEvent, type WebhookEvent } from '@easel/contract'
import { messageOf } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import type { Db, Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { WebhookPorts } from './ports.ts'
import { lockWebhook, tellSenders, typesOf, webhooksChannel, type WebhookRow } from './records.ts'

const pageSize = 200

interface Happened {
  readonly type: WebhookEvent
  readonly subjectId: string
}

/** What an event is to a webhook; null: nothing. */
function happenedBy(value: unknown): Happened | null {
  const { data: event } = EaselEvent.safeParse(value)
  if (event?.type === 'generation.finished') return { type: `generation.${event.state}`, subjectId: event.generationId }
  if (event?.type === 'image.added') return { type: event.type, subjectId: event.imageId }
  if (event?.type === 'share.created') return { type: event.type, subjectId: event.shareId }
  return null
}

/** In the log's words. */
const told = ['generation.finished', 'image.added', 'share.created'] as const satisfies readonly EaselEvent['type'][]

interface News {
  /** Whether there is anybody to tell. */
  readonly told: boolean
  /** Number of the user's newest event; null: there is nothing new, or nobody to tell. */
  readonly newest: number | null
  /** Whether there is anything that webhooks are told of. */
  readonly matters: boolean
}

/** What was written after `looked`. There is an event for nearly everything, so that most of them are to be passed over quickly. */
async function newsOf(db: Db, userId: string, looked: number): Promise<News> {
  const { rows } = await sql<News>`
    with first as (select min(seq) as seq from webhooks where user_id = ${userId} and off_at is null)
    select first.seq is not null as told, max(events.seq) as newest,
      coalesce(bool_or(event ->> 'type' in (${sql.join(told)})), false) as matters
    from first left join events on events.user_id = ${userId} and events.seq > greatest(first.seq, ${looked})
    group by first.seq`.execute(db)
  return rows[0] ?? { told: true, newest: null, matters: false }
}

async function webhooksOf(db: Db, userId: string): Promise<readonly string[]> {
  const mine = db.selectFrom('webhooks').select('id').where('user_id', '=', userId).where('off_at', 'is', null)
  return (await mine.orderBy('id').execute()).map(({ id }) => id)
}

/** Webhooks that have not looked at the whole log, be there something for them or not. */
async function allBehind(db: Db): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from webhooks
    where off_at is null and seq < (select max(events.seq) from events where events.user_id = webhooks.user_id)
    order by id`.execute(db)
  return rows.map(({ id }) => id)
}

/** One page of the log. @returns whether there may be more */
async function notePage(trx: Trx, id: string): Promise<boolean> {
  // Whoever comes second waits here, and then goes on from where the first one was.
  const webhook = await lockWebhook(trx, id)
  if (webhook === undefined || webhook.off_at !== null) return false
  const rows = await trx
    .selectFrom('events')
    .select(['seq', 'event', 'created_at'])
    .where('user_id', '=', webhook.user_id)
    .where('seq', '>', webhook.seq)
    .orderBy('seq')
    .limit(pageSize)
    .execute()
  const last = rows.at(-1)
  if (last === undefined) return false
  await addDeliveries(trx, webhook, rows)
  await trx.updateTable('webhooks').set({ seq: last.seq }).where('id', '=', id).execute()
  return rows.length === pageSize
}

interface EventRow {
  readonly seq: number
  readonly event: unknown
  readonly created_at: Date
}

async function addDeliveries(trx: Trx, webhook: WebhookRow, rows: readonly EventRow[]): Promise<void> {
  const wanted = new Set<string>(typesOf(webhook))
  const deliveries = rows.flatMap(({ seq, event, created_at: happenedAt }) => {
    const happened = happenedBy(event)
    if (happened === null || !wanted.has(happened.type)) return []
    const { type, subjectId } = happened
    const whose = { id: newId(), webhook_id: webhook.id, user_id: webhook.user_id }
    return [{ ...whose, seq, type, subject_id: subjectId, happened_at: happenedAt }]
  })
  if (deliveries.length === 0) return
  await trx.insertInto('webhook_deliveries').values(deliveries).execute()
  await tellSenders(trx)
}

export interface Noting {
  /** Looks at the whole log, for what no notification told of. */
  noteAll(): Promise<void>
  close(): Promise<void>
}

/** Those who have no webhook that is on, as far as this process knows: most have none, and something happens to them all the time. */
async function rememberQuiet({ database }: Pick<WebhookPorts, 'database'>) {
  const quiet = new Set<string>()
  let forgotten = 0
  const forget = () => {
    quiet.clear()
    forgotten += 1
  }
  const stop = await database.listen(webhooksChannel, forget, forget)
  return {
    has: (userId: string) => quiet.has(userId),
    /** What `look` finds is remembered, unless a webhook was made or switched on meanwhile. */
    async learn(userId: string, look: () => Promise<News>): Promise<News> {
      const before = forgotten
      const news = await look()
      if (!news.told && before === forgotten) quiet.add(userId)
      return news
    },
    stop,
  }
}

/** Makes deliveries as soon as anything happens, on any process. */
export async function startNoting(ports: Pick<WebhookPorts, 'db' | 'database' | 'events' | 'log'>): Promise<Noting> {
  const { db, events, log } = ports
  const quiet = await rememberQuiet(ports)
  const users = new Set<string>()
  /** Up to which number this process has looked, of those who have webhooks. */
  const looked = new Map<string, number>()
  let everybody = false
  let working: Promise<void> | null = null
  let closed = false

  async function noteOne(id: string): Promise<void> {
    while (!closed && (await inTransaction(db, (trx) => notePage(trx, id))));
  }

  async function noteUser(userId: string): Promise<void> {
    if (quiet.has(userId)) return
    const { newest, matters } = await quiet.learn(userId, () => newsOf(db, userId, looked.get(userId) ?? 0))
    if (newest === null) return
    if (matters) for (const id of await webhooksOf(db, userId)) await noteOne(id)
    looked.set(userId, newest)
  }

  async function work(): Promise<void> {
    while (!closed && (everybody || users.size > 0)) {
      if (everybody) {
        everybody = false
        for (const id of await allBehind(db)) await noteOne(id)
      }
      for (const userId of users) {
        users.delete(userId)
        await noteUser(userId)
      }
    }
  }

  function begin(): Promise<void> {
    working ??= work().finally(() => {
      working = null
    })
    return working
  }

  function soon(): void {
    // What is left undone is found by the next look at the whole log.
    void begin().catch((error: unknown) => log.error({ reason: messageOf(error) }, 'webhooks were not told'))
  }

  const stopWatching = events.watch((userId) => {
    if (userId === null) everybody = true
    else users.add(userId)
    soon()
  })

  return {
    async noteAll() {
      everybody = true
      await begin()
    },
    async close() {
      closed = true
      stopWatching()
      await quiet.stop()
      await working?.catch(() => {
        // Told to who has begun it.
      })
    },
  }
}
