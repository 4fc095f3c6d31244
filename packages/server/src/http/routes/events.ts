import { fastifySSE } from '@fastify/sse'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Auth } from '#auth/auth.ts'
import { messageOf } from '#base/errors.ts'
import type { Delivered, Events } from '#events/events.ts'
import type { Generations } from '#generation/generations.ts'
import { access, callerOf } from '../plugins/access.ts'
import { problem } from '../plugins/errors.ts'

interface Ports {
  readonly auth: Pick<Auth, 'onChange'>
  readonly events: Events
  readonly generations: Generations
}

const heartbeatMs = 15_000
/** A page that reads slower than this many waiting bytes is cut off; it comes back and catches up from the log. */
const slowestBytes = 4 * 1024 * 1024

/** Where a page comes back to. An id that is none of ours is one that the log does not reach: the page is told to load anew. */
function since(header: string | null): number | null {
  if (header === null) return null
  return /^\d{1,15}$/.test(header) ? Number(header) : Number.MAX_SAFE_INTEGER
}

/** To HEAD there would be no answer before the stream's end. */
const streaming = { ...access('read'), sse: 'only', exposeHeadRoute: false, schema: { hide: true } } as const

const Params = z.object({ id: z.uuid() })

/** The streams that are open. They are ended before the server closes: open ones would keep it waiting. */
function createOpenStreams(app: FastifyInstance, auth: Ports['auth']) {
  const open = new Map<() => void, FastifyRequest>()
  let stopping = false

  async function endUnlessAllowed(request: FastifyRequest, close: () => void): Promise<void> {
    try {
      if (!(await app.isStillAllowed(request))) close()
    } catch (error) {
      request.log.warn({ reason: messageOf(error) }, 'an event stream is ended, since nobody can tell whose it is')
      close()
    }
  }

  // Who is signed out or kept out hears nothing more; a page comes back by itself and is told so.
  const stopWatching = auth.onChange((userId) => {
    for (const [close, request] of open) {
      if (userId === null || userId === callerOf(request).userId) void endUnlessAllowed(request, close)
    }
  })
  app.addHook('preClose', async () => {
    stopping = true
    stopWatching()
    for (const close of open.keys()) close()
  })

  /** Keeps a stream open until the client leaves, may not listen any more, or the server stops. */
  return function follow(request: FastifyRequest, reply: FastifyReply, stop: () => void): void {
    reply.sse.keepAlive()
    const end = () => {
      stop()
      open.delete(close)
    }
    const close = () => {
      end()
      reply.sse.close()
    }
    open.set(close, request)
    reply.raw.on('close', end)
    // It may have left, or the server begun to stop, while the events so far were read.
    if (stopping || !reply.sse.isConnected) close()
    // Or who asked was kept out meanwhile.
    else void endUnlessAllowed(request, close)
  }
}

export async function registerEvents(app: FastifyInstance, { auth, events, generations }: Ports): Promise<void> {
  await app.register(fastifySSE, { heartbeatInterval: heartbeatMs })
  // The plug-in says it in words of its own.
  app.addHook('onSend', async (_request, reply, payload) => {
    if (reply.statusCode !== 406) return payload
    reply.header('content-type', 'application/problem+json').removeHeader('content-length')
    return JSON.stringify(problem('not-acceptable', 'This address only answers with text/event-stream.'))
  })
  const follow = createOpenStreams(app, auth)

  function send(reply: FastifyReply, { seq, event }: Delivered): void {
    if (reply.raw.writableLength > slowestBytes) {
      reply.sse.close()
      return
    }
    const message = { event: event.type, data: event, ...(seq === null ? {} : { id: String(seq) }) }
    // A connection that breaks while being written to is told by `close`; there is nothing else to do about it.
    reply.sse.send(message).catch(() => reply.sse.close())
  }

  /**
   * A greeting, so that a proxy passes the headers on and the page knows that it is connected. It is given once, when the first
   * event comes or else when the subscription stands: a page that has been greeted misses nothing from then on.
   */
  function greeting(reply: FastifyReply): () => void {
    let given = false
    // Every message that waits for a slow reader listens for its turn. What is limited is their bytes.
    reply.raw.setMaxListeners(0)
    return () => {
      if (given) return
      given = true
      reply.sse.send({ event: 'ready', data: {}, retry: 1000 }).catch(() => reply.sse.close())
    }
  }

  app.get('/api/events', streaming, async (request, reply) => {
    const { userId } = callerOf(request)
    const from = since(reply.sse.lastEventId)
    const greet = greeting(reply)
    const stop = await events.subscribe(userId, from, (delivered) => {
      greet()
      send(reply, delivered)
    })
    greet()
    follow(request, reply, stop)
  })

  const typed = app.withTypeProvider<ZodTypeProvider>()
  const schema = { params: Params, hide: true }
  typed.get('/api/generations/:id/events', { ...streaming, schema }, async (request, reply) => {
    const { userId } = callerOf(request)
    const { id } = request.params
    const from = since(reply.sse.lastEventId)
    let missed = from === null
    await generations.get(userId, id)
    const greet = greeting(reply)
    const stop = await events.subscribe(userId, from, (delivered) => {
      greet()
      const { event } = delivered
      if (event.type === 'reset') missed = true
      if (!('generationId' in event) || event.generationId !== id) return
      send(reply, delivered)
      if (event.type === 'generation.finished') reply.sse.close()
    })
    greet()
    follow(request, reply, stop)
    const now = await generations.get(userId, id)
    if (now.state === 'queued' || now.state === 'running') return
    // It ended before anybody listened: the end is told all the same, without a number of its own.
    if (missed) send(reply, { seq: null, event: { type: 'generation.finished', generationId: id, state: now.state } })
    reply.sse.close()
  })
}
