import { Problem, type Route, type RouteOutput } from '@easel/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Caller } from '#auth/caller.ts'
import { accessOf, callerOf } from './plugins/access.ts'

type Part<R extends Route, K extends 'params' | 'query' | 'body'> = R[K] extends z.ZodType ? z.output<R[K]> : undefined

/** What a handler gets: the parts that the route table says it has, validated. */
export interface Call<R extends Route> {
  /** Who is asking; of an open route see `request.caller`. */
  readonly caller: R['access'] extends 'open' ? null : Caller
  readonly params: Part<R, 'params'>
  readonly query: Part<R, 'query'>
  readonly body: Part<R, 'body'>
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** What the client has is what it would get: answered with 304 and no body. */
type NotModified = 'not modified'

/** For the description alone: such an answer has no body. */
const nothing = z.null().describe('Done; there is nothing more to say.')

/**
 * Serves one row of the route table: request and response are both checked against its schemas, so that what the contract
 * promises is what leaves the server.
 */
export function serve<R extends Route>(
  app: FastifyInstance,
  route: R,
  handler: (call: Call<R>) => Promise<RouteOutput<R> | NotModified>,
): void {
  app.route({
    method: route.method,
    url: route.path,
    ...accessOf(route),
    schema: {
      summary: route.summary,
      ...(route.params === undefined ? {} : { params: route.params }),
      ...(route.query === undefined ? {} : { querystring: route.query }),
      ...(route.body === undefined ? {} : { body: route.body }),
      response: {
        [route.status]: route.response ?? nothing,
        default: Problem,
      },
    },
    handler: async (request, reply) => {
      const caller = route.access === 'open' ? null : callerOf(request)
      const parts = { params: request.params, query: request.query, body: request.body }
      // Fastify has validated these three against the very schemas that Part reads its types from.
      const call = { caller, request, reply, ...parts } as Call<R> // oxlint-disable-line typescript/consistent-type-assertions -- see above
      const answer = await handler(call)
      if (answer === 'not modified') return await reply.code(304).send()
      reply.code(route.status)
      return answer === undefined ? await reply.send() : answer
    },
  })
}
