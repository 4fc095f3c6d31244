import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { gzipSync, brotliCompressSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { DefectError } from '#base/errors.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { EngineRequest } from '../spec/provider.ts'
import { createEngineHttp, headersAfterHop, type EngineHttpOptions } from './engine-http.ts'
import { startFakeEngine, type FakeEngine } from './fake-engine.ts'
import type { Resolve } from './guard.ts'

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const thing of open.splice(0)) await thing.close()
})

async function fake(...handler: Parameters<typeof startFakeEngine>): Promise<FakeEngine> {
  const engine = await startFakeEngine(...handler)
  open.push(engine)
  return engine
}

/** A server below HTTP: gets every socket after its first data. */
async function rawServer(onData: (socket: Socket, data: string) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', (data) => onData(socket, data.toString('latin1')))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push({ close: () => [server.close(), ...[...sockets].map((socket) => socket.destroy())] })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new DefectError('No port could be had')
  return `http://127.0.0.1:${address.port}`
}

const init: EngineRequest = { method: 'GET', headersTimeoutMs: 5000, bodyTimeoutMs: 5000, maxBytes: 1_000_000 }
const post: EngineRequest = { ...init, method: 'POST', json: { a: 'ü' } }
const limits = { maxBytes: 1_000_000, timeoutMs: 5000 }

function openHttp(baseUrl: string, more: Partial<EngineHttpOptions> = {}) {
  const signal = new AbortController().signal
  return createEngineHttp({ baseUrl, signal, allowPrivateBase: true, downloadPausesMs: [1, 2], ...more })
}

async function failureOf(call: Promise<unknown>): Promise<ProviderError> {
  const error = await call.then(
    () => new DefectError('It succeeded'),
    (thrown: unknown) => thrown,
  )
  if (error instanceof ProviderError) return error
  throw error
}

