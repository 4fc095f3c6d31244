// When an engine surely did not take the work: its fallback is asked, never both.
import type { Adjustment, FallbackFrom, GenerationFailure } from '@easel/contract'
import { EaselError, messageOf } from '#base/errors.ts'
import type { Fallback } from '#connections/choice.ts'
import type { Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import { ProviderError } from '#providers/spec/provider-error.ts'
import { callsOf } from './calls.ts'
import { fitFallback } from './fit-fallback.ts'
import type { Fitted } from './fitted.ts'
import { priceOf } from './price.ts'
import { adjustmentsOf, requestOf, resolutionOf, type GenerationRow } from './generation-record.ts'
import { ownPrompts, withLeftOut } from './prompt.ts'
import type { Begun } from './run.ts'

/**
 * Whether the engine surely did not take what it was asked, so that another one may be asked without paying twice: it said so, or it
 * refused the key or the account before it began. What came inside an answer that began as success says nothing.
 */
export function surelyRefused(error: ProviderError): boolean {
  if (error.advice === 'safe-to-resend') return true
  const { kind, status } = error
  return (kind === 'auth' || kind === 'quota') && status !== null && status >= 400 && status < 500
}

/** Kinds of failure at an engine that was only asked for its models: it never heard of the work. */
const away: ReadonlySet<string> = new Set(['unavailable', 'timeout', 'rate-limited', 'auth', 'quota'])

/**
 * Whether whoever asked named no engine and knows no other way than the next one: clients of contracts C and D. Where the connection
 * has no fallback, the next in the user's order is asked.
 */
export const asksNext = (origin: string): boolean => origin === 'user-library' || origin === 'tasks'

/** Whether an engine could not even be asked for its models, or, for those who named none, has none that draws. */
export function couldNotBeAsked(error: unknown, origin: string): error is EaselError {
  if (error instanceof ProviderError) return away.has(error.kind) || (asksNext(origin) && error.kind === 'unsupported')
  return asksNext(origin) && error instanceof EaselError && error.code === 'unknown-model'
}

/** What the record tells of the engine that was asked first. */
export const storyOf = (
  { first }: Pick<Fallback, 'first'>,
  model: string | null,
  error: GenerationFailure,
): FallbackFrom => ({
  connectionId: first.id,
  connectionName: first.name,
  provider: first.provider,
  model: model ?? '',
  error,
})

interface HandOver {
  readonly row: GenerationRow
  readonly fallback: Fallback
  readonly fitted: Fitted
  readonly adjustments: readonly Adjustment[]
  readonly error: GenerationFailure
}

/** The engine to ask instead, and the request as it can take it; null where there is none. */
async function findFallback({ ports, row, fitted }: Begun, error: GenerationFailure): Promise<HandOver | null> {
  // One hop: what a fallback does not take has failed.
  if (row.connection_id === null || row.fallback_from !== null) return null
  try {
    const wanted = { connectionId: row.connection_id, model: row.model, orNext: asksNext(row.origin) }
    const fallback = await ports.connections.fallbackOf(row.user_id, wanted)
    if (fallback === null) return null
    const { model, seed, strict } = row
    const spec = withLeftOut(requestOf(row), resolutionOf(row))
    const fit = fitFallback({ spec, model, seed, strict, reason: error.message }, fallback)
    if (fit === null) return null
    const { parent } = fitted
    return { row, fallback, error, ...fit, fitted: { ...fit.fitted, ...(parent === undefined ? {} : { parent }) } }
  } catch (problem) {
    if (!(problem instanceof EaselError)) throw problem
    ports.log.warn({ generation: row.id, reason: messageOf(problem) }, 'the fallback cannot be asked either')
    return null
  }
}

/** The calls that no engine has taken, made anew for the model that is to draw them. False when an engine may be at work on one. */
async function moveCalls(trx: Trx, { row, fallback }: HandOver): Promise<boolean> {
  const open = await trx
    .selectFrom('generation_calls')
    .selectAll()
    .where('generation_id', '=', row.id)
    .where('state', 'in', ['waiting', 'sent'])
    .orderBy('call_index')
    .execute()
  const [first] = open
  if (first === undefined || open.some(({ state }) => state === 'sent')) return false
  await trx.deleteFrom('generation_calls').where('generation_id', '=', row.id).where('state', '=', 'waiting').execute()
  const { imagesPerCall } = fallback.engine.model.capabilities
  const from = { call: first.call_index, image: first.first_image }
  await trx
    .insertInto('generation_calls')
    .values(callsOf(row.id, row.n, { imagesPerCall, from, prompts: ownPrompts(row) }))
    .execute()
  return true
}

async function write({ jobs, events, quotas }: Begun['ports'], trx: Trx, hand: HandOver): Promise<boolean> {
  const { row, fallback, fitted, error } = hand
  const { connection, provider, model } = fallback.engine
  const price = priceOf(connection.prices, model, fitted)
  await quotas.checkCost(trx, row.user_id, { generationId: row.id, cost: (price ?? 0) * row.n })
  const ours = await trx
    .selectFrom('generations')
    .where('id', '=', row.id)
    .where('state', '=', 'running')
    .where('job_id', 'is not distinct from', row.job_id)
    .where('cancel_requested', '=', false)
    .select('id')
    .forUpdate()
    .executeTakeFirst()
  if (ours === undefined || !(await moveCalls(trx, hand))) return false
  const begun = await hasBegun(trx, row.id)
  const jobId = await jobs.enqueue(trx, {
    lane: connection.id,
    userId: row.user_id,
    batch: row.batch,
    payload: { generationId: row.id },
  })
  await trx
    .updateTable('generations')
    .set({
      state: 'queued',
      job_id: jobId,
      connection_id: connection.id,
      connection_name: connection.name,
      provider: provider.manifest.id,
      model: model.id,
      fitted: JSON.stringify(fitted),
      adjustments: JSON.stringify(begun ? merged(row, hand.adjustments) : hand.adjustments),
      fallback_from: JSON.stringify(storyOf(fallback, row.model, error)),
      width: fitted.width ?? null,
      height: fitted.height ?? null,
      seed: fitted.seed,
      progress_completed: null,
      progress_total: null,
      preview_key: null,
      picture_price: price,
      ...(begun ? {} : { started_at: null }),
    })
    .where('id', '=', row.id)
    .execute()
  await events.append(trx, row.user_id, [{ type: 'generation.queued', generationId: row.id }])
  return true
}

/** Whether any call of it has ended: then the first engine has had its part in the result. */
async function hasBegun(trx: Trx, generationId: string): Promise<boolean> {
  const ended = await trx
    .selectFrom('generation_calls')
    .where('generation_id', '=', generationId)
    .where('state', 'in', ['done', 'failed'])
    .select('call_index')
    .limit(1)
    .executeTakeFirst()
  return ended !== undefined
}

function merged(row: GenerationRow, more: readonly Adjustment[]): readonly Adjustment[] {
  const known = adjustmentsOf(row)
  const same = (a: Adjustment, b: Adjustment) => JSON.stringify(a) === JSON.stringify(b)
  return [...more, ...known.filter((one) => !more.some((other) => same(one, other)))]
}

/**
 * Hands what is left of a generation to the fallback of its connection, where there is one that can draw it: it waits in that one's
 * lane, under that one's limit, as any other work. In one transaction, so that after a crash it is either here or there.
 * @param error why the first engine did not take it
 * @returns whether it is somebody else's now
 */
export async function handOver(begun: Begun, error: GenerationFailure): Promise<boolean> {
  const { ports, row, signal } = begun
  const hand = await findFallback(begun, error)
  if (hand === null || signal.aborted) return false
  const handed = await inTransaction(ports.db, (trx) => write(ports, trx, hand)).catch((problem: unknown) => {
    if (!(problem instanceof EaselError) || problem.code !== 'quota-exceeded') throw problem
    ports.log.info({ generation: row.id, user: row.user_id }, 'there is not enough money for the fallback')
    return false
  })
  if (handed) {
    const to = hand.fallback.engine.connection.id
    ports.log.info({ generation: row.id, user: row.user_id, from: row.connection_id, to }, 'handed to the fallback')
  }
  return handed
}
