import { routes } from '@easel/contract'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { EaselError } from '#base/errors.ts'
import type { Writing } from '#prompts/writing.ts'
import { clientGone } from '../client-gone.ts'
import { serve } from '../serve.ts'

const listTimeoutMs = 10_000
/** When it is worth asking a busy connection again. */
const busySeconds = 5

async function inTurn<T>(reply: FastifyReply, written: Promise<T>): Promise<T> {
  try {
    return await written
  } catch (error) {
    const busy = error instanceof EaselError && error.code === 'too-many-requests'
    if (busy) reply.header('retry-after', String(busySeconds))
    throw error
  }
}

/** Text models. Whoever goes away meanwhile stops the work. */
export function registerWriting(app: FastifyInstance, { writing }: { readonly writing: Writing }): void {
  serve(app, routes.listTextModels, async ({ caller, params }) => ({
    data: [...(await writing.models(caller.userId, params.id, AbortSignal.timeout(listTimeoutMs)))],
  }))
  serve(app, routes.getWriting, async ({ caller }) => ({ data: await writing.get(caller.userId) }))
  serve(app, routes.chooseWriting, async ({ caller, body }) => ({
    data: await writing.set(caller.userId, body.choice),
  }))
  serve(app, routes.refinePrompt, ({ caller, body, reply }) =>
    inTurn(reply, writing.refine(caller.userId, body, clientGone(reply))),
  )
  serve(app, routes.describeImage, ({ caller, params, body, reply }) =>
    inTurn(reply, writing.describe(caller.userId, params.id, { request: body, signal: clientGone(reply) })),
  )
}
