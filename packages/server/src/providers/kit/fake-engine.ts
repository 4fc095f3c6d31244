// A real HTTP server on a free port that plays an engine, for tests and for trying Easel without one.
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { DefectError } from '#base/errors.ts'

/** One request as it came in. */
export interface SeenRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  json(): unknown
  form(): Promise<FormData>
  /** Aborted when the client closed the connection before the answer was whole. */
  readonly left: AbortSignal
}

/** Ways to answer, also badly. */
export interface Reply {
  json(status: number, value: unknown, headers?: Readonly<Record<string, string>>): void
  send(status: number, body: string | Uint8Array, headers?: Readonly<Record<string, string>>): void
  /** Begins an answer whose body follows by `write`. */
  begin(status: number, headers?: Readonly<Record<string, string>>): void
  /** Resolves when the piece was taken over; false when the client has left. */
  write(piece: string | Uint8Array): Promise<boolean>
  end(): void
  /** Closes the connection in the middle of whatever was being said. */
  drop(): void
  /** Sends zeros until the client has had enough. */
  flood(status: number, headers?: Readonly<Record<string, string>>): Promise<void>
}

export interface FakeEngine {
  readonly baseUrl: string
  readonly requests: readonly SeenRequest[]
  /** Requests that are being answered now, and the most that there ever were. */
  inFlight(): number
  mostInFlight(): number
  close(): Promise<void>
}

/**
 * Starts a server on 127.0.0.1 that hands every request to `handle`. A handler that does nothing with the reply stalls.
 * An error in the handler closes the connection and is thrown by `close`.
 */
export async function startFakeEngine(
  handle: (request: SeenRequest, reply: Reply) => void | Promise<void>,
  /** Takes over the connections that ask to be something else than HTTP, and must close them. */
  upgrade?: (request: IncomingMessage, socket: Duplex) => void,
): Promise<FakeEngine> {
  const requests: SeenRequest[] = []
  const faults: unknown[] = []
  let inFlight = 0
  let mostInFlight = 0
  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    mostInFlight = Math.max(mostInFlight, ++inFlight)
    response.once('close', () => (inFlight -= 1))
    const request = await readRequest(incoming, response)
    requests.push(request)
    await handle(request, replyWith(response))
  }
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch((error: unknown) => {
      if (!incoming.destroyed) faults.push(error)
      response.destroy()
    })
  })
  if (upgrade) server.on('upgrade', upgrade)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new DefectError('No port could be had')
  const close = async (): Promise<void> => {
    server.close()
    server.closeAllConnections()
    if (server.listening) await once(server, 'close')
    if (faults.length > 0) throw new DefectError('The fake engine failed', { cause: faults[0] })
  }
  return {
    baseUrl: `http://127.0.0.1:${address.port}`,
    requests,
    inFlight: () => inFlight,
    mostInFlight: () => mostInFlight,
    close,
  }
}

async function readRequest(incoming: IncomingMessage, response: ServerResponse): Promise<SeenRequest> {
  const left = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) left.abort()
  })
  const parts: Buffer[] = []
  for await (const part of incoming) parts.push(part)
  const body = Buffer.concat(parts)
  const type = incoming.headers['content-type'] ?? ''
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: incoming.headers,
    body,
    json: () => JSON.parse(body.toString('utf8')),
    form: () => new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData(),
    left: left.signal,
  }
}

function replyWith(response: ServerResponse): Reply {
  const begin: Reply['begin'] = (status, headers = {}) => {
    response.writeHead(status, headers)
    response.flushHeaders()
  }
  const write: Reply['write'] = async (piece) => {
    if (response.destroyed) return false
    if (!response.write(piece)) await drained(response)
    return !response.destroyed
  }
  const send: Reply['send'] = (status, body, headers = {}) => {
    response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers })
    response.end(body)
  }
  return {
    begin,
    write,
    send,
    json: (status, value, headers = {}) =>
      send(status, JSON.stringify(value), { 'content-type': 'application/json', ...headers }),
    end: () => void response.end(),
    drop: () => void response.destroy(),
    flood: async (status, headers) => {
      begin(status, headers)
      const piece = Buffer.alloc(65_536, '0')
      while (await write(piece));
    },
  }
}

/** Waits until there is room again, or the client has left. */
async function drained(response: ServerResponse): Promise<void> {
  const done = new AbortController()
  const waiting = [once(response, 'drain', { signal: done.signal }), once(response, 'close', { signal: done.signal })]
  await Promise.race(waiting)
  done.abort()
  await Promise.allSettled(waiting)
}
