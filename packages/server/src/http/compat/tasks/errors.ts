// Contract D's words for what goes wrong.
import type { FastifyInstance } from 'fastify'
import { toProblem, unexpected } from '../../plugins/errors.ts'

/** What an engine or Easel itself fails at is 500 here. */
const failures: ReadonlySet<string> = new Set([
  'provider-failed',
  'content-refused',
  'unknown-model',
  'unsupported-option',
])

/** Errors are `{"detail"}`. */
export function wordErrors(scope: FastifyInstance): void {
  scope.setErrorHandler(async (error, request, reply) => {
    const { code, status, detail } = toProblem(error) ?? unexpected(request, error)
    return await reply.code(failures.has(code) ? 500 : status).send({ detail })
  })
}
