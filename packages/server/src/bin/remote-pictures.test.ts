// Pictures that a user names by address, from real servers.
import { afterEach, describe, expect, it } from 'vitest'
import { png } from '#library/testing.ts'
import { startFakeEngine, type FakeEngine } from '#providers/kit/fake-engine.ts'
import { createFetchPicture } from './remote-pictures.ts'

const open: FakeEngine[] = []
afterEach(async () => {
  for (const engine of open.splice(0)) await engine.close()
})

async function fake(...handler: Parameters<typeof startFakeEngine>): Promise<FakeEngine> {
  const engine = await startFakeEngine(...handler)
  open.push(engine)
  return engine
}

const limits = (maxBytes = 100_000, signal = new AbortController().signal) => ({ maxBytes, signal })

const refused = (message: string) => ({
  name: 'EaselError',
  code: 'validation-failed',
  message: expect.stringContaining(message),
  fields: [{ field: 'body.url', message: expect.stringContaining(message) }],
})

describe('TR16: a picture by its address', () => {
  it('is fetched, by way of where its server sends on', async () => {
    const bytes = png('there')
    const engine = await fake(({ path }, reply) =>
      path === '/a' ? reply.send(302, '', { location: '/b.png?size=1' }) : reply.send(200, Buffer.from(bytes)),
    )
    const fetchPicture = createFetchPicture({ baseUrl: engine.baseUrl, allowPrivateBase: true })
    expect(await fetchPicture(`${engine.baseUrl}/a`, limits())).toEqual(Buffer.from(bytes))
  })

  it.each([
    ['http://127.0.0.1:1/a.png', 'not on the public internet'],
    ['http://localhost:1/a.png', 'not on the public internet'],
    ['http://[::ffff:127.0.0.1]/a.png', 'not on the public internet'],
    ['http://169.254.169.254/latest/meta-data/', 'not on the public internet'],
    ['http://2130706433/', 'not on the public internet'],
    ['file:///etc/passwd', 'Only http and https'],
    ['data:image/png;base64,AAAA', 'Only http and https'],
    ['http://user:secret@example.com/a.png', 'user name or password'],
    ['not an address', 'not a complete web address'],
    ['http://', 'not a complete web address'],
    ['http://x\u0000y/', 'not a complete web address'],
    [`http://${'ä'.repeat(300)}/`, ''],
  ])('is refused where it is none that a user may name: %s', async (url, why) => {
    await expect(createFetchPicture()(url, limits())).rejects.toMatchObject(refused(why))
  })

  it('is refused where a public server leads to a private one', async () => {
    const engine = await fake((_, reply) => reply.send(302, '', { location: 'http://127.0.0.1:1/secret' }))
    const fetchPicture = createFetchPicture({ baseUrl: engine.baseUrl, allowPrivateBase: true })
    await expect(fetchPicture(engine.baseUrl, limits())).rejects.toMatchObject(refused('not on the public internet'))
    const named = createFetchPicture({ resolve: async () => [{ address: '127.0.0.1', family: 4 }] })
    await expect(named('http://pictures.example/', limits())).rejects.toMatchObject(
      refused('not on the public internet'),
    )
  })

  it('is refused in words when it is not there, too large, or nobody answers', async () => {
    const engine = await fake(({ path }, reply) => {
      if (path === '/large') return reply.send(200, Buffer.alloc(3 * 1024 * 1024))
      if (path === '/refused') return reply.send(401, '')
      return reply.send(404, '')
    })
    const fetchPicture = createFetchPicture({
      baseUrl: engine.baseUrl,
      allowPrivateBase: true,
      downloadPausesMs: [1, 1],
    })
    await expect(fetchPicture(`${engine.baseUrl}/gone`, limits())).rejects.toMatchObject(refused('answered 404'))
    await expect(fetchPicture(`${engine.baseUrl}/refused`, limits())).rejects.toMatchObject(refused('answered 401'))
    await expect(fetchPicture(`${engine.baseUrl}/large`, limits(2 * 1024 * 1024))).rejects.toMatchObject({
      code: 'too-large',
      message: expect.stringContaining('larger than 2 MB'),
    })
    await engine.close()
    await expect(fetchPicture(`${engine.baseUrl}/`, limits())).rejects.toMatchObject(refused('No connection'))
  })

  it('is let go of when nobody waits for it any more', async () => {
    const engine = await fake((_, reply) => reply.begin(200))
    const gone = new AbortController()
    const call = createFetchPicture({ baseUrl: engine.baseUrl, allowPrivateBase: true })(
      `${engine.baseUrl}/`,
      limits(100_000, gone.signal),
    )
    await expect.poll(() => engine.inFlight()).toBe(1)
    gone.abort()
    await expect(call).rejects.toMatchObject({ code: 'bad-request' })
    await expect.poll(() => engine.inFlight()).toBe(0)
  })
})
