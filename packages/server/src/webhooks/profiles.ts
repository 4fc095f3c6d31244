// Webhooks as their owners have them.
import { sql } from 'kysely'
import type { NewWebhook, Webhook, WebhookChange, WebhookCreate } from '@easel/contract'
import { EaselError, present } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import type { Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { WebhookPorts } from './ports.ts'
import {
  dropWaiting,
  findWebhook,
  lockOwn,
  missingWebhook,
  tellSenders,
  toWebhook,
  type WebhookRow,
} from './records.ts'
import { newWebhookSecret } from './signature.ts'

export interface Profiles {
  /** In the order in which they were made. */
  list(userId: string): Promise<Webhook[]>
  /** @throws EaselError `not-found` */
  get(userId: string, id: string): Promise<Webhook>
  /** @throws EaselError `validation-failed` for an address that this user may not use, `quota-exceeded` for one too many */
  create(userId: string, webhook: WebhookCreate): Promise<NewWebhook>
  /** @throws EaselError `not-found`, `validation-failed`, and `conflict` when it has to get another secret before it is switched on */
  update(userId: string, id: string, change: WebhookChange): Promise<Webhook>
  /** @throws EaselError `not-found` */
  remove(userId: string, id: string): Promise<void>
  /** Gives it another secret; the old one signs along for a day. @throws EaselError `not-found` */
  renewSecret(userId: string, id: string): Promise<NewWebhook>
}

/** As many as anybody has use for: every event costs each of them a message. */
const mostWebhooks = 20
const oldSecretHours = 24

/** What happened before counts for nothing. */
const newestSeq = (userId: string) =>
  sql<number>`(select coalesce(max(events.seq), 0) from events where events.user_id = ${userId})`

function changedColumns({ name, url, events }: WebhookChange) {
  return {
    ...(name === undefined ? {} : { name: name.trim() }),
    ...(url === undefined ? {} : { url }),
    ...(events === undefined ? {} : { types: JSON.stringify([...new Set(events)]) }),
  }
}

/** Of two made at once, the second is counted with the first. */
async function keepWithinLimit(trx: Trx, userId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`webhooks:${userId}`}, 0))`.execute(trx)
  const { count } = await trx
    .selectFrom('webhooks')
    .where('user_id', '=', userId)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  if (count < mostWebhooks) return
  throw new EaselError('quota-exceeded', `There are ${mostWebhooks} webhooks, which is all there can be.`)
}

/** On from now on, or off. */
function switched(row: WebhookRow, on: boolean) {
  if (!on) return row.off_at === null ? { off_at: new Date(), off_reason: 'owner' as const } : {}
  if (row.off_at === null) return {}
  if (row.secret === null) throw new EaselError('conflict', 'Its secret is lost. Renew the secret first.')
  return { off_at: null, off_reason: null, failing_since: null, seq: newestSeq(row.user_id) }
}

async function renewSecret(
  { db, secrets }: Pick<WebhookPorts, 'db' | 'secrets'>,
  userId: string,
  id: string,
): Promise<NewWebhook> {
  const secret = newWebhookSecret()
  return await inTransaction(db, async (trx) => {
    const row = await lockOwn(trx, userId, id)
    const old = { old_secret: row.secret, old_secret_until: new Date(Date.now() + oldSecretHours * 3_600_000) }
    const changed = await trx
      .updateTable('webhooks')
      .set({
        secret: await secrets.seal(trx, { userId, webhookId: id }, secret),
        // One that was lost signs nothing any more, and nothing else kept it off.
        ...(row.secret === null ? {} : old),
        ...(row.off_reason === 'key-lost' ? { off_at: null, off_reason: null, seq: newestSeq(userId) } : {}),
      })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst()
    await tellSenders(trx)
    return { ...toWebhook(present(changed, 'the renewed webhook')), secret }
  })
}

export function createProfiles({
  db,
  secrets,
  addresses,
}: Pick<WebhookPorts, 'db' | 'secrets' | 'addresses'>): Profiles {
  async function checkUrl(userId: string, url: string | undefined): Promise<void> {
    const message = url === undefined ? null : await addresses.refusal(userId, url)
    if (message === null) return
    throw new EaselError('validation-failed', `body.url: ${message}`, { fields: [{ field: 'body.url', message }] })
  }

  return {
    async list(userId) {
      const mine = db.selectFrom('webhooks').selectAll().where('user_id', '=', userId)
      return (await mine.orderBy('id').execute()).map((row) => toWebhook(row))
    },

    get: async (userId, id) => toWebhook(await findWebhook(db, userId, id)),

    async create(userId, { enabled = true, ...webhook }) {
      await checkUrl(userId, webhook.url)
      const id = newId()
      const secret = newWebhookSecret()
      return await inTransaction(db, async (trx) => {
        await keepWithinLimit(trx, userId)
        const row = await trx
          .insertInto('webhooks')
          .values({
            id,
            user_id: userId,
            name: webhook.name.trim(),
            url: webhook.url,
            types: JSON.stringify([...new Set(webhook.events)]),
            secret: await secrets.seal(trx, { userId, webhookId: id }, secret),
            seq: newestSeq(userId),
            ...(enabled ? {} : { off_at: new Date(), off_reason: 'owner' }),
          })
          .returningAll()
          .executeTakeFirst()
        await tellSenders(trx)
        return { ...toWebhook(present(row, 'the new webhook')), secret }
      })
    },

    async update(userId, id, { enabled, ...change }) {
      await findWebhook(db, userId, id)
      await checkUrl(userId, change.url)
      return await inTransaction(db, async (trx) => {
        const row = await lockOwn(trx, userId, id)
        const set = { ...changedColumns(change), ...(enabled === undefined ? {} : switched(row, enabled)) }
        if (Object.keys(set).length === 0) return toWebhook(row)
        const changed = await trx
          .updateTable('webhooks')
          .set(set)
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirst()
        if (enabled === false) await dropWaiting(trx, id)
        else await tellSenders(trx)
        return toWebhook(present(changed, 'the changed webhook'))
      })
    },

    async remove(userId, id) {
      const mine = db.deleteFrom('webhooks').where('id', '=', id).where('user_id', '=', userId)
      const { numDeletedRows } = await mine.executeTakeFirst()
      if (numDeletedRows === 0n) throw missingWebhook()
    },

    renewSecret: (userId, id) => renewSecret({ db, secrets }, userId, id),
  }
}
