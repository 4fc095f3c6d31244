import type { GenerationFailure } from '@easel/contract'
import { toJson, type Json } from '#base/json.ts'
import { inTransaction } from '#db/transaction.ts'
import type { ImageRequest, Outcome, RunContext, SourceImage } from '#providers/spec/provider.ts'
import { ProviderError } from '#providers/spec/provider-error.ts'
import { setCall, type CallRow } from './calls.ts'
import { blocked, failureFrom, outcomeUnknown } from './failure.ts'
import { lockRunning } from './finish.ts'
import { writeProgress } from './progress.ts'
import { connectionOf } from './generation-record.ts'
import type { Run } from './run.ts'
import { readSource } from './sources.ts'

type Done = Extract<Outcome, { kind: 'done' }>

/** How one call ended, when it was not interrupted. */
export type CallEnd = Done | { readonly kind: 'failed'; readonly error: GenerationFailure }

export interface Step {
  readonly call: CallRow
  /** Calls of the generation in all. */
  readonly calls: number
}

/**
 * Pauses before asking again where the engine surely did not take the request; all together shorter than the ten seconds that contract A
 * gives an engine to show itself.
 */
const resendPausesMs = [500, 1500, 4000]
/** Longest that a generation waits for an engine's Retry-After by itself; beyond it the person decides. */
const longestWaitMs = 60_000
const pollFailuresAllowed = 20

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer)
      reject(new ProviderError('interrupted', 'The waiting was stopped.'))
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort)
      resolve()
    }, ms)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
}

function requestFor(
  { row, fitted }: Run,
  call: CallRow,
  pictures: { sources: SourceImage[]; mask?: SourceImage },
): ImageRequest {
  const { seed, seedMax, sources: _sources, mask: _mask, ...settings } = fitted
  const engineSeed = seed === null || seedMax === null ? null : (seed + call.first_image) % (seedMax + 1)
  return {
    model: row.model,
    prompt: row.resolved_prompt,
    n: call.images,
    ...settings,
    ...(engineSeed === null ? {} : { seed: engineSeed }),
    ...pictures,
  }
}

/** Writes that the engine is about to be asked. False when the generation has ended meanwhile. */
async function markSent({ ports: { db }, row }: Run, call: CallRow): Promise<boolean> {
  return await inTransaction(db, async (trx) => {
    if (!(await lockRunning(trx, row.id))) return false
    await setCall(trx, call, { state: 'sent' })
    return true
  })
}

async function saveOperation({ ports: { db }, row }: Run, call: CallRow, operation: Json): Promise<void> {
  await inTransaction(db, async (trx) => {
    if (await lockRunning(trx, row.id)) await setCall(trx, call, { state: 'sent', operation })
  })
}

/** Asks until the engine has taken the request; only where it surely has not may it be asked again. */
async function startCall(run: Run, request: ImageRequest, context: RunContext): Promise<Outcome> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await run.provider.start(request, context)
    } catch (error) {
      const wait = resendPausesMs[attempt]
      const again = error instanceof ProviderError && error.advice === 'safe-to-resend' && !run.signal.aborted
      if (!again || wait === undefined || (error.retryAfterMs ?? 0) > longestWaitMs) throw error
      await pause(Math.max(wait, error.retryAfterMs ?? 0), run.signal)
    }
  }
}

interface Followed {
  readonly outcome: Outcome
  readonly context: RunContext
}

/** Looks at an operation until it ends. A failed look is no reason to lose it. */
async function lookUntilDone(run: Run, call: CallRow, pending: Followed): Promise<Outcome> {
  let { outcome } = pending
  let failures = 0
  while (outcome.kind === 'pending') {
    const { operation, lookAgainMs } = outcome
    await pause(lookAgainMs, run.signal)
    try {
      outcome = (await run.provider.poll?.(operation, pending.context)) ?? outcome
      failures = 0
      if (outcome.kind === 'pending') await saveOperation(run, call, outcome.operation)
    } catch (error) {
      failures += 1
      const again = error instanceof ProviderError && error.advice !== 'never' && !run.signal.aborted
      if (!again || failures > pollFailuresAllowed) throw error
      await pause(Math.min(error.retryAfterMs ?? 1000, longestWaitMs), run.signal)
    }
  }
  return outcome
}