describe('engine HTTP: requests', () => {
  it('appends the path to the base URL and sends JSON', async () => {
    const engine = await fake((_, reply) => reply.json(201, { ok: [1, 'ü'] }, { 'x-a': 'b' }))
    const response = await openHttp(`${engine.baseUrl}/v1`).request('/images?a=b', post)
    expect([response.status, response.headers.get('x-a'), await response.json()]).toEqual([201, 'b', { ok: [1, 'ü'] }])
    const [seen] = engine.requests
    expect(seen).toMatchObject({ method: 'POST', path: '/v1/images?a=b' })
    expect(seen?.headers['content-type']).toBe('application/json')
    expect(seen?.body.toString('utf8')).toBe('{"a":"ü"}')
  })

  it('sends a form with its length', async () => {
    const engine = await fake((_, reply) => reply.json(200, {}))
    const form = new FormData()
    form.set('prompt', 'ünïcode')
    form.append('image[]', new Blob([Uint8Array.of(1, 2, 3)], { type: 'image/png' }), 'a.png')
    await (await openHttp(engine.baseUrl).request('/x', { ...init, method: 'POST', form })).bytes()
    const seen = await engine.requests[0]?.form()
    expect(seen?.get('prompt')).toBe('ünïcode')
    expect(engine.requests[0]?.headers['content-length']).toBe(String(engine.requests[0]?.body.length))
    const file = seen?.get('image[]')
    expect(file instanceof Blob && [...new Uint8Array(await file.arrayBuffer())]).toEqual([1, 2, 3])
  })

  it('uses connections again', async () => {
    const ports = new Set<string>()
    const base = await rawServer((socket) => {
      ports.add(String(socket.remotePort))
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    })
    for (let i = 0; i < 8; i++) expect(await (await openHttp(base).request('/', init)).text()).toBe('ok')
    expect(ports.size).toBeLessThan(8)
  })

  it('PR6: a refused connection is safe to resend', async () => {
    const engine = await startFakeEngine(() => undefined)
    await engine.close()
    const error = await failureOf(openHttp(engine.baseUrl).request('/', post))
    expect(error).toMatchObject({ kind: 'unavailable', advice: 'safe-to-resend' })
    expect(error.message).toMatch(/nothing is listening/)
  })

  it('PR6: a name that is not found is safe to resend', async () => {
    const resolve: Resolve = () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }))
    const error = await failureOf(openHttp('http://engine.example', { resolve }).request('/', post))
    expect(error).toMatchObject({ kind: 'unavailable', advice: 'safe-to-resend' })
    expect(error.message).toMatch(/cannot be found/)
  })

  it('PR23: a connection closed after the request was sent leaves the outcome unknown', async () => {
    const engine = await fake((_, reply) => reply.drop())
    const error = await failureOf(openHttp(engine.baseUrl).request('/', post))
    expect(error).toMatchObject({ kind: 'unavailable', advice: 'never' })
    expect(error.message).toMatch(/unknown/)
  })

  it('PR14: headers that do not come end as timeout, never resent', async () => {
    const engine = await fake(() => undefined)
    const error = await failureOf(openHttp(engine.baseUrl).request('/', { ...post, headersTimeoutMs: 100 }))
    expect(error).toMatchObject({ kind: 'timeout', advice: 'never' })
  })

  it('PR14: a body that falls silent ends as timeout', async () => {
    const engine = await fake(async (_, reply) => {
      reply.begin(200)
      await reply.write('half')
    })
    const response = await openHttp(engine.baseUrl).request('/', { ...post, bodyTimeoutMs: 100 })
    expect(await failureOf(response.bytes())).toMatchObject({ kind: 'timeout', advice: 'never' })
  })

  it('PR24: a body that breaks off is malformed', async () => {
    const engine = await fake(async (_, reply) => {
      reply.begin(200, { 'content-length': '100' })
      await reply.write('half')
      reply.drop()
    })
    const response = await openHttp(engine.baseUrl).request('/', post)
    expect(await failureOf(response.text())).toMatchObject({ kind: 'malformed-response', advice: 'never' })
  })

  it('PR24: what is not HTTP is malformed', async () => {
    const base = await rawServer((socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n'))
    expect(await failureOf(openHttp(base).request('/', init))).toMatchObject({ kind: 'malformed-response' })
  })

  it.each([
    ['<!doctype html><p>sk-secret', 'a web page'],
    ['{"a":', 'not JSON'],
    ['', 'nothing'],
  ])('PR10: %j where JSON was promised is malformed, and is not quoted', async (body, words) => {
    const engine = await fake((_, reply) => reply.send(200, body))
    const error = await failureOf((await openHttp(engine.baseUrl).request('/', init)).json())
    expect(error).toMatchObject({ kind: 'malformed-response' })
    expect(error.message).toContain(words)
    expect(error.message).not.toContain('sk-secret')
  })

  it('PR5: an abort ends a request that waits, and one whose body comes', async () => {
    const engine = await fake(async (request, reply) => {
      if (request.path === '/silent') return
      reply.begin(200)
      await reply.write('first')
    })
    for (const path of ['/silent', '/slow']) {
      const abort = new AbortController()
      const http = openHttp(engine.baseUrl, { signal: abort.signal })
      const call = failureOf(http.request(path, post).then((response) => response.bytes()))
      await expect.poll(() => engine.requests.at(-1)?.path).toBe(path)
      abort.abort()
      expect(await call).toMatchObject({ kind: 'interrupted', advice: 'never' })
      await expect.poll(() => engine.requests.at(-1)?.left.aborted).toBe(true)
    }
  })

  it('PR5: the reason of an abort is told when it is one of ours', async () => {
    const reason = new ProviderError('timeout', 'too long for this plan')
    const http = openHttp('http://127.0.0.1:9', { signal: AbortSignal.abort(reason) })
    expect(await failureOf(http.request('/', init))).toBe(reason)
  })

  it('leaving the loop over the chunks closes the connection', async () => {
    const engine = await fake((_, reply) => reply.flood(200))
    const response = await openHttp(engine.baseUrl).request('/', { ...init, maxBytes: 1e9 })
    for await (const chunk of response.chunks()) {
      expect(chunk.length).toBeGreaterThan(0)
      break
    }
    await expect.poll(() => engine.requests[0]?.left.aborted).toBe(true)
  })

  it('a connection without an address cannot be asked', async () => {
    expect(await failureOf(openHttp('').request('/', init))).toMatchObject({ kind: 'bad-request' })
    expect(() => openHttp('ftp://x')).toThrow(/http and https/)
    expect(() => openHttp('http://user:secret@x')).toThrow(/user name or password/)
  })
})

