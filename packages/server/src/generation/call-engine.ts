import { retirementWords, type GenerationFailure } from '@easel/contract'
import { toJson, type Json } from '#base/json.ts'
import type { CallContext, ImageRequest, NotTaken, Outcome, RunContext, SourceImage } from '#providers/spec/provider.ts'
import { ProviderError } from '#providers/spec/provider-error.ts'
import { setRunningCall, type CallRow } from './calls.ts'
import { blocked, failureFrom, outcomeUnknown } from './failure.ts'
import { follow, saveOperation } from './operation.ts'
import { surelyRefused } from './hand-over.ts'
import { longestWaitMs, pause } from './pause.ts'
import type { Run } from './run.ts'
import { addToSeed } from './seed.ts'
import { promptOf } from './prompt.ts'
import { readSource } from './sources.ts'
import { speak } from './speak.ts'

type Done = Extract<Outcome, { kind: 'done' }>

/** How one call ended, when it was not interrupted. */
export type CallEnd = Done | Failed

interface Failed {
  readonly kind: 'failed'
  readonly error: GenerationFailure
  /** The engine surely did not take the work. */
  readonly refused?: true
}

/** The engine was asked, surely did not take it, and is not to be asked again now. */
interface Refused {
  readonly kind: 'refused'
  readonly error: ProviderError
}

/**
 * Pauses before asking again where the engine surely did not take the request; all together shorter than the ten seconds that contract A
 * gives an engine to show itself.
 */
const resendPausesMs = [500, 1500, 4000]

function requestFor(
  { row, fitted }: Run,
  call: CallRow,
  pictures: { sources: SourceImage[]; mask?: SourceImage },
): ImageRequest {
  const { seed, seedMax, sources: _sources, mask: _mask, parent: _parent, ...settings } = fitted
  const engineSeed = seed === null || seedMax === null ? null : addToSeed(seed, call.first_image, seedMax)
  return {
    model: row.model,
    prompt: promptOf(row, call.first_image),
    n: call.images,
    ...settings,
    ...(engineSeed === null ? {} : { seed: engineSeed }),
    ...pictures,
  }
}

/**
 * Writes that the engine is about to be asked, and under which name where it is given one.
 * @throws ProviderError `interrupted` when the generation has ended meanwhile
 */
async function markSent({ ports: { db }, signal }: Run, call: CallRow, operation: Json | undefined): Promise<void> {
  const named = operation === undefined ? {} : { operation }
  // What was never sent must not look as if it might have been.
  const marked = !signal.aborted && (await setRunningCall(db, call, { state: 'sent', ...named }))
  if (!marked) throw new ProviderError('interrupted', 'The generation has ended.')
}

/** Writes that the engine surely has not taken the request: should this process end now, the next one may ask. */
async function markWaiting({ ports: { db } }: Run, call: CallRow): Promise<void> {
  await setRunningCall(db, call, { state: 'waiting', operation: null })
}

/** Asks until the engine has taken the request; only where it surely has not may it be asked again. */
async function startCall(
  run: Run,
  call: CallRow,
  { request, context }: { request: ImageRequest; context: RunContext },
): Promise<Outcome | Refused> {
  const { provider } = run
  for (let attempt = 0; ; attempt++) {
    const prepared = await speak(async () => provider.prepare?.(request, context))
    await markSent(run, call, prepared)
    try {
      return await speak(() => provider.start(request, context, prepared))
    } catch (error) {
      if (!(error instanceof ProviderError) || !surelyRefused(error)) throw error
      await markWaiting(run, call)
      const wait = error.advice === 'safe-to-resend' ? resendPausesMs[attempt] : undefined
      if (wait === undefined || (error.retryAfterMs ?? 0) > longestWaitMs) return { kind: 'refused', error }
      await pause(Math.max(wait, error.retryAfterMs ?? 0), context.signal)
    }
  }
}

async function ask(run: Run, call: CallRow, context: RunContext): Promise<Outcome | Refused | NotTaken> {
  if (call.state === 'sent' && call.operation !== null) {
    const operation = toJson(call.operation)
    const found = await follow(run, call, { first: { kind: 'pending', operation, lookAgainMs: 0 }, context })
    if (found.kind !== 'not-taken') return found
    await markWaiting(run, call)
  }
  const { ports, fitted } = run
  const sources = await Promise.all(fitted.sources.map((id) => readSource(ports, run.row.user_id, id)))
  const mask = fitted.mask === undefined ? undefined : await readSource(ports, run.row.user_id, fitted.mask)
  const request = requestFor(run, call, { sources, ...(mask === undefined ? {} : { mask }) })
  const first = await startCall(run, call, { request, context })
  if (first.kind !== 'pending') return first
  await saveOperation(run, call, first.operation)
  return await follow(run, call, { first, context })
}

/** Where an engine does not know a model that was switched off, what to take instead is said before its own words. */
function withRetirement({ provider, row }: Run, error: ProviderError): ProviderError {
  const retired = error.kind === 'not-found' || error.kind === 'bad-request' ? provider.retirement?.(row.model) : null
  if (retired === null || retired === undefined) return error
  const { kind, advice, retryAfterMs, status } = error
  const message = `${retirementWords(row.model, retired)} ${error.message}`
  return new ProviderError(kind, message, { advice, retryAfterMs, status, cause: error })
}

/** What a call is made with. */
export interface OpenedCall {
  readonly context: CallContext
  /** Aborted when the call takes too long; so is the context's signal then. */
  readonly limit: AbortSignal
}

/**
 * Makes one call to the engine, or takes up one that a crash interrupted: an operation is looked at again, and sent only if the engine
 * surely never took it; without one the request is sent again only where that cannot pay twice.
 * @throws when `run.signal` was aborted, and when something of ours failed
 */
export async function callEngine(run: Run, call: CallRow, opened: OpenedCall): Promise<CallEnd> {
  const { ports, provider, signal, progress } = run
  const { limit, context: base } = opened
  if (call.state === 'sent' && call.operation === null && !provider.manifest.resendSafe) {
    return { kind: 'failed', error: outcomeUnknown }
  }
  const report: RunContext['progress'] = (sign) => progress.report(call.call_index, sign)
  try {
    const outcome = await ask(run, call, { ...base, pixels: ports.pixels, progress: report })
    if (outcome.kind === 'done') return outcome
    if (outcome.kind === 'refused') {
      if (signal.aborted) throw outcome.error
      return { kind: 'failed', error: failureFrom(outcome.error), refused: true }
    }
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
    if (error instanceof ProviderError) return { kind: 'failed', error: failureFrom(withRetirement(run, error)) }
    throw error
  }
}
