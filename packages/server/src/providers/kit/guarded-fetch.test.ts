// Addresses as those write them who want this server to fetch what only it can reach. Whatever the spelling, the detour or the
// body: the servers on this machine that play the private network hear nothing, and nothing goes on for ever.
import { createServer as createHttpServer, type Server } from 'node:http'
import { once } from 'node:events'
import { gzipSync } from 'node:zlib'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { present } from '#base/errors.ts'
import { createEngineHttp, type EngineHttpOptions } from './engine-http.ts'
import { startFakeEngine, type FakeEngine, type Reply } from './fake-engine.ts'
import type { Resolve } from './guard.ts'

const open: FakeEngine[] = []
/** On 127.0.0.1 and on ::1, on the same port: counts connections, not only requests. */
const canaries: Server[] = []
let reached = 0
let port = 0

async function startCanary(host: string, at: number): Promise<number> {
  const server = createHttpServer((_, response) => response.end('secret'))
  server.on('connection', () => (reached += 1))
  server.listen(at, host)
  await once(server, 'listening')
  canaries.push(server)
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

beforeAll(async () => {
  port = await startCanary('127.0.0.1', 0)
  // Some machines have no IPv6.
  await startCanary('::1', port).catch(() => undefined)
})
afterAll(() => canaries.forEach((server) => server.close()))
beforeEach(() => (reached = 0))
afterEach(async () => {
  for (const engine of open.splice(0)) await engine.close()
  expect(reached, 'connections to the private network').toBe(0)
})

async function fake(...handler: Parameters<typeof startFakeEngine>): Promise<FakeEngine> {
  const engine = await startFakeEngine(...handler)
  open.push(engine)
  return engine
}

const request = { method: 'GET', headersTimeoutMs: 5000, bodyTimeoutMs: 5000, maxBytes: 100_000 } as const
const limits = { maxBytes: 100_000, timeoutMs: 5000 }
const refusal = { name: 'ProviderError', kind: 'bad-request', advice: 'never' }

function openHttp(baseUrl: string, more: Partial<EngineHttpOptions> = {}) {
  const signal = new AbortController().signal
  return createEngineHttp({ baseUrl, signal, allowPrivateBase: true, downloadPausesMs: [1, 1], ...more })
}

const here = (host: string) => `http://${host}:${port}/latest/meta-data/`

const spellings: readonly (readonly [what: string, host: string])[] = [
  ['plain', '127.0.0.1'],
  ['the whole range', '127.255.255.254'],
  ['decimal', '2130706433'],
  ['octal', '0177.0.0.1'],
  ['octal, padded', '0000177.0.0.01'],
  ['octal in one number', '017700000001'],
  ['hexadecimal', '0x7f.0x0.0x0.0x1'],
  ['hexadecimal in one number', '0x7f000001'],
  ['hexadecimal in capitals', '0X7F000001'],
  ['octal and hexadecimal mixed', '0177.0.0x0.1'],
  ['two parts', '127.1'],
  ['three parts', '127.0.1'],
  ['with a dot at the end', '127.0.0.1.'],
  ['with percent signs', '%31%32%37.0.0.1'],
  ['in full-width digits', '１２７．０．０．１'],
  ['in circled digits', '①②⑦.⓪.⓪.①'],
  ['with an ideographic full stop', '127。0。0。1'],
  ['with a soft hyphen', '127.0.0.1\u00ad'],
  ['nothing at all', '0.0.0.0'],
  ['nothing, short', '0'],
  ['IPv6 loopback', '[::1]'],
  ['IPv6 loopback, long', '[0000:0000:0000:0000:0000:0000:0000:0001]'],
  ['IPv6 unspecified', '[::]'],
  ['IPv4 mapped into IPv6', '[::ffff:127.0.0.1]'],
  ['IPv4 mapped, in hexadecimal', '[::ffff:7f00:1]'],
  ['IPv4 mapped, long', '[0:0:0:0:0:FFFF:7F00:0001]'],
  ['IPv4 mapped, SIIT', '[::ffff:0:127.0.0.1]'],
  ['IPv4 compatible', '[::127.0.0.1]'],
  ['NAT64', '[64:ff9b::127.0.0.1]'],
  ['NAT64, in hexadecimal', '[64:ff9b::7f00:1]'],
  ['NAT64, local prefix', '[64:ff9b:1::7f00:1]'],
  ['6to4', '[2002:7f00:1::]'],
  ['6to4 of the metadata service', '[2002:a9fe:a9fe::1]'],
  ['Teredo', '[2001:0:7f00:1::]'],
  ['unique local', '[fd00::1]'],
  ['link local', '[fe80::1]'],
  ['the metadata service', '169.254.169.254'],
  ['the metadata service, decimal', '2852039166'],
  ['the metadata service over IPv6', '[fd00:ec2::254]'],
  ['private class A', '10.0.0.1'],
  ['private class B', '172.31.255.255'],
  ['private class C', '192.168.0.1'],
  ['carrier-grade NAT', '100.64.0.1'],
  ['multicast', '224.0.0.1'],
  ['broadcast', '255.255.255.255'],
]

const noAddresses: readonly (readonly [what: string, url: string])[] = [
  ['a zone id', 'http://[fe80::1%25eth0]/'],
  ['a zone id, not escaped', 'http://[fe80::1%eth0]/'],
  ['a loopback with a zone id', 'http://[::1%25lo]/'],
  ['too large a number', 'http://4294967297/'],
  ['a part too large', 'http://127.0.0.256/'],
  ['nothing', ''],
  ['a path', '/etc/passwd'],
  ['no scheme', '//127.0.0.1/'],
]

const schemes: readonly (readonly [what: string, url: string])[] = [
  ['file', 'file:///etc/passwd'],
  ['file with a host', 'file://127.0.0.1/etc/passwd'],
  ['data', 'data:image/png;base64,iVBORw0KGgo='],
  ['blob', 'blob:http://127.0.0.1/6f0c6c1e'],
  ['ftp', 'ftp://127.0.0.1/'],
  ['gopher', 'gopher://127.0.0.1:11211/_stats'],
  ['javascript', 'javascript:fetch("http://127.0.0.1")'],
  ['unix socket', 'unix:///var/run/docker.sock'],
  ['dict', 'dict://127.0.0.1:6379/info'],
  ['ws', 'ws://127.0.0.1/'],
]

const credentials: readonly (readonly [what: string, authority: string])[] = [
  ['a name', 'user@127.0.0.1'],
  ['a name and a password', 'user:secret@127.0.0.1'],
  ['a public name before a private host', 'pictures.example@127.0.0.1'],
  ['a private name before a public host', '127.0.0.1@pictures.example'],
  ['a backslash between them', 'pictures.example\\@127.0.0.1'],
]

const publicly: Resolve = async () => [{ address: '93.184.216.34', family: 4 }]
const resolving =
  (...addresses: readonly string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

describe('PR18: what is named by its number', () => {
  it.each(spellings)('%s: no download from %s', async (_, host) => {
    await expect(openHttp('').download(here(host), limits)).rejects.toMatchObject(refusal)
  })

  it.each(spellings)('%s: no connection of a user to %s', async (_, host) => {
    const http = openHttp(`http://${host}:${port}`, { allowPrivateBase: false })
    await expect(http.request('/', request)).rejects.toMatchObject(refusal)
    const socket = http.socket?.('/ws', { openTimeoutMs: 5000, onMessage: () => undefined })
    await expect(present(socket, 'a way to open sockets')).rejects.toMatchObject({ kind: 'bad-request' })
  })

  it.each(noAddresses)('%s is no address: %s', async (_, url) => {
    await expect(openHttp('').download(url, limits)).rejects.toMatchObject(refusal)
    expect(() => openHttp(url === '' ? ' ' : url)).toThrow(/not a complete web address/)
  })

  it.each(schemes)('%s is not fetched: %s', async (_, url) => {
    await expect(openHttp('').download(url, limits)).rejects.toMatchObject(refusal)
    expect(() => openHttp(url)).toThrow(/Only http and https/)
  })

  it.each(credentials)('credentials in the address: %s', async (_, authority) => {
    const url = `http://${authority.replace('127.0.0.1', `127.0.0.1:${port}`)}/`
    const http = openHttp('', { resolve: resolving('127.0.0.1') })
    await expect(http.download(url, limits)).rejects.toMatchObject(refusal)
  })
})

describe('PR18, PR20: what is named by a name', () => {
  it.each([
    '127.0.0.1',
    '10.0.0.1',
    '169.254.169.254',
    '::1',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'fd00::1',
  ])('a name that means %s', async (address) => {
    const http = openHttp('', { resolve: resolving(address) })
    await expect(http.download(here('pictures.example'), limits)).rejects.toMatchObject(refusal)
  })

  it('one private address among public ones', async () => {
    const http = openHttp('', { resolve: resolving('93.184.216.34', '127.0.0.1') })
    await expect(http.download(here('pictures.example'), limits)).rejects.toMatchObject(refusal)
  })

  it.each(['localhost', 'LOCALHOST', 'ｌｏｃａｌｈｏｓｔ'])('the name of this machine: %s', async (host) => {
    await expect(openHttp('').download(here(host), limits)).rejects.toMatchObject(refusal)
  })

  it('a name that was public when its owner was asked for it, and is private when it is used', async () => {
    const answers = [publicly, resolving('127.0.0.1')]
    const resolve: Resolve = (name) => (answers.shift() ?? resolving('127.0.0.1'))(name)
    const http = openHttp(`http://rebinding.example:${port}`, { allowPrivateBase: false, resolve })
    await resolve('rebinding.example')
    await expect(http.request('/', request)).rejects.toMatchObject(refusal)
    await expect(http.download(here('rebinding.example'), limits)).rejects.toMatchObject(refusal)
  })

  it('a name that changes its meaning every time it is looked up', async () => {
    let asked = 0
    const resolve: Resolve = () => (asked++ % 2 === 0 ? resolving('127.0.0.1') : resolving('10.0.0.1'))('')
    const http = openHttp('', { resolve })
    for (let i = 0; i < 4; i++) await expect(http.download(here('x.example'), limits)).rejects.toMatchObject(refusal)
    expect(asked).toBe(4)
  })
})

describe('PR19: where a public engine sends us', () => {
  /** An engine that sends on from /0 to /1 and so on, and from the last to `location`. */
  async function chain(location: string, length = 1, status = 302): Promise<FakeEngine> {
    return fake(({ path }, reply) => {
      const at = Number(path.slice(1))
      reply.send(status, '', { location: at + 1 < length ? `/${at + 1}` : location })
    })
  }

  it.each([
    ['a private number', () => here('127.0.0.1')],
    ['a private number in decimal', () => here('2130706433')],
    ['IPv6', () => here('[::ffff:127.0.0.1]')],
    ['no scheme of its own', () => `//127.0.0.1:${port}/`],
    ['a backslash for a slash', () => `\\\\127.0.0.1:${port}/`],
    ['file', () => 'file:///etc/passwd'],
    ['data', () => 'data:text/plain,secret'],
    ['credentials', () => `http://user:secret@127.0.0.1:${port}/`],
    ['another name that is private', () => here('localhost')],
  ])('to %s', async (_, location) => {
    for (const [length, status] of [
      [1, 302],
      [1, 307],
      [4, 301],
    ] as const) {
      const engine = await chain(location(), length, status)
      const http = openHttp(engine.baseUrl)
      await expect(http.download(`${engine.baseUrl}/0`, limits)).rejects.toMatchObject(refusal)
      await expect(http.request('/0', request)).rejects.toMatchObject(refusal)
      expect(engine.requests).toHaveLength(2 * length)
    }
  })

  it('in a circle', async () => {
    const engine = await fake((_, reply) => reply.send(302, '', { location: '/again' }))
    await expect(openHttp(engine.baseUrl).download(`${engine.baseUrl}/`, limits)).rejects.toMatchObject({
      kind: 'bad-request',
      message: expect.stringContaining('more than 5 times'),
    })
    expect(engine.requests).toHaveLength(6)
  })

  it('with a body that never ends', async () => {
    const engine = await fake(({ path }, reply) => {
      if (path === '/there') return reply.send(200, 'picture')
      return reply.flood(302, { location: '/there' })
    })
    const picture = await openHttp(engine.baseUrl).download(`${engine.baseUrl}/here`, limits)
    expect(Buffer.from(picture).toString()).toBe('picture')
  })
})

describe('PR13, PR22: bodies that are to use us up', () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000))
  const bodies: readonly (readonly [what: string, answer: (reply: Reply) => void | Promise<void>, kind: string])[] = [
    ['is huge and says so', (reply) => reply.begin(200, { 'content-length': '9000000000' }), 'timeout'],
    ['is larger than allowed', (reply) => reply.send(200, Buffer.alloc(100_001)), 'malformed-response'],
    ['never ends', (reply) => reply.flood(200), 'malformed-response'],
    [
      'is small until it is unpacked',
      (reply) => reply.send(200, bomb, { 'content-encoding': 'gzip' }),
      'malformed-response',
    ],
    ['drips', drip, 'timeout'],
    ['does not begin', () => undefined, 'timeout'],
    ['is less than it says', (reply) => reply.send(200, 'half', { 'content-length': '100' }), 'timeout'],
  ]

  it.each(bodies)('one that %s', async (_, answer, kind) => {
    const engine = await fake((_request, reply) => answer(reply))
    // Little patience only where that is what ends it.
    const timeoutMs = kind === 'timeout' ? 1000 : 30_000
    const call = openHttp(engine.baseUrl).download(`${engine.baseUrl}/a.png`, { ...limits, timeoutMs })
    await expect(call).rejects.toMatchObject({ kind, advice: 'never' })
    // Nothing is left running for it.
    await expect.poll(() => engine.inFlight()).toBe(0)
  })

  it('headers that never end', async () => {
    const headers = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`x-${i}`, 'x'.repeat(1000)]))
    const engine = await fake((_, reply) => reply.send(200, 'x', headers))
    await expect(openHttp(engine.baseUrl).download(`${engine.baseUrl}/`, limits)).rejects.toMatchObject({
      kind: 'malformed-response',
    })
  })
})

/** A byte now and then, never so late that it would count as silence. */
async function drip(reply: Reply): Promise<void> {
  reply.begin(200)
  while (await reply.write('x')) await pause(50)
}
