// One generation from its job to its end. Rules GN1 … in docs/spec/generations.md.
import type { GenerationFailure } from '@easel/contract'
import { codeOf, DefectError, EaselError } from '#base/errors.ts'
import type { Log } from '#base/log.ts'
import type { Connections } from '#connections/connections.ts'
import type { Db } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Events } from '#events/events.ts'
import type { ClaimedJob, Jobs } from '#jobs/jobs.ts'
import { adoptOrphans } from '#library/adopt.ts'
import type { Derivatives } from '#library/derivatives.ts'
import type { Quotas } from '#library/quotas.ts'
import { ProviderError } from '#providers/spec/provider-error.ts'
import type { Pixels, Provider } from '#providers/spec/provider.ts'
import { StorageError, type Storage } from '#storage/spec/storage.ts'
import { callEngine, type CallEnd } from './call-engine.ts'
import { hasAllPictures, readCalls, setCall, type CallRow } from './calls.ts'
import { failureFrom } from './failure.ts'
import { finish, finishIfDone, lockRunning } from './finish.ts'
import { Fitted } from './fitted.ts'
import { connectionOf, type GenerationRow } from './generation-record.ts'
import { handOver } from './hand-over.ts'
import { addFacts, closeCall, keepPictures, type Facts } from './keep-pictures.ts'
import { openAllByName, type OpenByName } from './open-by-name.ts'
import { cancelOperations } from './operation.ts'
import { writeProgress, type ProgressWriter } from './progress.ts'
import { refineFirst, type Refine } from './refine.ts'

export interface RunPorts {
  readonly db: Db
  readonly jobs: Pick<Jobs, 'enqueue'>
  readonly quotas: Pick<Quotas, 'checkCost'>
  readonly events: Events
  readonly storage: Storage
  readonly connections: Connections
  readonly derivatives: Derivatives
  readonly pixels: Pixels
  readonly refine: Refine
  readonly openByName: OpenByName
  readonly log: Log
  /** Longest a call may take, in milliseconds. */
  readonly callTimeoutMs: number
}

/** A generation that a worker has. */
export interface Begun {
  readonly ports: RunPorts
  readonly row: GenerationRow
  readonly fitted: Fitted
  readonly progress: ProgressWriter
  /** Aborted with reason `cancelled`, `lost` or `stopping`. */
  readonly signal: AbortSignal
}

/** The same with the engine of a call. */
export interface Run extends Begun {
  readonly provider: Provider
}

async function readGeneration(db: Db, id: string): Promise<GenerationRow | null> {
  return (await db.selectFrom('generations').selectAll().where('id', '=', id).executeTakeFirst()) ?? null
}

/** Marks it as running. False when it ended or was cancelled meanwhile. */
async function begin({ db, events }: RunPorts, row: GenerationRow): Promise<boolean> {
  const update = db
    .updateTable('generations')
    .set({ state: 'running', started_at: row.started_at ?? new Date() })
    .where('id', '=', row.id)
    .where('state', 'in', ['queued', 'running'])
    .where('cancel_requested', '=', false)
    .returning('user_id')
  if (row.state === 'running') return (await update.executeTakeFirst()) !== undefined
  return await events.appendWith(db, update, { type: 'generation.running', generationId: row.id })
}

/** Ends it as cancelled, unless it has ended. What it made so far stays. */
export async function endCancelled({ db, events }: Pick<RunPorts, 'db' | 'events'>, row: GenerationRow): Promise<void> {
  await inTransaction(db, async (trx) => {
    const open = await trx
      .selectFrom('generations')
      .where('id', '=', row.id)
      .where('state', 'in', ['queued', 'running'])
      .select('id')
      .forUpdate()
      .executeTakeFirst()
    if (open === undefined) return
    await events.append(trx, row.user_id, [await finish(trx, row.id, { state: 'cancelled', error: null })])
  })
}

interface Ending {
  readonly row: GenerationRow
  readonly error: GenerationFailure
  /** What the call brought all the same: pictures that cannot be used may have been paid for. */
  readonly facts?: Facts
}

/** Ends a call without a picture, and the generation with it when it was the last. */
async function failCall({ db, events, log }: RunPorts, call: CallRow, { row, error, facts }: Ending): Promise<void> {
  await inTransaction(db, async (trx) => {
    if (!(await lockRunning(trx, row.id))) return
    await setCall(trx, call, { state: 'failed', error })
    if (facts !== undefined) await addFacts(trx, row, facts)
    const end = await finishIfDone(trx, row.id, 0)
    if (end !== null) await events.append(trx, row.user_id, [end])
  })
  log.info({ generation: row.id, user: row.user_id, call: call.call_index, kind: error.kind }, 'generation call failed')
}

