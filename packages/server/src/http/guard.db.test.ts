// Who may call, by which name, and what is said to those who may not or who speak no HTTP.
import { connect } from 'node:net'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openServer, type TestServer } from './testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await openServer({ works: false, allowedOrigins: new Set(['https://studio.example']) })
})
afterAll(() => server.close())

/** Sends bytes as they are and gives all that comes back. */
async function shout(text: string): Promise<string> {
  const { hostname, port } = new URL(server.baseUrl)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.write(text)
  let heard = ''
  for await (const part of socket.setEncoding('latin1')) heard += part
  return heard
}

describe('the name of the server', () => {
  it.each([
    ['localhost', 200],
    ['localhost:8080', 200],
    ['LOCALHOST:8080', 200],
    ['easel.localhost', 200],
    ['127.0.0.1', 200],
    ['127.8.9.10:1', 200],
    ['[::1]', 200],
    ['[::1]:8080', 200],
    ['localhost.evil.com', 403],
    ['evil.com', 403],
    ['evil.com:80', 403],
    ['127.0.0.1.evil.com', 403],
    ['127.0.0.1.nip.io:8080', 403],
    ['notlocalhost', 403],
    ['localhost@evil.com', 403],
    ['127.0.0.1:80@evil.com', 403],
    ['[::2]', 403],
    ['[::ffff:10.0.0.1]', 403],
    ['0.0.0.0', 403],
    ['10.0.0.1', 403],
    ['192.168.1.5:8080', 403],
    ['xn--lcalhost-oyb.com', 403],
    ['a b', 403],
  ])('%j → %i', async (host, status) => {
    for (const path of ['/api/images', '/healthz', '/', '/api/openapi.json', '/nowhere', '/history/index']) {
      const answer = await server.ask({ path, headers: { host } })
      expect([path, answer.status === 403]).toEqual([path, status === 403])
      if (status === 403) expect(answer.text).not.toContain('<title>Easel')
    }
    const answer = await server.ask({ path: '/api/images', headers: { host } })
    expect(answer.status).toBe(status)
    if (status === 403) expect(answer.json()).toMatchObject({ code: 'foreign-origin' })
  })

  it('is needed', async () => {
    expect(await shout('GET /api/images HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 403/)
    expect(await shout('GET /api/images HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1.1 40[03]/)
    expect(await shout('GET /api/images HTTP/1.1\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1.1 400/)
  })
})

describe('the page that calls', () => {
  it.each<[Record<string, string>, number]>([
    [{}, 200],
    [{ origin: 'http://localhost' }, 200],
    [{ origin: 'http://localhost:3000' }, 200],
    [{ origin: 'https://127.0.0.1:1' }, 200],
    [{ origin: 'http://[::1]:5173' }, 200],
    [{ origin: 'https://studio.example' }, 200],
    [{ origin: 'http://studio.example' }, 403],
    [{ origin: 'https://studio.example:8443' }, 403],
    [{ origin: 'https://studio.example.evil.com' }, 403],
    [{ origin: 'https://evil.com' }, 403],
    [{ origin: 'http://localhost.evil.com' }, 403],
    [{ origin: 'http://127.0.0.1.evil.com' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: '' }, 403],
    [{ origin: 'localhost' }, 403],
    [{ origin: 'file://localhost' }, 403],
    [{ origin: 'chrome-extension://abcdefgh' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{ 'sec-fetch-site': 'same-site' }, 200],
    [{ 'sec-fetch-site': 'none' }, 200],
    [{ origin: 'http://localhost:3000', 'sec-fetch-site': 'cross-site' }, 200],
    [{ origin: 'https://evil.com', 'sec-fetch-site': 'same-origin' }, 403],
  ])('%j → %i', async (headers, status) => {
    for (const path of ['/api/images', '/healthz', '/history/index?images=0']) {
      expect([path, (await server.ask({ path, headers })).status]).toEqual([path, status])
    }
    const post = await server.ask({ method: 'POST', path: '/api/generations', headers, body: {} })
    expect(post.status).toBe(status === 200 ? 400 : 403)
  })
})

describe('what is not there', () => {
  const unknown = [
    '/api',
    '/api/',
    '/api/nothing',
    '/%61pi/nothing',
    '/api/images/x/y/z',
    '/api/ai/x',
    '/api/sdxl/x',
    '/api/flux',
    '/api/models/x',
    '/api/health/x',
    '/history/a/b',
    '/models/x',
    '/generate/x',
    '/generate-image/x',
    '/images/x.png',
    '/uploads/x',
    '/task-status/x',
    '/delete-images/x',
    '/ollamalog/x',
    '/v1/x',
    '/sdapi/v1/x',
    '/internal/x',
    '/ollama/api/x',
    '/mcp/x',
    '/s/token/nonesuch',
    '/assets/gone.js',
    '/metrics',
  ]
  it.each(unknown)('%s is a JSON 404, never a page', async (path) => {
    for (const method of ['GET', 'POST', 'DELETE', 'PUT', 'PATCH']) {
      const answer = await server.ask({ method, path })
      expect([method, answer.status]).toEqual([method, 404])
      expect(answer.headers['content-type']).toMatch(/^application\/(problem\+)?json/)
      // Some of the other systems call it by another name.
      expect(answer.text).toMatch(/"(?:error|detail)":["{]/)
    }
  })

  it.each(['/', '/library', '/library/01900000-0000-7000-8000-000000000000', '/connections', '/historyless', '/apis'])(
    '%s is the page',
    async (path) => {
      const answer = await server.ask({ path, headers: { accept: 'text/html' } })
      expect([answer.status, answer.text]).toEqual([200, server.page])
      expect(answer.headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
        'content-security-policy': expect.stringContaining("script-src 'self'"),
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'same-origin',
      })
      const posted = await server.ask({ method: 'POST', path })
      expect([posted.status, posted.headers.allow]).toEqual([405, 'GET, HEAD'])
    },
  )

  it('files of the page are kept for ever, by the hash in their names', async () => {
    const answer = await server.ask('/assets/app-1234.js')
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    for (const path of [
      '/assets/../index.html',
      '/..%2f..%2fetc/passwd',
      '/assets/..%2f..%2f..%2fetc%2fpasswd',
      '/%2e%2e/%2e%2e/etc/passwd',
    ]) {
      const out = await server.ask(path)
      expect(out.text).not.toContain('root:')
    }
  })

  it.each([
    ['/api/images', 'GET, HEAD, POST'],
    ['/api/images/x', 'DELETE, GET, HEAD, PATCH'],
    ['/api/generations', 'GET, HEAD, POST'],
    ['/api/auth/sign-in', 'POST'],
    ['/api/events', 'GET'],
    ['/healthz', 'GET, HEAD'],
  ])('LI24: %s takes %s and says so to every other method', async (path, allow) => {
    const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'HEAD']
    for (const method of others.filter((other) => !allow.split(', ').includes(other))) {
      const answer = await server.ask({ method, path })
      expect([method, answer.status, answer.headers.allow]).toEqual([method, 405, allow])
      if (method !== 'HEAD') expect(answer.json()).toMatchObject({ error: expect.stringContaining(allow) })
    }
  })
})

describe('what is no request', () => {
  it.each(['/api/images/%ZZ', '/api/images/%', '/%', '/history/%E0%A4%A', '/api/images/%c0%ae'])(
    'an address that cannot be decoded: %s',
    async (path) => {
      const answer = await server.ask(path)
      expect(answer.status).toBe(400)
      expect(answer.headers['content-type']).toContain('application/problem+json')
      expect(answer.json()).toMatchObject({ code: 'bad-request', error: expect.any(String) })
    },
  )

  it.each([
    '/api/images/%00',
    '/uploads/generated/x/%00',
    '/history/%00',
    '/api/images?cursor=%00',
    `/api/images/${'x'.repeat(600)}`,
    '/api/images/..%2f..%2f',
    "/api/images/'or%201=1",
  ])('an address that means nothing: %s', async (path) => {
    const answer = await server.ask(path)
    expect([400, 404]).toContain(answer.status)
    expect(answer.json()).toMatchObject({ error: expect.any(String) })
  })

  it('headers that are too large', async () => {
    const heard = await shout(`GET /api/images HTTP/1.1\r\nHost: localhost\r\nX-Large: ${'x'.repeat(65_536)}\r\n\r\n`)
    expect(heard).toMatch(/^HTTP\/1.1 431 /)
    expect(heard).toContain('"code":"headers-too-large"')
    expect(heard).toContain('application/problem+json')
  })

  it.each([
    '\x16\x03\x01\x02\x00',
    'HELLO\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    'GET /\r\nHost: a\r\n\r\n',
    'POST /api/generations HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n',
    'POST /api/generations HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ])('no HTTP: %j', async (text) => {
    const heard = await shout(text)
    expect(heard).toMatch(/^HTTP\/1.1 4\d\d /)
    expect(heard).toContain('application/problem+json')
  })

  it('leaves the server as it was', async () => {
    expect((await server.ask('/healthz')).json()).toEqual({ status: 'ok' })
    expect(server.pipeline.lines.filter((line) => line.includes('request failed'))).toEqual([])
  })
})
