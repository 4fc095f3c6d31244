import { routes } from '@easel/contract'
import type { FastifyInstance } from 'fastify'
import type { Writing } from '#prompts/writing.ts'
import { clientGone } from '../client-gone.ts'
import { serve } from '../serve.ts'

const listTimeoutMs = 10_000

/** Text models. Whoever goes away meanwhile stops the work. */
export function registerWriting(app: FastifyInstance, { writing }: { readonly writing: Writing }): void {
  serve(app, routes.listTextModels, async ({ caller, params }) => ({
    data: [...(await writing.models(caller.userId, params.id, AbortSignal.timeout(listTimeoutMs)))],
  }))
  serve(app, routes.getWriting, async ({ caller }) => ({ data: await writing.get(caller.userId) }))
  serve(app, routes.chooseWriting, async ({ caller, body }) => ({
    data: await writing.set(caller.userId, body.choice),
  }))
  serve(app, routes.refinePrompt, ({ caller, body, reply }) => writing.refine(caller.userId, body, clientGone(reply)))
  serve(app, routes.describeImage, ({ caller, params, body, reply }) =>
    writing.describe(caller.userId, params.id, { request: body, signal: clientGone(reply) }),
  )
}
