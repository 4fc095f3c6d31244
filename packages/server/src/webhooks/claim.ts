// Whose turn it is. All times are the database's, so that processes need not agree about theirs; what is looked for by time is
// compared with the statement's, which an index can be asked about.
import { sql } from 'kysely'
import type { WebhookDelivery } from '@easel/contract'
import type { Db, Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import { toDelivery, type WebhookRow } from './records.ts'

/** Attempts under way at once, over all processes. */
const atOnce = { ofWebhook: 4, ofUser: 8 } as const
/** Longer than an attempt can take: what is claimed for longer belonged to a process that died. */
const leaseSeconds = 60

/** An attempt that this process has to make. */
export interface Claimed {
  readonly delivery: WebhookDelivery
  /** Names the attempt; another one that replaces it has another. */
  readonly attempt: string
  readonly webhook: WebhookRow
}

async function dueIds(trx: Trx, most: number): Promise<readonly { id: string; webhook_id: string }[]> {
  const { rows } = await sql<{ id: string; webhook_id: string }>`
    with under_way as (
      select webhook_id, user_id, count(*) as attempts from webhook_deliveries
      where attempt is not null and attempt_until > statement_timestamp() group by webhook_id, user_id
    ), of_user as (
      select user_id, sum(attempts) as attempts from under_way group by user_id
    ), due as (
      select next.id, webhooks.id as webhook_id, next.place, served_at,
        row_number() over (partition by webhooks.user_id order by next.place, served_at nulls first, webhooks.id)
          + coalesce(of_user.attempts, 0) as place_of_user
      from webhooks
      join users on users.id = webhooks.user_id and users.disabled_at is null
      left join under_way on under_way.webhook_id = webhooks.id
      left join of_user on of_user.user_id = webhooks.user_id
      cross join lateral (
        select first.id, row_number() over (order by due_at, seq) as place
        from (
          select deliveries.id, due_at, seq from webhook_deliveries as deliveries
          where deliveries.webhook_id = webhooks.id and state = 'waiting' and due_at <= statement_timestamp()
            and (attempt is null or attempt_until <= statement_timestamp()) and (off_at is null or deliveries.seq is null)
          order by due_at, seq
          limit greatest(${sql.lit(atOnce.ofWebhook)} - coalesce(under_way.attempts, 0), 0)
        ) as first
      ) as next
    )
    select id, webhook_id from due where place_of_user <= ${sql.lit(atOnce.ofUser)}
    order by place, served_at nulls first limit ${most}`.execute(trx)
  return rows
}

/** Begins attempts, at most so many: of each webhook the next ones, of webhooks first those that were served longest ago. */
export async function claimDue(db: Db, most: number): Promise<readonly Claimed[]> {
  return await inTransaction(db, async (trx) => {
    // Two at once would both see the same room.
    await sql`select pg_advisory_xact_lock(hashtextextended('easel.webhooks', 0))`.execute(trx)
    const due = await dueIds(trx, most)
    if (due.length === 0) return []
    const webhooks = await trx
      .updateTable('webhooks')
      .set({ served_at: sql<Date>`clock_timestamp()` })
      .where('id', 'in', [...new Set(due.map((one) => one.webhook_id))])
      .returningAll()
      .execute()
    const { rows } = await begin(
      trx,
      due.map(({ id }) => id),
    )
    const byId = new Map(webhooks.map((webhook) => [webhook.id, webhook]))
    return rows.flatMap(({ attempt, ...delivery }) => {
      const webhook = byId.get(delivery.webhook_id)
      return webhook === undefined || attempt === null
        ? []
        : [{ delivery: toDelivery({ attempt, ...delivery }), attempt, webhook }]
    })
  })
}

async function begin(trx: Trx, ids: readonly string[]) {
  const rows = await trx
    .updateTable('webhook_deliveries')
    .set(({ eb }) => ({
      attempt: sql<string>`gen_random_uuid()`,
      attempt_until: sql<Date>`clock_timestamp() + ${leaseSeconds} * interval '1 second'`,
      attempted_at: sql<Date>`clock_timestamp()`,
      attempts: eb('attempts', '+', 1),
    }))
    .where('id', 'in', [...ids])
    // It may have been dropped since it was looked up.
    .where('state', '=', 'waiting')
    .returningAll()
    .execute()
  return { rows: rows.toSorted((one, other) => (one.seq ?? 0) - (other.seq ?? 0)) }
}

/** Gives an attempt back that was not made, as if it had not been begun. */
export async function release(db: Db, { delivery, attempt }: Claimed): Promise<void> {
  await db
    .updateTable('webhook_deliveries')
    .set(({ eb }) => ({ attempt: sql<null>`null`, attempt_until: null, attempts: eb('attempts', '-', 1) }))
    .where('id', '=', delivery.id)
    .where('attempt', '=', attempt)
    .execute()
}

/** Milliseconds until the next delivery is due that nobody waits for yet; null: there is none. */
export async function untilNextDue(db: Db): Promise<number | null> {
  const { rows } = await sql<{ ms: number | null }>`
    select (extract(epoch from min(due_at) - statement_timestamp()) * 1000)::float8 as ms
    from webhook_deliveries where state = 'waiting' and due_at > statement_timestamp()`.execute(db)
  return rows[0]?.ms ?? null
}