describe('engine HTTP: limits', () => {
  it('PR5: a request with a signal of its own is sent after the call was aborted', async () => {
    const engine = await fake((_, reply) => reply.json(200, {}))
    const http = openHttp(engine.baseUrl, { signal: AbortSignal.abort() })
    expect(await failureOf(http.request('/x', init))).toMatchObject({ kind: 'interrupted' })
    const last = AbortSignal.timeout(5000)
    expect((await http.request('/interrupt', { ...post, signal: last })).status).toBe(200)
    expect(engine.requests.map(({ path }) => path)).toEqual(['/interrupt'])
  })

  it('PR13: reads no more than the limit', async () => {
    const engine = await fake((_, reply) => reply.flood(200))
    const response = await openHttp(engine.baseUrl).request('/', { ...init, maxBytes: 200_000 })
    const error = await failureOf(response.bytes())
    expect(error).toMatchObject({ kind: 'malformed-response', advice: 'never' })
    expect(error.message).toMatch(/larger than/)
  })

  it.each([
    ['gzip', gzipSync(Buffer.alloc(50_000_000))],
    ['br', brotliCompressSync(Buffer.alloc(5_000_000))],
  ])('PR13: a %s bomb is stopped by its decoded size', async (encoding, bomb) => {
    const engine = await fake((_, reply) => reply.send(200, bomb, { 'content-encoding': encoding }))
    const response = await openHttp(engine.baseUrl).request('/', init)
    expect(bomb.length).toBeLessThan(init.maxBytes)
    expect(await failureOf(response.bytes())).toMatchObject({ kind: 'malformed-response' })
  })

  it('decodes what was encoded unasked; refuses encodings that it does not know and damaged ones', async () => {
    const zipped = gzipSync('{"a":1}')
    const engine = await fake((request, reply) => {
      if (request.path === '/good') reply.send(200, zipped, { 'content-encoding': 'gzip' })
      else if (request.path === '/cut') reply.send(200, zipped.subarray(0, 12), { 'content-encoding': 'gzip' })
      else reply.send(200, zipped, { 'content-encoding': 'rot13' })
    })
    const http = openHttp(engine.baseUrl)
    expect(await (await http.request('/good', init)).json()).toEqual({ a: 1 })
    for (const path of ['/cut', '/odd']) {
      const response = await http.request(path, init)
      expect(await failureOf(response.bytes())).toMatchObject({ kind: 'malformed-response' })
    }
  })
})

describe('engine HTTP: where requests may go', () => {
  it('PR18: a private base is refused where it is not allowed', async () => {
    const engine = await fake((_, reply) => reply.send(200, 'ok'))
    const byNumber = openHttp(engine.baseUrl, { allowPrivateBase: false })
    expect(await failureOf(byNumber.request('/', init))).toMatchObject({ kind: 'bad-request' })
    const port = new URL(engine.baseUrl).port
    const resolve: Resolve = async () => [{ address: '127.0.0.1', family: 4 }]
    const byName = openHttp(`http://engine.example:${port}`, { allowPrivateBase: false, resolve })
    expect(await failureOf(byName.request('/', init))).toMatchObject({ kind: 'bad-request' })
    expect(engine.requests).toEqual([])
  })

  it('PR19: redirects within the own origin are followed, five at most', async () => {
    const engine = await fake((request, reply) => {
      const hops = Number(request.path.slice(1))
      if (hops === 0) reply.json(200, { arrived: true })
      else reply.send(302, '', { location: `/${hops - 1}` })
    })
    const http = openHttp(engine.baseUrl)
    expect(await (await http.request('/5', init)).json()).toEqual({ arrived: true })
    expect((await failureOf(http.request('/6', init))).message).toMatch(/more than 5 times/)
  })

  it('PR19: a request is not redirected to another origin, nor a POST turned into a GET', async () => {
    const other = await fake((_, reply) => reply.send(200, 'secret'))
    const engine = await fake((request, reply) => {
      reply.send(request.path === '/away' ? 307 : 302, '', {
        location: request.path === '/away' ? other.baseUrl : '/x',
      })
    })
    const http = openHttp(engine.baseUrl)
    expect((await failureOf(http.request('/away', init))).message).toMatch(/redirects to/)
    expect(await failureOf(http.request('/post', post))).toMatchObject({ kind: 'bad-request' })
    expect(other.requests).toEqual([])
    expect(engine.requests).toHaveLength(2)
  })

  it('PR19: a POST follows 307 on the own origin with its body', async () => {
    const engine = await fake((request, reply) => {
      if (request.path === '/new') reply.json(200, {})
      else reply.send(307, '', { location: '/new' })
    })
    await (await openHttp(engine.baseUrl).request('/old', post)).bytes()
    expect(engine.requests.map((request) => [request.method, request.body.toString()])).toEqual([
      ['POST', '{"a":"ü"}'],
      ['POST', '{"a":"ü"}'],
    ])
  })
})

