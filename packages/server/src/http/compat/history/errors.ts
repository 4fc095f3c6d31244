// Contract A's words for what goes wrong.
import type { Generation, GenerationFailure, Problem } from '@easel/contract'
import type { FastifyInstance } from 'fastify'
import { failureFrom } from '#generation/failure.ts'
import type { Provider } from '#providers/spec/provider.ts'
import { toProblem, unexpected } from '../../plugins/errors.ts'

export interface Refusal {
  readonly status: number
  readonly words: string
}

/** An engine's own HTTP error keeps its status; one that gave none could not be reached, or not be understood. */
function statusOf({ kind, engineStatus }: GenerationFailure): number {
  if (engineStatus !== null && engineStatus >= 400 && engineStatus <= 599) return engineStatus
  return kind === 'internal' ? 500 : 502
}

/** What is said of a generation that ended without a picture, in the engine's own words where it had any. */
export function refusalOf({ error, state, provider }: Generation, providers: ReadonlyMap<string, Provider>): Refusal {
  if (error === null) {
    const words = state === 'cancelled' ? 'The generation was cancelled.' : 'The picture was deleted.'
    return { status: 409, words }
  }
  // Easel shows whose words they are; a client of one engine does not expect it.
  const prefix = `${providers.get(provider)?.manifest.label ?? provider}: `
  const words = error.message.startsWith(prefix) ? error.message.slice(prefix.length) : error.message
  return { status: statusOf(error), words }
}

/** What is said of an error, or null for a fault of our own. */
export function refusalFrom(error: unknown): Refusal | null {
  const problem = toProblem(error)
  if (problem === null) return null
  const words = problem.detail
  if (problem.code === 'unknown-model') return { status: 404, words }
  if (problem.code === 'provider-failed') return { status: statusOf(failureFrom(error)), words }
  return { status: problem.status, words }
}

const fault = ({ status, detail: words }: Problem): Refusal => ({ status, words })

/** Errors are `{"error"}`; those of DELETE also say `"SUCCESS": false`. */
export function wordErrors(scope: FastifyInstance): void {
  scope.setErrorHandler(async (error, request, reply) => {
    const { status, words } = refusalFrom(error) ?? fault(unexpected(request, error))
    return await reply
      .code(status)
      .send(request.method === 'DELETE' ? { SUCCESS: false, error: words } : { error: words })
  })
}
