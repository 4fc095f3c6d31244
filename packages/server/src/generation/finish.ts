import { sql } from 'kysely'
import type { GenerationFailure } from '@easel/contract'
import type { Trx } from '#db/database.ts'
import type { LoggedEvent } from '#events/events.ts'
import { countedImages, dayOf } from '#library/usage.ts'
import { failureOf } from './generation-record.ts'

/** Whether a running generation is still ours to change. Locks its row until the transaction ends. */
export async function lockRunning(trx: Trx, generationId: string): Promise<boolean> {
  const row = await trx
    .selectFrom('generations')
    .where('id', '=', generationId)
    .where('state', '=', 'running')
    .select('id')
    .forUpdate()
    .executeTakeFirst()
  return row !== undefined
}

/**
 * Ends a generation whose calls have all ended: with at least one picture it succeeded, and says what is missing.
 * @param coming pictures that this transaction adds after this
 * @returns the event to send, or null when calls are still open
 */
export async function finishIfDone(trx: Trx, generationId: string, coming: number): Promise<LoggedEvent | null> {
  const calls = await trx
    .selectFrom('generation_calls')
    .where('generation_id', '=', generationId)
    .select(['state', 'error'])
    .orderBy('call_index')
    .execute()
  if (calls.some(({ state }) => state === 'waiting' || state === 'sent')) return null
  const { count } = await trx
    .selectFrom('images')
    .where('generation_id', '=', generationId)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  const error = calls.map((call) => failureOf(call.error)).find((failure) => failure !== null) ?? null
  const state = count + coming > 0 ? 'succeeded' : 'failed'
  return await finish(trx, generationId, { state, error })
}

interface End {
  readonly state: 'succeeded' | 'failed' | 'cancelled'
  readonly error: GenerationFailure | null
}

/**
 * Ends a generation. The caller holds its row. In the same statement its cost is counted on the day it was submitted, and images that
 * cost nothing are given back.
 */
export async function finish(trx: Trx, generationId: string, { state, error }: End): Promise<LoggedEvent> {
  await trx
    .with('ended', (db) =>
      db
        .updateTable('generations')
        .set({
          state,
          error: error === null ? null : JSON.stringify(error),
          finished_at: new Date(),
          preview_key: null,
          ...(state === 'succeeded' && error === null ? { progress_completed: sql<number>`progress_total` } : {}),
        })
        .where('id', '=', generationId)
        .returning(['user_id', dayOf('generations').as('day'), sql<number>`coalesce(cost_amount, 0)`.as('spent')])
        .returning(sql<number>`n - ${countedImages('generations')}`.as('back')),
    )
    .updateTable('usage_days')
    .from('ended')
    .set({ images: sql`usage_days.images - ended.back`, cost: sql`usage_days.cost + ended.spent` })
    .whereRef('usage_days.user_id', '=', 'ended.user_id')
    .whereRef('usage_days.day', '=', 'ended.day')
    .where(sql<boolean>`ended.back + ended.spent <> 0`)
    .execute()
  return { type: 'generation.finished', generationId, state }
}
