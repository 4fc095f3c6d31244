// Contract C's words for what goes wrong.
import type { FastifyInstance } from 'fastify'
import { toProblem, unexpected } from '../../plugins/errors.ts'

/** What a form was filled in wrong with is 400 here, whatever else it is called elsewhere. */
const asBadRequest: ReadonlySet<string> = new Set(['conflict', 'forbidden'])

/** Errors of signing in are `{"success": false, "error"}`. */
export function wordSignInErrors(scope: FastifyInstance): void {
  scope.setErrorHandler(async (error, request, reply) => {
    const problem = toProblem(error) ?? unexpected(request, error)
    const status = asBadRequest.has(problem.code) ? 400 : problem.status
    return await reply.code(status).send({ success: false, error: problem.detail })
  })
}
