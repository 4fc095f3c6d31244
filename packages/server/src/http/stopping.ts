import type { FastifyInstance } from 'fastify'

/** Aborted when the server begins to stop. Answers that wait for something end then: the server waits for them, not they for it. */
export function stopping(app: FastifyInstance): AbortSignal {
  const stop = new AbortController()
  app.addHook('preClose', async () => stop.abort())
  return stop.signal
}
