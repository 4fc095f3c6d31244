// Rows, and what the API gives of them. A secret is in none of it.
import { sql, type Selectable } from 'kysely'
import { z } from 'zod'
import { WebhookDelivery, WebhookEvent, type Webhook } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Db, Trx } from '#db/database.ts'
import type { WebhookDeliveryTable, WebhookTable } from '#db/webhook-tables.ts'

export type WebhookRow = Selectable<WebhookTable>
export type DeliveryRow = Selectable<WebhookDeliveryTable>

const Types = z.array(WebhookEvent)
const DeliveryType = WebhookDelivery.shape.type

/** Told when something may be due, or there may be another one to tell, on every process. */
export const webhooksChannel = 'easel_webhooks'

/** What a webhook is told of. */
export const typesOf = ({ types }: Pick<WebhookRow, 'types'>): readonly WebhookEvent[] => Types.parse(types)

export function toWebhook(row: WebhookRow, now: number = Date.now()): Webhook {
  const { off_at: offAt, off_reason: reason, old_secret_until: until } = row
  return {
    id: row.id,
    name: row.name,
    url: row.url,
    events: Types.parse(row.types),
    enabled: offAt === null,
    off: offAt === null || reason === null ? null : { reason, at: offAt.toISOString() },
    failingSince: row.failing_since?.toISOString() ?? null,
    oldSecretUntil: until !== null && until.getTime() > now ? until.toISOString() : null,
    createdAt: row.created_at.toISOString(),
  }
}

export function toDelivery(row: DeliveryRow): WebhookDelivery {
  return {
    id: row.id,
    webhookId: row.webhook_id,
    type: DeliveryType.parse(row.type),
    subjectId: row.subject_id,
    state: row.state,
    attempts: row.attempts,
    status: row.status,
    message: row.message,
    durationMs: row.duration_ms,
    attemptedAt: row.attempted_at?.toISOString() ?? null,
    nextAttemptAt: row.state === 'waiting' && row.attempt === null ? row.due_at.toISOString() : null,
    happenedAt: row.happened_at.toISOString(),
  }
}

export const missingWebhook = () => new EaselError('not-found', 'There is no such webhook.')

/** @throws EaselError `not-found`, also for somebody else's */
export async function findWebhook(db: Db, userId: string, id: string): Promise<WebhookRow> {
  const row = await db
    .selectFrom('webhooks')
    .selectAll()
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .executeTakeFirst()
  if (row === undefined) throw missingWebhook()
  return row
}

/**
 * The row, held until the end of the transaction. Whoever changes a webhook and its deliveries takes the webhook first, so that no two
 * wait for each other.
 */
export async function lockWebhook(trx: Trx, id: string): Promise<WebhookRow | undefined> {
  return await trx.selectFrom('webhooks').selectAll().where('id', '=', id).forNoKeyUpdate().executeTakeFirst()
}

/** @throws EaselError `not-found`, also for somebody else's */
export async function lockOwn(trx: Trx, userId: string, id: string): Promise<WebhookRow> {
  const row = await lockWebhook(trx, id)
  if (row?.user_id !== userId) throw missingWebhook()
  return row
}

/** At the commit every process looks for what is due, and for whom there is anybody to tell. */
export async function tellSenders(trx: Trx): Promise<void> {
  await sql`select pg_notify(${webhooksChannel}, '')`.execute(trx)
}

/** What waits will not be sent any more; what is under way may still get through. */
export async function dropWaiting(trx: Trx, webhookId: string): Promise<void> {
  await trx
    .updateTable('webhook_deliveries')
    .set({ state: 'dropped', message: 'The webhook was switched off before it could be told' })
    .where('webhook_id', '=', webhookId)
    .where('state', '=', 'waiting')
    .where('seq', 'is not', null)
    .execute()
}