describe('engine HTTP: downloads', () => {
  it('PR21: from the own origin with its credentials, though it is private', async () => {
    const engine = await fake((_, reply) => reply.send(200, 'picture'))
    const http = openHttp(engine.baseUrl)
    await (await http.request('/generate', { ...init, headers: { Authorization: 'Bearer k', 'X-Other': 'o' } })).bytes()
    expect(Buffer.from(await http.download(`${engine.baseUrl}/a.png`, limits)).toString()).toBe('picture')
    expect(engine.requests[1]?.headers).toMatchObject({ authorization: 'Bearer k' })
    expect(engine.requests[1]?.headers['x-other']).toBeUndefined()
  })

  it.each([
    ['https://a.example/2', true],
    ['http://a.example/1', false],
    ['https://a.example:8443/1', false],
    ['https://b.a.example/1', false],
  ])('PR21: on to %s, credentials stay: %s', (to, stay) => {
    const headers = { authorization: 'Bearer k', 'x-goog-api-key': 'k', cookie: 'k', accept: 'image/*' }
    const after = headersAfterHop(headers, new URL('https://a.example/1'), new URL(to))
    expect(after).toEqual(stay ? headers : { accept: 'image/*' })
  })

  it('PR18: another port of the same private host is refused', async () => {
    const other = await fake((_, reply) => reply.send(200, 'secret'))
    const engine = await fake(() => undefined)
    const error = await failureOf(openHttp(engine.baseUrl).download(`${other.baseUrl}/a.png`, limits))
    expect(error).toMatchObject({ kind: 'bad-request' })
    expect(other.requests).toEqual([])
  })

  it.each([301, 302, 303, 307, 308])(
    'PR19: CVE-2026-45401: a %i from the own origin to a private address is refused',
    async (status) => {
      const other = await fake((_, reply) => reply.send(200, 'secret'))
      const engine = await fake((_, reply) => reply.send(status, '', { location: `${other.baseUrl}/x` }))
      const error = await failureOf(openHttp(engine.baseUrl).download(`${engine.baseUrl}/a.png`, limits))
      expect(error).toMatchObject({ kind: 'bad-request' })
      expect(other.requests).toEqual([])
    },
  )

  it('PR20: a name that is public when asked first and private when connected is refused', async () => {
    const engine = await fake((_, reply) => reply.send(200, 'secret'))
    const port = new URL(engine.baseUrl).port
    const asked: string[] = []
    const resolve: Resolve = async (name) => {
      asked.push(name)
      return [{ address: '127.0.0.1', family: 4 }]
    }
    const http = openHttp('', { resolve })
    const error = await failureOf(http.download(`http://rebinding.example:${port}/a.png`, limits))
    expect(error).toMatchObject({ kind: 'bad-request' })
    expect([asked, engine.requests]).toEqual([['rebinding.example'], []])
  })

  it('PR20: a pooled connection to the own origin does not help a name that is not it', async () => {
    const engine = await fake((_, reply) => reply.send(200, 'ok'))
    const port = new URL(engine.baseUrl).port
    const resolve: Resolve = async () => [{ address: '127.0.0.1', family: 4 }]
    const own = openHttp(`http://engine.example:${port}`, { resolve })
    await (await own.request('/', init)).bytes()
    const stranger = openHttp('http://other.example', { resolve })
    expect(await failureOf(stranger.download(`http://engine.example:${port}/`, limits))).toMatchObject({
      kind: 'bad-request',
    })
    expect(engine.requests).toHaveLength(1)
  })

  it('PR22: three attempts at a server error or a broken body, then the error', async () => {
    let calls = 0
    const engine = await fake(async (request, reply) => {
      calls += 1
      if (request.path === '/never') reply.send(503, '')
      else if (calls === 1) reply.send(500, '')
      else if (calls === 2) {
        reply.begin(200, { 'content-length': '9' })
        await reply.write('half')
        reply.drop()
      } else reply.send(200, 'picture')
    })
    const http = openHttp(engine.baseUrl)
    expect(Buffer.from(await http.download(`${engine.baseUrl}/a`, limits)).toString()).toBe('picture')
    expect(await failureOf(http.download(`${engine.baseUrl}/never`, limits))).toMatchObject({
      kind: 'unavailable',
      status: 503,
    })
    expect(engine.requests).toHaveLength(6)
  })

  it('PR22: what is gone or too large is asked for once', async () => {
    const engine = await fake((request, reply) =>
      request.path === '/gone' ? reply.send(404, 'no') : reply.send(200, Buffer.alloc(2000)),
    )
    const http = openHttp(engine.baseUrl)
    expect(await failureOf(http.download(`${engine.baseUrl}/gone`, limits))).toMatchObject({ kind: 'not-found' })
    const small = { ...limits, maxBytes: 1000 }
    expect(await failureOf(http.download(`${engine.baseUrl}/large`, small))).toMatchObject({
      kind: 'malformed-response',
    })
    expect(engine.requests).toHaveLength(2)
  })

  it('PR22: the time limit holds over all attempts', async () => {
    const engine = await fake(() => undefined)
    const error = await failureOf(
      openHttp(engine.baseUrl).download(`${engine.baseUrl}/a`, { ...limits, timeoutMs: 100 }),
    )
    expect(error).toMatchObject({ kind: 'timeout' })
  })
})
