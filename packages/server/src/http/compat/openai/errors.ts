// OpenAI's words for what goes wrong. Rules OA30 … in docs/spec/openai.md.
import type { GenerationFailure, Problem } from '@easel/contract'
import type { FastifyInstance } from 'fastify'
import { failureFrom } from '#generation/failure.ts'
import { toProblem, unexpected } from '../../plugins/errors.ts'
import { NoPicture, surelyNotTaken } from '../ended.ts'

export interface Refusal {
  readonly status: number
  readonly error: {
    readonly message: string
    readonly type: string
    readonly param: string | null
    readonly code: string | null
  }
  /** Whether a library that asks again by itself may do so: nothing was begun that could be billed twice. */
  readonly again: boolean
}

type Words = readonly [status: number, type: string, code: string | null]

const invalid = 'invalid_request_error'
const server = 'server_error'

const kinds: Readonly<Record<GenerationFailure['kind'], Words>> = {
  'content-rejected': [400, 'image_generation_user_error', 'moderation_blocked'],
  'bad-request': [400, invalid, 'invalid_value'],
  unsupported: [400, invalid, 'unsupported_value'],
  'not-found': [404, invalid, 'model_not_found'],
  quota: [429, 'insufficient_quota', 'insufficient_quota'],
  'rate-limited': [429, 'requests', 'rate_limit_exceeded'],
  // It is the engine that does not take Easel's key: the caller's own is good.
  auth: [502, server, 'engine_refused_key'],
  unavailable: [503, server, 'engine_unavailable'],
  timeout: [504, server, 'engine_timeout'],
  'malformed-response': [502, server, 'engine_failed'],
  interrupted: [500, server, 'interrupted'],
  internal: [500, server, 'server_error'],
}

const codes: Readonly<Record<string, Words>> = {
  unauthorized: [401, invalid, 'invalid_api_key'],
  forbidden: [403, invalid, 'insufficient_permissions'],
  'quota-exceeded': [429, 'insufficient_quota', 'insufficient_quota'],
  'too-many-requests': [429, 'requests', 'rate_limit_exceeded'],
  'unknown-model': [404, invalid, 'model_not_found'],
  'validation-failed': [400, invalid, 'invalid_value'],
  'unsupported-option': [400, invalid, 'unsupported_value'],
  'unsupported-media-type': [400, invalid, 'invalid_file'],
  'idempotency-mismatch': [409, invalid, 'idempotency_key_in_use'],
  'too-large': [413, invalid, 'request_too_large'],
  'not-found': [404, invalid, 'not_found'],
}

/** What Easel calls otherwise. */
const names: Readonly<Record<string, string>> = {
  sources: 'image',
  negativePrompt: 'negative_prompt',
  outputFormat: 'output_format',
  guidance: 'guidance_scale',
}

function paramOf({ fields }: Problem): string | null {
  const name = fields?.[0]?.field.replace(/^(?:body|headers|params|query)\./, '')
  return name === undefined ? null : (names[name] ?? name)
}

function ofFailure(failure: GenerationFailure): Refusal {
  const [status, type, code] = kinds[failure.kind]
  return { status, error: { message: failure.message, type, param: null, code }, again: surelyNotTaken(failure) }
}

function ofProblem(problem: Problem): Refusal {
  const fallback: Words =
    problem.status >= 500 ? [problem.status, server, 'server_error'] : [problem.status, invalid, null]
  const [status, type, code] = codes[problem.code] ?? fallback
  const missing = code === 'invalid_value' && problem.detail.startsWith('Missing')
  return {
    status,
    error: {
      message: problem.detail,
      type,
      param: paramOf(problem),
      code: missing ? 'missing_required_parameter' : code,
    },
    again: problem.code === 'too-many-requests',
  }
}

const ended: Refusal = {
  status: 400,
  error: { message: '', type: invalid, param: null, code: 'generation_ended' },
  again: false,
}

/** What is said of an error, or null for a fault of our own. */
export function refusalOf(error: unknown): Refusal | null {
  if (error instanceof NoPicture) {
    if (error.failure !== null) return ofFailure(error.failure)
    return { ...ended, error: { ...ended.error, message: error.message } }
  }
  const problem = toProblem(error)
  if (problem === null) return null
  return problem.code === 'provider-failed' ? ofFailure(failureFrom(error)) : ofProblem(problem)
}

/** Errors are `{"error": {"message", "type", "param", "code"}}`. */
export function wordErrors(scope: FastifyInstance): void {
  scope.setErrorHandler(async (error, request, reply) => {
    const { status, again, error: words } = refusalOf(error) ?? ofProblem(unexpected(request, error))
    // The official libraries look at it before they ask again.
    if (!again) reply.header('x-should-retry', 'false')
    return await reply.code(status).send({ error: words })
  })
}
