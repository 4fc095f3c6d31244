import { sql, type UpdateObject } from 'kysely'
import type { GenerationFailure } from '@easel/contract'
import type { Trx } from '#db/database.ts'
import type { Tables } from '#db/tables.ts'
import type { LoggedEvent } from '#events/events.ts'
import { countedImages, dayOf } from '#library/usage.ts'
import { changeCall, type CallRow } from './calls.ts'
import { failureOf } from './generation-record.ts'

interface End {
  readonly state: 'succeeded' | 'failed' | 'cancelled'
  readonly error: GenerationFailure | null
  /** What its last call brought beside pictures. */
  readonly facts?: UpdateObject<Tables, 'generations'>
}

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

const finished = (generationId: string, state: End['state']): LoggedEvent => ({
  type: 'generation.finished',
  generationId,
  state,
})

/** The end of a generation as two parts of one statement: the row, and what it counts for on the day it was submitted. */
function ending(trx: Trx, generationId: string, { state, error, facts = {} }: End) {
  const ended = trx
    .updateTable('generations')
    .set({
      ...facts,
      state,
      error: error === null ? null : JSON.stringify(error),
      finished_at: new Date(),
      preview_key: null,
      ...(state === 'succeeded' && error === null ? { progress_completed: sql<number>`progress_total` } : {}),
    })
    .where('id', '=', generationId)
    .returning(['id', 'user_id', dayOf('generations').as('day'), sql<number>`coalesce(cost_amount, 0)`.as('spent')])
    .returning(sql<number>`n - ${countedImages('generations')}`.as('back'))
  const counted = sql`
    update usage_days held set images = held.images - ended.back, cost = held.cost + ended.spent from ended
    where held.user_id = ended.user_id and held.day = ended.day and ended.back + ended.spent <> 0`
  return { ended, counted }
}

/**
 * Ends a generation. The caller holds its row. In the same statement its cost is counted on the day it was submitted, and images that
 * cost nothing are given back.
 */
export async function finish(trx: Trx, generationId: string, end: End): Promise<LoggedEvent> {
  const { ended, counted } = ending(trx, generationId, end)
  await sql`with ended as (${ended}) ${counted}`.execute(trx)
  return finished(generationId, end.state)
}

/**
 * The same of a running generation that is one call, which brought a picture and ends with it.
 * @returns the event to send, or null when it is not running any more
 */
export async function finishWithCall(
  trx: Trx,
  call: CallRow,
  { error, facts }: Required<Pick<End, 'error' | 'facts'>>,
): Promise<LoggedEvent | null> {
  const { ended, counted } = ending(trx, call.generation_id, { state: 'succeeded', error, facts })
  const done = changeCall(trx, call, { state: 'done', ...(error === null ? {} : { error }) })
  const { rows } = await sql`
    with ended as (${ended.where('state', '=', 'running')}),
    done as (${done.where(sql<boolean>`exists (select from ended)`)}),
    counted as (${counted})
    select id from ended`.execute(trx)
  return rows.length === 0 ? null : finished(call.generation_id, 'succeeded')
}
