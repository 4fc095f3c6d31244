// An operation that an engine works on by itself: looked at until it ends, and told to stop.
import { toJson, type Json } from '#base/json.ts'
import { messageOf } from '#base/errors.ts'
import type { Log } from '#base/log.ts'
import type { Connections } from '#connections/connections.ts'
import type { Db } from '#db/database.ts'
import { ProviderError } from '#providers/spec/provider-error.ts'
import type { NotTaken, Outcome, RunContext } from '#providers/spec/provider.ts'
import { readCalls, setRunningCall, type CallRow } from './calls.ts'
import { connectionOf, type GenerationRow } from './generation-record.ts'
import { longestWaitMs, pause } from './pause.ts'
import { speak } from './speak.ts'
import type { Run } from './run.ts'

type Pending = Extract<Outcome, { kind: 'pending' }>

const failedLooksAllowed = 20
/** After these the operation may be there all the same, whatever the engine's advice about the request that failed. */
const passing: ReadonlySet<string> = new Set(['unavailable', 'timeout', 'rate-limited'])

export async function saveOperation({ ports: { db } }: Run, call: CallRow, operation: Json): Promise<void> {
  await setRunningCall(db, call, { state: 'sent', operation })
}

async function look(
  { provider }: Run,
  { operation, lookAgainMs }: Pending,
  context: RunContext,
): Promise<Outcome | NotTaken> {
  const { poll } = provider
  if (poll === undefined) throw new ProviderError('unsupported', 'This version of Easel cannot look at that operation.')
  await pause(lookAgainMs, context.signal)
  for (let failures = 1; ; failures++) {
    try {
      return await speak(() => poll(operation, context))
    } catch (error) {
      const again = error instanceof ProviderError && (error.advice !== 'never' || passing.has(error.kind))
      if (!again || failures > failedLooksAllowed || context.signal.aborted) throw error
      await pause(Math.min(error.retryAfterMs ?? 1000, longestWaitMs), context.signal)
    }
  }
}

/**
 * Looks at an operation until it ends; a failed look is no reason to lose it. When the generation is cancelled or its time is up on
 * the way, the engine is told.
 */
export async function follow(
  run: Run,
  call: CallRow,
  begun: { first: Pending; context: RunContext },
): Promise<Outcome | NotTaken> {
  const { context } = begun
  let outcome: Outcome | NotTaken = begun.first
  let { operation } = begun.first
  try {
    while (outcome.kind === 'pending') {
      outcome = await look(run, outcome, context)
      if (outcome.kind !== 'pending') break
      operation = outcome.operation
      await saveOperation(run, call, operation)
    }
    return outcome
  } catch (error) {
    const unwanted = run.signal.aborted ? run.signal.reason === 'cancelled' : context.signal.aborted
    if (unwanted) await cancelOperation(run.ports, run.row, operation)
    throw error
  }
}

interface CancelPorts {
  readonly db: Db
  readonly connections: Connections
  readonly log: Log
}

/** Tells the engine to stop, where it can be told, with a signal of its own: the generation's is aborted already. */
async function cancelOperation({ connections, log }: CancelPorts, row: GenerationRow, operation: Json): Promise<void> {
  try {
    const signal = AbortSignal.timeout(10_000)
    const { provider, context } = await connections.openContext(row.user_id, connectionOf(row), signal)
    await provider.cancel?.(operation, context)
  } catch (error) {
    log.warn({ generation: row.id, reason: messageOf(error) }, 'the engine could not be told to stop')
  }
}

/** The same for all that a worker which is gone had begun. Never throws. */
export async function cancelOperations(ports: CancelPorts, row: GenerationRow): Promise<void> {
  try {
    for (const { state, operation } of await readCalls(ports.db, row.id)) {
      if (state === 'sent' && operation !== null) await cancelOperation(ports, row, toJson(operation))
    }
  } catch (error) {
    ports.log.warn({ generation: row.id, reason: messageOf(error) }, 'the engine could not be told to stop')
  }
}
