// Clients that send or read next to nothing, and hold a connection for it. Rules in docs/spec/limits.md (LI20 …).
import type { FastifyInstance, FastifyRequest } from 'fastify'

export interface SlowTimes {
  /** In which a body has to be there, unless it is an upload. */
  readonly bodyMs: number
  /** Longest pause within an upload. */
  readonly pauseMs: number
  /** Longest pause in taking an answer that is ready. */
  readonly readMs: number
}

const usual: SlowTimes = { bodyMs: 60_000, pauseMs: 30_000, readMs: 60_000 }

const hasBody = ({ raw: { headers } }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** Answers that are told bit by bit, as things happen: a pause means nothing. */
const isTold = (type: unknown): boolean => /^(text\/event-stream|application\/x-ndjson)/.test(String(type))

export function cutSlowClients(app: FastifyInstance, { bodyMs, pauseMs, readMs }: SlowTimes = usual): void {
  app.addHook('onRequest', async (request) => {
    const { raw } = request
    if (!hasBody(request)) return
    if (request.routeOptions.config.limit === 'upload') {
      raw.socket.setTimeout(pauseMs)
      raw.once('end', () => raw.socket.setTimeout(0))
      return
    }
    const cut = setTimeout(() => raw.socket.destroy(), bodyMs)
    const stop = () => clearTimeout(cut)
    raw.once('end', stop).once('close', stop)
  })
  app.addHook('onSend', async (_request, reply) => {
    if (!isTold(reply.getHeader('content-type'))) reply.raw.setTimeout(readMs)
  })
}
