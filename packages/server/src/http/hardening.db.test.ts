// What every answer says so that browsers and proxies do no harm with it, and what is no request at all.
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { present } from '#base/errors.ts'
import { openPeople, type People } from './testing/people.ts'
import { openServer } from './testing/server.ts'

let people: People
beforeAll(async () => {
  people = await openPeople()
})
afterAll(() => people.close())

const ask = (...[question]: Parameters<People['server']['ask']>) => people.server.ask(question)

async function shout(text: string): Promise<string> {
  const { hostname, port } = new URL(people.server.baseUrl)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.write(text)
  let heard = ''
  for await (const part of socket.setEncoding('latin1')) heard += part
  return heard
}

describe('every answer', () => {
  it.each(['/', '/api/images', '/nowhere', '/api/nowhere', '/healthz', '/api/docs/', '/assets/app-1234.js', '/%ZZ'])(
    'LI23: %s has the headers that keep a browser from harm',
    async (path) => {
      const { headers } = await ask(path)
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin' })
      expect(headers['permissions-policy']).toContain('camera=()')
      const policy = String(headers['content-security-policy'])
      for (const rule of ["frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'"])
        expect(policy).toContain(rule)
      expect(/script-src [^;]*/.exec(policy)?.[0]).not.toMatch(/unsafe|\*|https?:|data:/)
      expect(headers['strict-transport-security']).toBeUndefined()
      expect(headers['x-powered-by'] ?? headers.server).toBeUndefined()
    },
  )

  it('LI23: asks for TLS from then on exactly where people use it', async () => {
    for (const [publicUrl, expected] of [
      ['https://pictures.example.com', 'max-age=31536000'],
      ['http://pictures.example.com', undefined],
    ] as const) {
      const server = await openServer({ works: false, accounts: {}, publicUrl })
      expect((await server.ask('/healthz')).headers['strict-transport-security']).toBe(expected)
      await server.close()
    }
  })

  it('LI23: cookies are for the server alone, and over TLS only where there is TLS', async () => {
    for (const publicUrl of ['https://pictures.example.com', undefined]) {
      const server = await openServer({ works: false, accounts: {}, ...(publicUrl === undefined ? {} : { publicUrl }) })
      const body = { name: 'N', email: 'n@example.com', password: 'a fox in the snow' }
      const answer = await server.ask({ method: 'POST', path: '/api/auth/setup', body })
      const cookies = present(answer.headers['set-cookie'], answer.text)
      for (const cookie of cookies) {
        expect(cookie).toMatch(/; ?HttpOnly/i)
        expect(cookie).toMatch(/; ?SameSite=Lax/i)
        expect(cookie).toMatch(/; ?Path=\//i)
        expect(cookie).not.toMatch(/; ?Domain=/i)
        expect(/; ?Secure/i.test(cookie)).toBe(publicUrl !== undefined)
        expect(cookie.startsWith('__Secure-')).toBe(publicUrl !== undefined)
      }
      await server.close()
    }
  })
})

describe('another website', () => {
  const foreign = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: '' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'null', 'sec-fetch-site': 'same-origin' },
  ]
  it.each(foreign)('LI26: %j changes nothing with a person’s cookie', async (headers) => {
    const image = await people.server.addImage({ of: people.user.id })
    const cookie = people.user.headers
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      for (const [method, path] of [
        ['DELETE', `/api/images/${image.id}`],
        ['POST', '/api/generations'],
        ['POST', '/generate'],
        ['POST', '/api/auth/sign-out'],
        ['POST', '/api/me/keys'],
      ] as const) {
        const sent = { ...cookie, ...headers, 'content-type': type }
        const answer = await ask({ method, path, headers: sent, ...(method === 'POST' ? { body: '{}' } : {}) })
        expect([path, answer.status]).toEqual([path, 403])
      }
    }
    expect((await ask({ path: `/api/images/${image.id}`, headers: cookie })).status).toBe(200)
  })

  it.each(foreign)('LI26: %j reads nothing with it either', async (headers) => {
    const answer = await ask({ path: '/api/images', headers: { ...people.user.headers, ...headers } })
    expect(answer.status).toBe(401)
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  })

  it('LI26: a form of another website signs nobody in', async () => {
    const body = JSON.stringify({ email: people.user.email, password: people.user.password })
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'text/plain; application/json']) {
      const headers = { 'content-type': type, origin: 'https://evil.example' }
      const answer = await ask({ method: 'POST', path: '/api/auth/sign-in', headers, body })
      expect([answer.status, answer.headers['set-cookie']]).toEqual([415, undefined])
    }
  })
})

