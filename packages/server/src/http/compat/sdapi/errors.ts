// The web UI's words for what goes wrong. Rules SD30 … in docs/spec/sdapi.md.
import type { GenerationFailure, Problem } from '@easel/contract'
import type { FastifyInstance } from 'fastify'
import { failureFrom } from '#generation/failure.ts'
import { toProblem, unexpected } from '../../plugins/errors.ts'
import { failureStatuses, NoPicture } from '../ended.ts'

interface Refusal {
  readonly status: number
  readonly body: object
}

export const inWords = (error: string, detail: string) => ({ error, detail, body: '', errors: '' })

function ofFailure({ kind, message }: GenerationFailure): Refusal {
  return { status: failureStatuses[kind], body: { ...inWords('EngineError', message), errors: message } }
}

function ofProblem({ status, code, detail, fields = [] }: Problem): Refusal {
  if (code === 'validation-failed') {
    const faults = fields.map(({ field, message }) => ({ loc: field.split('.'), msg: message, type: 'value_error' }))
    return { status: 422, body: { detail: faults } }
  }
  if (code === 'unauthorized') return { status, body: inWords('HTTPException', 'Incorrect username or password') }
  return { status: code === 'unknown-model' ? 404 : status, body: inWords('HTTPException', detail) }
}

function refusalOf(error: unknown): Refusal | null {
  if (error instanceof NoPicture) {
    if (error.failure !== null) return ofFailure(error.failure)
    return { status: 500, body: inWords('HTTPException', error.message) }
  }
  const problem = toProblem(error)
  if (problem === null) return null
  return problem.code === 'provider-failed' ? ofFailure(failureFrom(error)) : ofProblem(problem)
}

/** Errors are `{"error", "detail", "body", "errors"}`, those of fields `{"detail": [{"loc", "msg", "type"}]}` with 422. */
export function wordErrors(scope: FastifyInstance): void {
  scope.setErrorHandler(async (error, request, reply) => {
    const { status, body } = refusalOf(error) ?? ofProblem(unexpected(request, error))
    if (status === 401) reply.header('www-authenticate', 'Basic realm="Easel"')
    return await reply.code(status).send(body)
  })
}
