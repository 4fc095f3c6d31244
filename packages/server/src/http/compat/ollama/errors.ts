// Ollama's words for what goes wrong. Rules OL20 … in docs/spec/ollama.md.
import type { Problem } from '@easel/contract'
import type { FastifyInstance } from 'fastify'
import { failureFrom } from '#generation/failure.ts'
import { toProblem, unexpected } from '../../plugins/errors.ts'
import { failureStatuses, NoPicture } from '../ended.ts'

export interface Refusal {
  readonly status: number
  readonly words: string
}

/** What is said of an error, or null for a fault of our own. */
export function refusalOf(error: unknown): Refusal | null {
  if (error instanceof NoPicture) {
    // The status is Ollama's own for a request that was called off.
    return { status: error.failure === null ? 499 : failureStatuses[error.failure.kind], words: error.message }
  }
  const problem = toProblem(error)
  if (problem === null) return null
  const { status, code, detail: words } = problem
  if (code === 'provider-failed') return { status: failureStatuses[failureFrom(error).kind], words }
  return { status: code === 'unknown-model' ? 404 : status, words }
}

const fault = ({ status, detail: words }: Problem): Refusal => ({ status, words })

/** Errors are `{"error"}`. */
export function wordErrors(scope: FastifyInstance): void {
  scope.setErrorHandler(async (error, request, reply) => {
    const { status, words } = refusalOf(error) ?? fault(unexpected(request, error))
    return await reply.code(status).send({ error: words })
  })
}
