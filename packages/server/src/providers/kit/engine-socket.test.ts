import { afterEach, describe, expect, it } from 'vitest'
import { createEngineHttp, type EngineHttpOptions } from './engine-http.ts'
import { startFakeEngine, type FakeEngine } from './fake-engine.ts'
import type { Resolve } from './guard.ts'

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const thing of open.splice(0)) await thing.close()
})

const anyone = { openTimeoutMs: 5000, onMessage: () => undefined }

/** A server that answers a handshake with these words, or with silence, and counts them. */
async function server(answer: string | null): Promise<FakeEngine & { handshakes: string[] }> {
  const handshakes: string[] = []
  const engine = await startFakeEngine(
    (_, reply) => reply.send(200, ''),
    (request, stream) => {
      handshakes.push(request.url ?? '')
      stream.on('error', () => undefined)
      open.push({ close: () => stream.destroy() })
      if (answer !== null) stream.end(answer)
    },
  )
  open.push(engine)
  return { ...engine, handshakes }
}

function connect(baseUrl: string, path: string, more: Partial<EngineHttpOptions & typeof anyone> = {}) {
  const { openTimeoutMs = 5000, ...options } = more
  const signal = new AbortController().signal
  const http = createEngineHttp({ baseUrl, signal, allowPrivateBase: true, ...options })
  return http.socket?.(path, { ...anyone, openTimeoutMs })
}

describe('engine sockets', () => {
  it('PR18: a private address is reached only where requests may go there', async () => {
    const engine = await server(null)
    const refused = { kind: 'bad-request', message: expect.stringContaining('not on the public internet') }
    await expect(connect(engine.baseUrl, '/ws', { allowPrivateBase: false })).rejects.toMatchObject(refused)
    const port = new URL(engine.baseUrl).port
    await expect(connect(`http://2130706433:${port}`, '/ws', { allowPrivateBase: false })).rejects.toMatchObject(
      refused,
    )
    expect(engine.handshakes).toEqual([])
  })

  it('PR20: a public name that means a private address is not reached', async () => {
    const engine = await server(null)
    const resolve: Resolve = async () => [{ address: '127.0.0.1', family: 4 }]
    const { port } = new URL(engine.baseUrl)
    const call = connect(`http://engine.example:${port}`, '/ws', { allowPrivateBase: false, resolve })
    await expect(call).rejects.toMatchObject({ kind: 'unavailable' })
    expect(engine.handshakes).toEqual([])
  })

  it.each([
    '//elsewhere.example/ws',
    '/\\elsewhere.example/ws',
    '/@elsewhere.example/ws',
    '/http://elsewhere.example/',
  ])('PR18: the path %s stays on the own origin', async (path) => {
    const engine = await server('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')
    await expect(connect(engine.baseUrl, path)).rejects.toMatchObject({ kind: 'unavailable' })
    expect(engine.handshakes).toHaveLength(1)
  })

  it.each(['@elsewhere.example/ws', '.elsewhere.example/ws', ':80/ws', 'ws://elsewhere.example/ws'])(
    'PR18: %s is no path and opens nothing',
    async (path) => {
      const engine = await server(null)
      await expect(connect(engine.baseUrl, path)).rejects.toThrow(/must begin with a slash/)
      expect(engine.handshakes).toEqual([])
    },
  )

  it('PR19: no redirect is followed, not to the same origin either', async () => {
    const target = await server(null)
    const engine = await server(`HTTP/1.1 302 Found\r\nLocation: ${target.baseUrl}/ws\r\nContent-Length: 0\r\n\r\n`)
    await expect(connect(engine.baseUrl, '/ws')).rejects.toMatchObject({ kind: 'unavailable' })
    const own = await server('HTTP/1.1 307 Temporary Redirect\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n')
    await expect(connect(own.baseUrl, '/ws')).rejects.toMatchObject({ kind: 'unavailable' })
    expect([target.handshakes, engine.handshakes, own.handshakes]).toEqual([[], ['/ws'], ['/ws']])
  })

  it('PR14: a handshake that is not answered ends as timeout', async () => {
    const engine = await server(null)
    await expect(connect(engine.baseUrl, '/ws', { openTimeoutMs: 100 })).rejects.toMatchObject({ kind: 'timeout' })
  })

  it('PR5: an abort ends the waiting, and one before it opens nothing', async () => {
    const engine = await server(null)
    const abort = new AbortController()
    const call = connect(engine.baseUrl, '/ws', { signal: abort.signal })
    await expect.poll(() => engine.handshakes.length).toBe(1)
    abort.abort()
    await expect(call).rejects.toMatchObject({ kind: 'interrupted' })
    await expect(connect(engine.baseUrl, '/ws', { signal: abort.signal })).rejects.toMatchObject({
      kind: 'interrupted',
    })
    expect(engine.handshakes).toHaveLength(1)
  })

  it('a server that is not there, an answer that is no handshake and an empty address are told', async () => {
    const engine = await server('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    await expect(connect(engine.baseUrl, '/ws')).rejects.toMatchObject({ kind: 'unavailable' })
    const gone = await startFakeEngine(() => undefined)
    await gone.close()
    await expect(connect(gone.baseUrl, '/ws')).rejects.toMatchObject({ kind: 'unavailable' })
    await expect(connect('', '/ws')).rejects.toMatchObject({ kind: 'bad-request' })
  })
})
