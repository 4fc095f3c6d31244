import type { FastifyInstance } from 'fastify'
import { EaselError } from '#base/errors.ts'

/** `curl -d` says that its JSON is a form, other clients say nothing or nonsense: in this scope every body is JSON. */
export function takeEveryBodyForJson(scope: FastifyInstance): void {
  scope.addHook('onRequest', async (request) => {
    // Before Fastify looks at it: a content type that is none would be refused.
    request.raw.headers['content-type'] = 'application/json'
  })
  const parse = scope.getDefaultJsonParser('ignore', 'ignore')
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = body.toString().replace(/^\uFEFF/, '')
    if (text.trim() === '') {
      done(null, undefined)
      return
    }
    // Answers through the callback; its type also allows a promise, which it never gives.
    void parse(request, text, (error, value) => {
      if (error === null) done(null, value)
      else done(new EaselError('bad-request', 'Invalid JSON body', { cause: error }))
    })
  })
}