/** Fails every call that is still open, for a reason that concerns all of them. */
async function failAll(ports: RunPorts, row: GenerationRow, error: unknown): Promise<void> {
  for (const call of await readCalls(ports.db, row.id)) {
    if (call.state === 'waiting' || call.state === 'sent')
      await failCall(ports, call, { row, error: failureFrom(error) })
  }
}

async function settleCall(run: Run, call: CallRow, end: CallEnd): Promise<void> {
  const { ports, row, signal } = run
  if (end.kind === 'failed') {
    await failCall(ports, call, { row, error: end.error })
    return
  }
  try {
    await keepPictures(run, call, end)
  } catch (error) {
    // A fault of the database is not the generation's: the job is given again, and finds the files that were saved.
    if (signal.aborted || !isFinal(error)) throw error
    await failCall(ports, call, { row, error: failureFrom(error), facts: end })
  }
}

/** @returns whether it is over; else its fallback has it now */
async function runCalls(begun: Begun, calls: readonly CallRow[]): Promise<boolean> {
  const { ports, row, signal } = begun
  for (const call of calls) {
    if (call.state === 'done' || call.state === 'failed') continue
    if (call.state === 'sent' && (await hasAllPictures(ports.db, call))) {
      await closeCall(begun, call)
      continue
    }
    const limit = AbortSignal.timeout(ports.callTimeoutMs)
    const either = AbortSignal.any([signal, limit])
    const { provider, context } = await ports.connections.openContext(row.user_id, connectionOf(row), either)
    const run: Run = { ...begun, provider }
    const end = await callEngine(run, call, { context, limit })
    if (end.kind === 'failed' && end.refused === true) {
      if (await handOver(begun, end.error)) return false
      if (signal.aborted) throw new ProviderError('interrupted', 'The generation has ended.')
    }
    await settleCall(run, call, end)
  }
  return true
}

/** After a crash: pictures whose file was saved, but not yet their row, are taken in before anything is asked for again. */
async function recover(ports: RunPorts, row: GenerationRow): Promise<void> {
  const generation = { id: row.id, since: row.created_at }
  await adoptOrphans(ports, { userId: row.user_id, generation, olderThanMs: 0 })
  await openAllByName(ports, row)
}

/**
 * Runs a generation, or takes it up where a crash left it.
 * @throws when the job is to be given again: the worker is stopping, lost the job, or the database or storage failed
 */
export async function runGeneration(
  ports: RunPorts,
  { id, jobId }: { readonly id: string; readonly jobId: string },
  signal: AbortSignal,
): Promise<void> {
  const { db, log } = ports
  const row = await readGeneration(db, id)
  // With another job it was handed to its fallback, and this one only had not been settled yet.
  if (row === null || row.finished_at !== null || row.job_id !== jobId) return
  const [begun, calls] = await Promise.all([begin(ports, row), readCalls(db, row.id)])
  if (!begun) {
    await endCancelled(ports, row)
    await cancelOperations(ports, row)
    return
  }
  const progress = writeProgress(ports, { generationId: row.id, userId: row.user_id, calls: calls.length })
  try {
    if (row.state === 'running') await recover(ports, row)
    const refined = await refineFirst(ports, row, signal)
    const taken: Begun = { ports, row: refined, fitted: fittedOf(row), progress, signal }
    const over = await runCalls(taken, calls).catch(async (error: unknown) => {
      // The connection could not be opened: its key is missing, or this version has no such engine. Nothing was sent.
      if (error instanceof ProviderError && (await handOver(taken, failureFrom(error)))) return false
      throw error
    })
    if (over) log.info({ generation: row.id, user: row.user_id, provider: row.provider }, 'generation finished')
  } catch (error) {
    if (signal.aborted && signal.reason === 'cancelled') {
      await endCancelled(ports, row)
      return
    }
    // A source or a half-saved picture may be readable again the next time.
    if (signal.aborted || !isFinal(error) || error instanceof StorageError) throw error
    await failAll(ports, row, error)
  } finally {
    await progress.close()
    if (row.preview_key !== null) await ports.storage.delete(row.preview_key)
  }
}

function fittedOf({ fitted }: GenerationRow): Fitted {
  const parsed = Fitted.safeParse(fitted)
  if (parsed.success) return parsed.data
  throw new DefectError('This version of Easel cannot read the request any more. Make a new one.')
}

/**
 * Failures that are the generation's own; after any other, such as a database that is away, it is run again. Mistakes in code and
 * values that the database refuses would only come again.
 */
function isFinal(error: unknown): boolean {
  if (error instanceof EaselError || error instanceof DefectError) return true
  return error instanceof TypeError || error instanceof RangeError || /^2[23]/.test(codeOf(error) ?? '')
}

/** The job's payload. */
export function generationOf(job: ClaimedJob): string {
  const { payload } = job
  if (typeof payload === 'object' && payload !== null && 'generationId' in payload) {
    const { generationId } = payload
    if (typeof generationId === 'string') return generationId
  }
  throw new DefectError('A job names no generation')
}
