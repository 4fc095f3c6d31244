import { STATUS_CODES } from 'node:http'
import { errorCodes, type ErrorCode, type Problem } from '@easel/contract'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { EaselError, isStorageAway, messageOf } from '#base/errors.ts'
import { WaitError } from '#sharing/limits.ts'

const type = (code: ErrorCode): string => `urn:easel:problem:${code}`

/** Builds the answer for an error (RFC 9457, with `error` for clients of the older systems). */
export function problem(
  code: ErrorCode,
  detail: string,
  fields: readonly { field: string; message: string }[] = [],
): Problem {
  const { status, title } = errorCodes[code]
  return {
    type: type(code),
    title,
    status,
    code,
    detail,
    error: detail,
    ...(fields.length === 0 ? {} : { fields: [...fields] }),
  }
}

/** What Fastify itself refuses, by the code of its error. */
const fastifyCodes: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'bad-request',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'bad-request',
  FST_ERR_CTP_INVALID_JSON_BODY: 'bad-request',
  FST_ERR_ROUTE_MISSING_CONTENT_TYPE: 'unsupported-media-type',
}

const statusCodes: ReadonlyMap<number, ErrorCode> = new Map([
  [404, 'not-found'],
  [405, 'method-not-allowed'],
  [406, 'not-acceptable'],
  [408, 'request-timeout'],
  [413, 'too-large'],
  [415, 'unsupported-media-type'],
  [431, 'headers-too-large'],
  [503, 'shutting-down'],
])

function fromFastify(error: FastifyError): Problem | null {
  if (hasZodFastifySchemaValidationErrors(error)) {
    const context = error.validationContext ?? 'body'
    const place = context === 'querystring' ? 'query' : context
    const fields = error.validation.map(({ instancePath, message }) => ({
      field: [place, ...instancePath.split('/').filter(Boolean)].join('.'),
      message: message ?? 'is not valid',
    }))
    const detail = fields.map(({ field, message }) => `${field}: ${message}`).join('; ')
    return problem('validation-failed', detail, fields)
  }
  const known = fastifyCodes[error.code]
  if (known !== undefined) return problem(known, error.message)
  const status = error.statusCode ?? 500
  if (status >= 500) return null
  return problem(statusCodes.get(status) ?? 'bad-request', error.message)
}

/** Fastify's own errors carry a code; one that it does not know falls through. */
function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
}

/** Codes of what is wrong here: whose words may hold paths and addresses. */
const ours: ReadonlySet<string> = new Set<ErrorCode>(['internal', 'storage-unavailable'])

/** The problem that whatever was thrown stands for; null for a fault of our own. */
export function toProblem(error: unknown): Problem | null {
  if (error instanceof EaselError) return ours.has(error.code) ? null : problem(error.code, error.message, error.fields)
  return isFastifyError(error) ? fromFastify(error) : null
}

/** Logs a fault of our own and answers for it without its words, which may hold anything. */
export function unexpected(request: FastifyRequest, error: unknown): Problem {
  if (isStorageAway(error)) {
    request.log.error({ reason: messageOf(error), route: request.routeOptions.url }, 'storage out of reach')
    return problem('storage-unavailable', 'Where the pictures are kept cannot be reached. Try again in a while.')
  }
  // What was begun for somebody who left while Easel stops finds everything closed: that is no fault, and nobody waits for it.
  const isCutOff = request.socket.destroyed && !request.server.server.listening
  request.log[isCutOff ? 'info' : 'error']({ err: error, route: request.routeOptions.url }, 'request failed')
  return problem('internal', 'Something went wrong on the server. Its log says more.')
}

export function sendProblem(reply: FastifyReply, answer: Problem): FastifyReply {
  return reply.code(answer.status).type('application/problem+json').serializer(JSON.stringify).send(answer)
}

/** Says how long to wait, where an error knows. */
export function tellWait(reply: FastifyReply, error: unknown): void {
  if (error instanceof WaitError) reply.header('retry-after', String(error.waitSeconds))
}

/** Every error of the API becomes `application/problem+json`; a folder of `compat` sets its own handler over this. */
export function registerErrors(app: FastifyInstance): void {
  // Before whatever handler puts it into words.
  app.addHook('onError', async (_request, reply, error) => tellWait(reply, error))
  app.setErrorHandler(async (error, request, reply) => {
    const answer = toProblem(error) ?? unexpected(request, error)
    return await sendProblem(reply, answer)
  })
}

/** What is said before Fastify takes part: a request that is no HTTP, or headers that are too large. */
export function rawProblem(status: number): string {
  const code = statusCodes.get(status) ?? 'bad-request'
  const body = JSON.stringify(problem(code, errorCodes[code].title))
  return (
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Bad Request'}\r\nContent-Type: application/problem+json\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`
  )
}