describe('a body', () => {
  const send = (body: string) =>
    ask({
      method: 'POST',
      path: '/api/generations',
      headers: { ...people.user.headers, 'content-type': 'application/json' },
      body,
    })
  it.each([
    ['{"prompt": "a", "prompt": "b"}', 'bad-request'],
    ['{"prompt": "a", "options": {"x": 1, "\\u0078": 2}}', 'bad-request'],
    ['{"prompt": "a", "__proto__": {}}', 'bad-request'],
    ['{"prompt": "a", "constructor": {"prototype": {}}}', 'bad-request'],
    ['{"prompt": "a", "seed": NaN}', 'bad-request'],
    ['{"prompt": "a", "seed": 1e400}', 'validation-failed'],
    ['{"prompt": "a", "options": {"x": [-1e400]}}', 'validation-failed'],
    ['{"prompt": "\\ud800"}', 'validation-failed'],
    ['{"prompt": "a\\u0000"}', 'validation-failed'],
    [`{"prompt": "a", "options": ${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`, 'bad-request'],
  ])('LI21: %.60s is refused', async (body, code) => {
    const answer = await send(body)
    expect([answer.status, answer.json()]).toMatchObject([400, { code }])
  })

  it('LI21: of 100 MB is refused before it is there', async () => {
    const heard = await shout(
      `POST /api/generations HTTP/1.1\r\nHost: localhost\r\nCookie: ${people.user.headers.cookie}\r\n` +
        'Content-Type: application/json\r\nConnection: close\r\nContent-Length: 104857600\r\n\r\n{"prompt": "',
    )
    expect(heard).toMatch(/^HTTP\/1.1 413 /)
    expect(heard).toContain('"code":"too-large"')
  })
})

describe('what could be read in two ways', () => {
  const smuggled = 'GET /api/me HTTP/1.1\r\nHost: localhost\r\n\r\n'
  it.each([
    'Content-Length: 5\r\nTransfer-Encoding: chunked',
    'Transfer-Encoding: chunked\r\nContent-Length: 5',
    'Content-Length: 5\r\nContent-Length: 6',
    'Content-Length: 5, 6',
    'Content-Length: +5',
    'Content-Length: 0x5',
    'Content-Length: -1',
    'Content-Length : 5',
    'Transfer-Encoding: xchunked',
    'Transfer-Encoding: chunked, identity',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: x',
    'Transfer-Encoding : chunked',
    'Transfer-Encoding:\x0bchunked',
    'X: y\nTransfer-Encoding: chunked',
    'X: y\r\n Content-Length: 5',
    ' Content-Length: 5',
    'Content-Length: 5\r\nX: a\rb',
  ])('LI22: %j', async (headers) => {
    const head = `POST /api/auth/sign-out HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${headers}\r\n\r\n`
    const heard = await shout(`${head}0\r\n\r\n${smuggled}`)
    expect(heard).toMatch(/^HTTP\/1.1 400 /)
    expect(heard.match(/HTTP\/1.1 \d/g), 'nothing behind it is answered').toHaveLength(1)
  })

  it('LI20: an address of 16 KB and more is refused', async () => {
    expect(await shout(`GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`)).toMatch(/^HTTP\/1.1 431 /)
    const long = await ask(`/api/images?cursor=${'x'.repeat(10_000)}`)
    expect(long.status).toBeLessThan(500)
  })
})

describe('files', () => {
  it('LI25: have the type of their bytes, and can do nothing', async () => {
    const { user } = people
    const image = await people.server.addImage({ of: user.id })
    const filename = 'x".html;\u{1f98a}é\r\nX: y.png'
    const { db } = people.server.pipeline
    await db.updateTable('images').set({ filename }).where('id', '=', image.id).execute()
    for (const path of [
      `/api/images/${image.id}/file`,
      `/api/images/${image.id}/file?download=true`,
      `/api/images/${image.id}/thumbnail`,
      `/uploads/generated/${user.id}/${encodeURIComponent(filename)}`,
    ]) {
      const { status, headers } = await ask({ path, headers: user.headers })
      expect([path, status]).toEqual([path, 200])
      expect(headers['content-type']).toMatch(/^image\/(png|webp)$/)
      expect(headers['content-security-policy']).toMatch(/^default-src 'none';.* sandbox$/)
      expect(headers['x-content-type-options']).toBe('nosniff')
      if (path.includes('thumbnail')) continue
      expect(headers['content-disposition']).toMatch(
        /^(inline|attachment); filename="[ !#-[\]-~]+"; filename\*=UTF-8''[\w.%~!-]+$/,
      )
    }
  })

  it.each(['image/svg+xml', 'text/html', 'application/xhtml+xml', 'application/pdf', 'text/xml'])(
    'LI25: a row that says %s is saved, never shown',
    async (type) => {
      const { user, server } = people
      const image = await server.addImage({ of: user.id })
      await server.pipeline.db.updateTable('images').set({ mime_type: type }).where('id', '=', image.id).execute()
      const { headers } = await ask({ path: `/api/images/${image.id}/file`, headers: user.headers })
      expect(headers['content-type']).toBe('application/octet-stream')
      expect(headers['content-disposition']).toMatch(/^attachment; /)
    },
  )
})
