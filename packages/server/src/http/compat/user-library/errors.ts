// Contract C's words for what goes wrong.
import type { Problem } from '@easel/contract'
import type { FastifyInstance, FastifyRequest } from 'fastify'
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

export const generatePath = '/api/ai/generate-image'

/** Why there is no picture: the engine's reasons, and faults of our own. All else is about the request and keeps its status. */
const failures: ReadonlySet<string> = new Set([
  'provider-failed',
  'content-refused',
  'unsupported-option',
  'unknown-model',
  'not-found',
  'internal',
])

function wordsOf({ code, status, detail }: Problem, request: FastifyRequest): { status: number; words: object } {
  if (code === 'unauthorized') {
    const shown = /^Bearer\s+\S/i.test(request.headers.authorization ?? '')
    return { status, words: { success: false, error: shown ? 'Invalid token' : 'No authentication token provided' } }
  }
  if (request.routeOptions.url === generatePath && failures.has(code)) {
    return { status: 500, words: { error: 'Image generation failed', message: detail } }
  }
  return { status, words: { error: detail } }
}

/** Errors of the library are `{"error", "message"?}`; who is not signed in is told so as at the sign-in. */
export function wordLibraryErrors(scope: FastifyInstance): void {
  scope.setErrorHandler(async (error, request, reply) => {
    const { status, words } = wordsOf(toProblem(error) ?? unexpected(request, error), request)
    return await reply.code(status).send(words)
  })
}
