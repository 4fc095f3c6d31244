import { ProviderError } from '../spec/provider-error.ts'
import type { CallContext } from '../spec/provider.ts'
import { ask } from './ask.ts'
import { nodeErrorWords } from './errors.ts'
import { findJob, stop } from './job.ts'
import { promptAnswer, type Graph, type Operation } from './wire.ts'

/** A call that was stopped waits no longer than this for the engine to be told. */
const tellMs = 2000

type Ids = Pick<Operation, 'promptId' | 'clientId'>

/**
 * Sends a job, once. It goes out under an id of our own, so that a job whose answer was lost is found again, and one that nobody
 * waits for any more is stopped.
 * @throws ProviderError
 */
export async function sendJob(
  graph: Graph,
  ids: Ids,
  context: CallContext,
): Promise<Pick<Operation, 'promptId' | 'warnings'>> {
  // Older servers choose an id themselves; what counts is what they answer.
  const { promptId, clientId } = ids
  const json = {
    prompt: graph,
    client_id: clientId,
    prompt_id: promptId,
    extra_data: { preview_method: 'auto' },
  }
  const sent = !context.signal.aborted
  try {
    const answer = await ask(context, '/prompt', { schema: promptAnswer, json })
    return { promptId: answer.prompt_id, warnings: nodeErrorWords(answer.node_errors, [context.key]) }
  } catch (error) {
    if (!sent || !(error instanceof ProviderError) || !isUnanswered(error)) throw error
    if (context.signal.aborted) await stopUnanswered(ids, context)
    const found = context.signal.aborted ? null : await findJob(ids, context).catch(besides(null))
    if (found !== null) return { promptId: found, warnings: '' }
    throw error
  }
}

/** The request was written, but no answer says whether the job was taken. */
function isUnanswered({ advice, status }: ProviderError): boolean {
  return advice === 'never' && status === null
}

async function stopUnanswered(ids: Ids, context: CallContext): Promise<void> {
  await stop({ ...ids, signal: AbortSignal.timeout(tellMs) }, context).catch(besides(undefined))
}

/** What goes wrong on the side must not hide why the job's own answer is missing. */
function besides<Value>(value: Value): (error: unknown) => Value {
  return (error) => {
    if (error instanceof ProviderError) return value
    throw error
  }
}
