// What an attempt's end makes of a delivery and of its webhook.
import { sql } from 'kysely'
import type { DeliveryState, WebhookOff } from '@easel/contract'
import type { Db, Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Claimed } from './claim.ts'
import type { MessageAnswer } from './ports.ts'
import { dropWaiting, lockWebhook, type WebhookRow } from './records.ts'

/** Seconds before each further attempt; after the last one the delivery has failed. */
export const backoffSeconds = [10, 60, 300, 1800, 7200, 21_600, 86_400] as const
/** Waiting times differ by so much, so that what failed together does not come back together. */
const jitter = 0.2
const failingDays = 5

export interface Outcome extends MessageAnswer {
  /** There was nothing to tell any more. */
  readonly dropped: boolean
  readonly durationMs: number
}

const isSuccess = (status: number | null): boolean => status !== null && status >= 200 && status < 300

/** Milliseconds until the attempt after this one, never before the receiver wants it. @param random 0 … 1 */
export function pauseAfter(attempts: number, retryAfterMs: number | null, random: number): number | null {
  const seconds = backoffSeconds[attempts - 1]
  if (seconds === undefined) return null
  return Math.max(Math.round(seconds * 1000 * (1 + jitter * random)), retryAfterMs ?? 0)
}

interface Verdict {
  readonly state: DeliveryState
  /** Milliseconds, of what is tried again. */
  readonly pauseMs: number
  readonly switchOff: WebhookOff | null
}

interface Situation {
  readonly webhook: WebhookRow
  readonly claimed: Claimed
  readonly outcome: Outcome
  readonly random: number
  /** Whether every attempt has failed for days. */
  readonly failingLong: boolean
}

function judge({ webhook, claimed: { delivery }, outcome, random, failingLong }: Situation): Verdict {
  const { status, retryAfterMs, dropped } = outcome
  const over = (state: DeliveryState, switchOff: WebhookOff | null = null): Verdict => ({
    state,
    pauseMs: 0,
    switchOff,
  })
  const isOn = webhook.off_at === null
  if (dropped) return over('dropped')
  if (isSuccess(status)) return over('delivered')
  if (status === 410) return over('failed', isOn ? 'gone' : null)
  if (delivery.type === 'webhook.test') return over('failed')
  if (!isOn) return over('dropped')
  if (failingLong) return over('failed', 'failing')
  const pauseMs = pauseAfter(delivery.attempts, retryAfterMs, random)
  return pauseMs === null ? over('failed') : { state: 'waiting', pauseMs, switchOff: null }
}

/** Since when nothing gets through, with this failure. @returns whether that is too long */
async function noteFailure(trx: Trx, { delivery, webhook }: Claimed): Promise<boolean> {
  if (delivery.type === 'webhook.test') return false
  const row = await trx
    .updateTable('webhooks')
    .set({ failing_since: sql<Date>`coalesce(failing_since, clock_timestamp())` })
    .where('id', '=', webhook.id)
    .returning(sql<boolean>`failing_since < clock_timestamp() - ${failingDays} * interval '1 day'`.as('long'))
    .executeTakeFirst()
  return row?.long === true
}

async function switchOff(trx: Trx, webhookId: string, reason: WebhookOff): Promise<void> {
  await trx
    .updateTable('webhooks')
    .set({ off_at: sql<Date>`clock_timestamp()`, off_reason: reason })
    .where('id', '=', webhookId)
    .execute()
  await dropWaiting(trx, webhookId)
}

export interface Settling {
  readonly db: Db
  /** 0 … 1, by which waiting times differ. */
  readonly random: () => number
}

/**
 * Notes what came of an attempt, unless another one has replaced it.
 * @returns why the webhook was switched off by it, or null
 */
export async function settle({ db, random }: Settling, claimed: Claimed, outcome: Outcome): Promise<WebhookOff | null> {
  return await inTransaction(db, async (trx) => {
    const webhook = await lockWebhook(trx, claimed.webhook.id)
    if (webhook === undefined) return null
    const failed = !outcome.dropped && !isSuccess(outcome.status)
    const current = await trx
      .selectFrom('webhook_deliveries')
      .select('id')
      .where('id', '=', claimed.delivery.id)
      .where('attempt', '=', claimed.attempt)
      .forUpdate()
      .executeTakeFirst()
    if (current === undefined) return null
    const failingLong = failed && (await noteFailure(trx, claimed))
    const verdict = judge({ webhook, claimed, outcome, random: random(), failingLong })
    await trx
      .updateTable('webhook_deliveries')
      .set({
        state: verdict.state,
        attempt: sql<null>`null`,
        attempt_until: null,
        due_at: sql<Date>`clock_timestamp() + ${verdict.pauseMs} * interval '1 millisecond'`,
        status: sql<number | null>`${outcome.status}::integer`,
        message: outcome.message,
        duration_ms: sql<number>`${Math.round(outcome.durationMs)}::integer`,
      })
      .where('id', '=', claimed.delivery.id)
      .execute()
    if (verdict.state === 'delivered') {
      await trx
        .updateTable('webhooks')
        .set({ failing_since: null })
        .where('id', '=', webhook.id)
        .where('failing_since', 'is not', null)
        .execute()
    }
    if (verdict.switchOff !== null) await switchOff(trx, webhook.id, verdict.switchOff)
    return verdict.switchOff
  })
}
