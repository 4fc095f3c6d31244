import { fastifySSE } from '@fastify/sse'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Delivered, Events } from '#events/events.ts'
import type { Generations } from '#generation/generations.ts'
import type { Identify } from '../caller.ts'

interface Ports {
  readonly identify: Identify
  readonly events: Events
  readonly generations: Generations
}

const heartbeatMs = 15_000
/** A page that reads slower than this many waiting bytes is cut off; it comes back and catches up from the log. */
const slowestBytes = 4 * 1024 * 1024

function since(header: string | null): number | null {
  return header !== null && /^\d{1,15}$/.test(header) ? Number(header) : null
}

const Params = z.object({ id: z.uuid() })

/** Event streams. They are ended by {@link registerEvents}'s hook before the server closes: open ones would keep it waiting. */
export async function registerEvents(app: FastifyInstance, { identify, events, generations }: Ports): Promise<void> {
  await app.register(fastifySSE, { heartbeatInterval: heartbeatMs })
  const open = new Set<() => void>()
  app.addHook('preClose', async () => {
    for (const close of open) close()
  })

  function send(reply: FastifyReply, { seq, event }: Delivered): void {
    if (reply.raw.writableLength > slowestBytes) {
      reply.sse.close()
      return
    }
    const message = { event: event.type, data: event, ...(seq === null ? {} : { id: String(seq) }) }
    // A connection that breaks while being written to is told by `close`; there is nothing else to do about it.
    reply.sse.send(message).catch(() => reply.sse.close())
  }

  async function follow(reply: FastifyReply, stop: () => void): Promise<void> {
    reply.sse.keepAlive()
    const end = () => {
      stop()
      open.delete(close)
    }
    const close = () => {
      end()
      reply.sse.close()
    }
    open.add(close)
    reply.raw.on('close', end)
  }

  app.get('/api/events', { sse: 'only', schema: { hide: true } }, async (request, reply) => {
    const { userId } = await identify(request)
    const from = since(reply.sse.lastEventId)
    // Something at once, so that a proxy passes the headers on and the page knows it is connected.
    await reply.sse.send({ event: 'ready', data: {}, retry: 1000 })
    const stop = await events.subscribe(userId, from, (delivered) => send(reply, delivered))
    await follow(reply, stop)
  })

  const typed = app.withTypeProvider<ZodTypeProvider>()
  typed.get(
    '/api/generations/:id/events',
    { sse: 'only', schema: { params: Params, hide: true } },
    async (request, reply) => {
      const { userId } = await identify(request)
      const { id } = request.params
      const from = since(reply.sse.lastEventId)
      await generations.get(userId, id)
      const stop = await events.subscribe(userId, from, (delivered) => {
        const { event } = delivered
        if (!('generationId' in event) || event.generationId !== id) return
        send(reply, delivered)
        if (event.type === 'generation.finished') reply.sse.close()
      })
      await follow(reply, stop)
      const now = await generations.get(userId, id)
      if (now.state === 'queued' || now.state === 'running') return
      // It ended before anybody listened: the end is told all the same, without a number of its own.
      if (from === null)
        send(reply, { seq: null, event: { type: 'generation.finished', generationId: id, state: now.state } })
      reply.sse.close()
    },
  )
}
