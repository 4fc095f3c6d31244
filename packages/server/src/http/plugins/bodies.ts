import type { FastifyInstance } from 'fastify'
import { EaselError } from '#base/errors.ts'

/** JSON as the contracts want it: an empty body is no body, and a key that would change a prototype is refused. */
export function parseJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = typeof body === 'string' ? body : body.toString()
    if (text.trim() === '') {
      done(null, undefined)
      return
    }
    // Answers through the callback; its type also allows a promise, which it never gives.
    void parse(request, text, (error, value) => {
      if (error === null) done(null, value)
      else done(new EaselError('bad-request', 'The body is not valid JSON.', { cause: error }))
    })
  })
}
