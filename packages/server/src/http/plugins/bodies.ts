import type { FastifyInstance } from 'fastify'
import { EaselError } from '#base/errors.ts'
import { findRepeatedName } from './repeated-names.ts'

/** Deeper than any request of ours, and far from where recursion ends. */
const deepest = 64

/** Whether lists and objects are nested deeper than {@link deepest}. */
export function isTooDeep(text: string): boolean {
  let depth = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (quoted) {
      if (character === '\\') at += 1
      else if (character === '"') quoted = false
    } else if (character === '"') quoted = true
    else if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') depth -= 1
    if (depth > deepest) return true
  }
  return false
}

/** Where a text, or a name of a field, is one that PostgreSQL cannot hold, or a number that JSON cannot, as a dotted path; else null. */
function findUnstorable(value: unknown, path: string): string | null {
  if (typeof value === 'string') return value.includes('\u0000') || !value.isWellFormed() ? path : null
  // 1e400 is read as infinity.
  if (typeof value === 'number') return Number.isFinite(value) ? null : path
  if (typeof value !== 'object' || value === null) return null
  for (const [key, inner] of Object.entries(value)) {
    const found = findUnstorable(key, path) ?? findUnstorable(inner, `${path}.${key}`)
    if (found !== null) return found
  }
  return null
}

/** What no route could take, said before any route looks at it. @param path where the value stands in the request */
export function faultOf(value: unknown, path = 'body'): EaselError | null {
  const field = findUnstorable(value, path)
  if (field === null) return null
  const message = 'must not contain a NUL character, half a character or a number too large'
  return new EaselError('validation-failed', `${field}: ${message}`, { fields: [{ field, message }] })
}

/** JSON as the contracts want it: an empty body is no body, and a key that would change a prototype is refused. */
export function parseJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  // Text as well: a form of another site can send it without asking.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = typeof body === 'string' ? body : body.toString()
    if (text.trim() === '') {
      done(null, undefined)
      return
    }
    if (isTooDeep(text)) {
      done(new EaselError('bad-request', 'The body is nested too deeply.'))
      return
    }
    const twice = findRepeatedName(text)
    if (twice !== null) {
      done(new EaselError('bad-request', `The body has the field ${JSON.stringify(twice.slice(0, 100))} twice.`))
      return
    }
    // Answers through the callback; its type also allows a promise, which it never gives.
    void parse(request, text, (error, value) => {
      if (error === null) done(faultOf(value), value)
      else done(new EaselError('bad-request', 'The body is not valid JSON.', { cause: error }))
    })
  })
  // Names in the address as well, which routes look up as they are; those of the older systems say it in words of their own.
  app.addHook('preValidation', async ({ params, query, routeOptions }) => {
    if (routeOptions.config.compat === true || routeOptions.config.namesItself === true) return
    const fault = faultOf(params, 'params') ?? faultOf(query, 'query')
    if (fault !== null) throw fault
  })
}