/** Tells the engine to stop, where it can be told, with a signal of its own: ours is aborted already. */
async function cancelAtEngine(run: Run, operation: Json): Promise<void> {
  if (run.provider.cancel === undefined) return
  const { ports, row } = run
  try {
    const { context } = await ports.connections.openContext(row.user_id, connectionOf(row), AbortSignal.timeout(10_000))
    await run.provider.cancel(operation, context)
  } catch (error) {
    ports.log.warn({ generation: row.id, kind: failureFrom(error).kind }, 'the engine could not be told to stop')
  }
}

/** Follows an operation to its end; when the generation is cancelled on the way, the engine is told. */
async function follow(run: Run, call: CallRow, pending: Followed): Promise<Outcome> {
  const { outcome } = pending
  try {
    return await lookUntilDone(run, call, pending)
  } catch (error) {
    if (run.signal.reason === 'cancelled' && outcome.kind === 'pending') {
      await cancelAtEngine(run, outcome.operation)
    }
    throw error
  }
}

async function ask(run: Run, call: CallRow, context: RunContext): Promise<Outcome> {
  if (call.state === 'sent' && call.operation !== null) {
    const operation = toJson(call.operation)
    return await follow(run, call, { outcome: { kind: 'pending', operation, lookAgainMs: 0 }, context })
  }
  const { ports, fitted } = run
  const sources = await Promise.all(fitted.sources.map((id) => readSource(ports, run.row.user_id, id)))
  const mask = fitted.mask === undefined ? undefined : await readSource(ports, run.row.user_id, fitted.mask)
  if (!(await markSent(run, call))) throw new ProviderError('interrupted', 'The generation has ended.')
  const request = requestFor(run, call, { sources, ...(mask === undefined ? {} : { mask }) })
  const outcome = await startCall(run, request, context)
  if (outcome.kind !== 'pending') return outcome
  await saveOperation(run, call, outcome.operation)
  return await follow(run, call, { outcome, context })
}

/**
 * Makes one call to the engine, or takes up one that a crash interrupted: an operation is looked at again; without one the
 * request is sent again only where that cannot pay twice.
 * @throws when `run.signal` was aborted, and when something of ours failed
 */
export async function callEngine(run: Run, { call, calls }: Step): Promise<CallEnd> {
  const { ports, row, provider, signal } = run
  if (call.state === 'sent' && call.operation === null && !provider.manifest.resendSafe) {
    return { kind: 'failed', error: outcomeUnknown }
  }
  const limit = AbortSignal.timeout(ports.callTimeoutMs)
  const { context: base } = await ports.connections.openContext(
    row.user_id,
    connectionOf(row),
    AbortSignal.any([signal, limit]),
  )
  const target = { generationId: row.id, userId: row.user_id, calls, callsDone: call.call_index }
  const progress = writeProgress(ports, target)
  const context: RunContext = { ...base, pixels: ports.pixels, progress: (sign) => progress.report(sign) }
  try {
    const outcome = await ask(run, call, context)
    if (outcome.kind === 'done') return outcome
    if (outcome.kind === 'blocked') return { kind: 'failed', error: blocked(outcome.reason) }
    return {
      kind: 'failed',
      error: failureFrom(new ProviderError('malformed-response', 'The engine never came to an end.')),
    }
  } catch (error) {
    if (signal.aborted) throw error
    if (limit.aborted) {
      const minutes = Math.round(ports.callTimeoutMs / 60_000)
      return {
        kind: 'failed',
        error: failureFrom(new ProviderError('timeout', `No picture within ${minutes} minutes.`)),
      }
    }
    if (error instanceof ProviderError) return { kind: 'failed', error: failureFrom(error) }
    throw error
  } finally {
    await progress.close()
  }
}
