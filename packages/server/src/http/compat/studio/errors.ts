// Contract B's words for what goes wrong: those of the Python framework that the old studio was written with.
import type { Problem } from '@easel/contract'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import { toProblem, unexpected } from '../../plugins/errors.ts'

/** One fault of a body. */
interface Detail {
  readonly loc: readonly (string | number)[]
  readonly msg: string
  readonly type: string
}

/** A body with faults. */
class InvalidError extends EaselError {
  override readonly name = 'InvalidError'
  readonly details: readonly Detail[]

  constructor(details: readonly Detail[]) {
    super('validation-failed', details.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`).join('; '))
    this.details = details
  }
}

const types: Readonly<Record<string, string>> = {
  too_small: 'greater_than_equal',
  too_big: 'less_than_equal',
  custom: 'value_error',
}

function typeOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return issue.expected === 'int' ? 'int_type' : `${issue.expected}_type`
  return types[issue.code] ?? 'value_error'
}

const missingField = (name: string): Detail => ({ loc: ['body', name], msg: 'Field required', type: 'missing' })

/** @param given what was sent, which tells a field that is missing from one that is wrong */
export function invalid({ issues }: z.ZodError, given: Readonly<Record<string, unknown>>): EaselError {
  return new InvalidError(
    issues.map((issue) => {
      const name = String(issue.path[0] ?? '')
      if (given[name] === undefined) return missingField(name)
      return { loc: ['body', ...issue.path.map(String)], msg: issue.message, type: typeOf(issue) }
    }),
  )
}

export const missing = (name: string): EaselError => new InvalidError([missingField(name)])

export const notJson = (): EaselError =>
  new InvalidError([{ loc: ['body'], msg: 'Input should be a valid dictionary', type: 'model_attributes_type' }])

export const imageField = 'image'

/** What a body was filled in wrong with, however it was found out. */
function detailsOf(error: unknown, request: FastifyRequest): readonly Detail[] | null {
  if (error instanceof InvalidError) return error.details
  if (!(error instanceof EaselError)) return null
  // Whatever was sent did not become a body.
  if (error.code === 'bad-request' && request.body === undefined && !request.isMultipart()) {
    return [{ loc: ['body', 0], msg: 'JSON decode error', type: 'json_invalid' }]
  }
  const { code, fields } = error
  if (code !== 'validation-failed' || fields.length === 0) return null
  // A picture that cannot be used is no field that was filled in wrong.
  if (fields.every(({ field }) => field === `body.${imageField}`)) return null
  return fields.map(({ field, message }) => ({ loc: field.split('.'), msg: message, type: 'value_error' }))
}

/** The engine's failures are 500; whatever cannot be drawn from, as a picture of a kind that is not kept, is 400. */
const statuses: Readonly<Record<string, number>> = {
  'provider-failed': 500,
  'content-refused': 500,
  'unknown-model': 404,
  'unsupported-media-type': 400,
}

const statusOf = ({ code, status }: Problem): number => statuses[code] ?? status

/** Errors are `{"detail"}`, in words or, for a body, one entry for each fault. */
export function wordErrors(scope: FastifyInstance): void {
  scope.setErrorHandler(async (error, request, reply) => {
    const details = detailsOf(error, request)
    if (details !== null) return await reply.code(422).send({ detail: details })
    const problem = toProblem(error) ?? unexpected(request, error)
    return await reply.code(statusOf(problem)).send({ detail: problem.detail })
  })
}
