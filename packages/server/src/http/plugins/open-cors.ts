import type { FastifyInstance, FastifyReply } from 'fastify'
import { EaselError } from '#base/errors.ts'
import { access } from './access.ts'

const usualHeaders = 'Content-Type, Authorization, user-id'
/** Whatever a program's own library adds; a star does not stand for `Authorization`. */
export const everyHeader = 'Authorization, *'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

export function allowAnyOrigin(reply: FastifyReply): void {
  reply.header('access-control-allow-origin', '*')
}

/**
 * Opens a scope to pages of every origin (which of them may call at all is the guard's business): its answers, errors of every kind
 * among them, carry the header; OPTIONS is answered below each prefix; and whatever else is asked there is `not-found`, so that the
 * scope's own error handler words it. Call it after the scope's routes.
 * @param prefixes paths without a slash at the end, e.g. `/history`
 * @param headers which a page may send
 */
export function openToAllOrigins(scope: FastifyInstance, prefixes: readonly string[], headers = usualHeaders): void {
  const preflight = {
    'access-control-allow-methods': 'POST, GET, DELETE, OPTIONS',
    'access-control-allow-headers': headers,
  }
  // When sending, because a request that the guard refuses reaches no earlier hook of the scope.
  scope.addHook('onSend', async (_request, reply) => allowAnyOrigin(reply))
  const schema = { hide: true }
  const nothing = { config: { ...access('open').config, nothing: true as const } }
  for (const url of prefixes.flatMap((prefix) => [prefix, `${prefix}/*`])) {
    scope.options(url, { ...nothing, schema }, async (_request, reply) => await reply.headers(preflight).send())
    for (const method of methods) {
      if (scope.hasRoute({ method, url })) continue
      // Also where an address takes other methods: the older systems know nothing but 404.
      const handler = async () => {
        throw new EaselError('not-found', 'There is nothing at this address.')
      }
      scope.route({ method, url, schema, handler, ...nothing })
    }
  }
}
