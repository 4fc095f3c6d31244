// The log of deliveries, and messages that somebody asks for.
import { sql } from 'kysely'
import type { WebhookDelivery } from '@easel/contract'
import { EaselError, present } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import type { Db } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import { findWebhook, lockOwn, tellSenders, toDelivery } from './records.ts'

interface Page {
  readonly limit: number
  readonly cursor?: string | undefined
}

export interface Deliveries {
  /** What a webhook was told, newest first. @throws EaselError `not-found`, `validation-failed` for a cursor that is not ours */
  deliveries(userId: string, id: string, page: Page): Promise<{ data: WebhookDelivery[]; nextCursor: string | null }>
  /** Sends a test. @throws EaselError `not-found`, `conflict` while an earlier one is on its way */
  test(userId: string, id: string): Promise<WebhookDelivery>
  /** Sends a message again; one that is on its way already is left alone. @throws EaselError `not-found`, `conflict` of a webhook that is off */
  resend(userId: string, deliveryId: string): Promise<WebhookDelivery>
  /** Forgets what is older. */
  prune(before: Date): Promise<void>
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function checkCursor(cursor: string): string {
  if (uuid.test(cursor)) return cursor
  throw new EaselError('validation-failed', 'The cursor is not one of ours.', {
    fields: [{ field: 'query.cursor', message: 'must be the nextCursor of an earlier page' }],
  })
}

const missingDelivery = () => new EaselError('not-found', 'There is no such delivery, or not any more.')

export function createDeliveries(db: Db): Deliveries {
  async function deliveryOf(userId: string, id: string) {
    const row = await db
      .selectFrom('webhook_deliveries')
      .selectAll()
      .where('id', '=', id)
      .where('user_id', '=', userId)
      .executeTakeFirst()
    if (row === undefined) throw missingDelivery()
    return row
  }

  return {
    async deliveries(userId, id, { limit, cursor }) {
      const after = cursor === undefined ? null : checkCursor(cursor)
      await findWebhook(db, userId, id)
      const rows = await db
        .selectFrom('webhook_deliveries')
        .selectAll()
        .where('webhook_id', '=', id)
        .$if(after !== null, (open) => open.where('id', '<', after))
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute()
      const page = rows.slice(0, limit)
      return { data: page.map(toDelivery), nextCursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null }
    },

    async test(userId, id) {
      return await inTransaction(db, async (trx) => {
        await lockOwn(trx, userId, id)
        const waiting = await trx
          .selectFrom('webhook_deliveries')
          .select('id')
          .where('webhook_id', '=', id)
          .where('seq', 'is', null)
          .where('state', '=', 'waiting')
          .executeTakeFirst()
        if (waiting !== undefined) throw new EaselError('conflict', 'A test of this webhook is on its way already.')
        const row = await trx
          .insertInto('webhook_deliveries')
          .values({ id: newId(), webhook_id: id, user_id: userId, type: 'webhook.test', happened_at: new Date() })
          .returningAll()
          .executeTakeFirst()
        await tellSenders(trx)
        return toDelivery(present(row, 'the test'))
      })
    },

    async resend(userId, deliveryId) {
      const { webhook_id: webhookId } = await deliveryOf(userId, deliveryId)
      await inTransaction(db, async (trx) => {
        const webhook = await lockOwn(trx, userId, webhookId)
        if (webhook.off_at !== null) throw new EaselError('conflict', 'The webhook is off. Switch it on first.')
        await trx
          .updateTable('webhook_deliveries')
          .set({
            // Whoever comes to the end of its attempts begins anew with them.
            attempts: sql<number>`case state when 'waiting' then attempts else 0 end`,
            state: 'waiting',
            due_at: sql<Date>`clock_timestamp()`,
            attempt: sql<null>`null`,
            attempt_until: null,
          })
          .where('id', '=', deliveryId)
          .where(({ or, eb }) =>
            or([eb('attempt', 'is', null), eb('attempt_until', '<=', sql<Date>`clock_timestamp()`)]),
          )
          .execute()
        await tellSenders(trx)
      })
      return toDelivery(await deliveryOf(userId, deliveryId))
    },

    async prune(before) {
      await db.deleteFrom('webhook_deliveries').where('happened_at', '<', before).execute()
    },
  }
}
