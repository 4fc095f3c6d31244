import { request } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { z } from 'zod'
import { draws, picturesFor, startPaintEngine, type PaintEngine } from '#generation/testing/paint.ts'
import { probe } from '#media/probe.ts'
import { picture } from '#media/testing.ts'
import { png } from '#library/testing.ts'
import { openPeople, testPassword, type People, type TestPerson } from '../../testing/people.ts'
import { openServer, until, type TestServer } from '../../testing/server.ts'

let people: People
let engine: PaintEngine
let bearer: { readonly authorization: string }
beforeAll(async () => {
  engine = await startPaintEngine()
  people = await openPeople({ works: true })
  await connect(people.user.id, 'Paint')
  bearer = { authorization: `Bearer ${await tokenOf(people.user)}` }
})
afterAll(async () => {
  await people.close()
  await engine.close()
})
beforeEach(() => engine.onDraw(draws))

const connect = (userId: string, name: string, changes: object = {}) =>
  people.server.process.connections.create(userId, { name, provider: 'paint', baseUrl: engine.baseUrl, ...changes })

async function tokenOf({ email }: TestPerson): Promise<string> {
  const body = { email, password: testPassword }
  const answer = await people.server.ask({ method: 'POST', path: '/api/auth/login', body })
  return z.object({ token: z.string() }).parse(answer.json()).token
}

const Generated = z.strictObject({
  success: z.literal(true),
  imageUrl: z.string(),
  filename: z.string().regex(/^\d{13}-generated\.png$/),
  prompt: z.string(),
  userId: z.string(),
  provider: z.string(),
  model: z.string(),
  processingTime: z.int(),
})
const Listed = z.strictObject({
  success: z.literal(true),
  images: z.array(
    z.strictObject({ filename: z.string(), url: z.string(), timestamp: z.iso.datetime(), size: z.int() }),
  ),
  count: z.int(),
  message: z.string().optional(),
  nextCursor: z.string().nullable().optional(),
})

const post = (body: unknown, headers: Record<string, string> = bearer) =>
  people.server.ask({ method: 'POST', path: '/api/ai/generate-image', headers, body })
const get = (path: string, headers: Record<string, string> = bearer) => people.server.ask({ path, headers })
const remove = (path: string, headers: Record<string, string> = bearer) =>
  people.server.ask({ method: 'DELETE', path, headers })
const generate = async (body: object) => Generated.parse((await post(body)).json())
const list = async (headers: Record<string, string> = bearer, query = '') =>
  Listed.parse((await get(`/api/ai/my-images${query}`, headers)).json())

const noToken = { success: false, error: 'No authentication token provided' }
const badToken = { success: false, error: 'Invalid token' }
const notYours = { error: 'Access denied - you can only access your own images' }
const unknown = { error: 'Image not found' }

describe('generating', () => {
  it('CC2: answers with the picture, which is in the library', async () => {
    const asked = { prompt: 'ein Fuchs 🦊', width: 32, height: 16, steps: 7, negativePrompt: 'rain' }
    const made = await generate(asked)
    expect(made).toMatchObject({ prompt: asked.prompt, userId: people.user.id, provider: 'paint', model: 'single' })
    expect(engine.asked.at(-1)).toMatchObject({ prompt: asked.prompt, width: 32, height: 16, steps: 7 })
    const row = await people.server.process.images.byFilename(people.user.id, made.filename)
    expect(row).toMatchObject({ source: 'generated', prompt: asked.prompt, negative_prompt: 'rain', width: 32 })
    expect((await list()).images[0]).toMatchObject({ filename: made.filename, size: row?.bytes })
    const file = await get(made.imageUrl, {})
    expect([file.status, file.body.length, file.headers['content-type']]).toEqual([200, row?.bytes, 'image/png'])
  })

  it('CC2: what may be absent may be null, empty or a number as text', async () => {
    await generate({ prompt: 'a', width: '24', height: null, steps: '', negativePrompt: '' })
    expect(engine.asked.at(-1)).toMatchObject({ width: 24, height: 24 })
  })

  it('CC2: twenty at once have twenty names', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, (_, at) => generate({ prompt: `same ${at % 2}` })))
    expect(new Set(made.map(({ filename }) => filename)).size).toBe(20)
    const { images } = await list()
    for (const { filename } of made) expect(images.filter((one) => one.filename === filename)).toHaveLength(1)
  })

  it.each([
    ['no body', undefined],
    ['no prompt', {}],
    ['an empty prompt', { prompt: ' \n' }],
    ['a prompt that is none', { prompt: 7 }],
    ['a list', []],
  ])('CC2: %s is 400 in its words', async (_, body) => {
    const answer = await post(body)
    expect([answer.status, answer.json()]).toEqual([400, { error: 'Prompt is required' }])
  })

  it.each([
    ['a width', { prompt: 'a', width: -1 }, /Width/],
    ['a height', { prompt: 'a', height: 'tall' }, /Height/],
    ['steps', { prompt: 'a', steps: 1e9 }, /Steps/],
    ['a prompt as long as a book', { prompt: 'x'.repeat(40_000) }, /prompt/],
    ['NUL', { prompt: 'a\u0000b' }, /prompt/],
  ])('CC2: %s that cannot be is 400 and named', async (_, body, words) => {
    const answer = await post(body)
    expect([answer.status, answer.json()]).toEqual([400, { error: expect.stringMatching(words) }])
  })

  it('CC2: a body that is no JSON is 400, one that is too large 413', async () => {
    const headers = { ...bearer, 'content-type': 'application/json' }
    expect((await post('{"prompt":', headers)).status).toBe(400)
    const large = await post(JSON.stringify({ prompt: 'x'.repeat(3_000_000) }), headers)
    expect([large.status, large.json()]).toEqual([413, { error: expect.any(String) }])
  })

  it('CC2: a failure says why', async () => {
    engine.onDraw((reply) => reply.json(500, { error: 'out of paint' }))
    const answer = await post({ prompt: 'a' })
    expect([answer.status, answer.json()]).toEqual([
      500,
      { error: 'Image generation failed', message: expect.stringContaining('out of paint') },
    ])
    engine.onDraw((reply) => reply.json(200, { blocked: 'Not this' }))
    expect((await post({ prompt: 'a' })).json()).toMatchObject({ error: 'Image generation failed' })
  })

  it('CX8: a picture that is no PNG is delivered as PNG by a name that says so', async () => {
    const bytes = await picture(32, 32).jpeg().toBuffer()
    engine.onDraw((reply) => reply.json(200, { images: [Buffer.from(bytes).toString('base64')] }))
    const { imageUrl, filename } = await generate({ prompt: 'a' })
    const file = await get(imageUrl, {})
    expect(file.headers['content-type']).toBe('image/png')
    expect(probe(file.body)).toMatchObject({ mimeType: 'image/png', width: 32 })
    const row = await people.server.process.images.byFilename(people.user.id, filename)
    expect(row?.mime_type).toBe('image/jpeg')
    const own = await get(`/api/images/${row?.id}/file?download=true`)
    expect(own.headers['content-type']).toBe('image/jpeg')
    expect(own.headers['content-disposition']).toMatch(/\.jpg"/)
  })

  it('CX6: a client that leaves finds its picture', async () => {
    const go = Promise.withResolvers<void>()
    engine.onDraw(async (reply, asked) => {
      await go.promise
      reply.json(200, { images: picturesFor(asked) })
    })
    const before = (await list()).count
    const asked = engine.asked.length
    const { hostname, port } = new URL(people.server.baseUrl)
    const headers = { ...bearer, 'content-type': 'application/json' }
    const sent = request({ hostname, port, method: 'POST', path: '/api/ai/generate-image', headers, agent: false })
    sent.on('error', () => {})
    sent.end(JSON.stringify({ prompt: 'left alone' }))
    await until(() => engine.asked.length > asked)
    sent.destroy()
    go.resolve()
    await until(async () => (await list()).count === before + 1)
    expect((await list()).images[0]?.filename).toMatch(/^\d{13}-generated\.png$/)
  })
})

describe('which engine', () => {
  it('CX5: the default one; when it does not take the work its fallback, else the next in order', async () => {
    const person = await people.add()
    const headers = { authorization: `Bearer ${await tokenOf(person)}` }
    const away = { provider: 'paint', baseUrl: 'http://127.0.0.1:9' }
    const { connections } = people.server.process
    const first = await connections.create(person.id, { ...away, name: 'Away', isDefault: true })
    await connections.create(person.id, { ...away, name: 'Also away' })
    // One hop: the second does not take it either.
    const lost = await post({ prompt: 'a' }, headers)
    expect([lost.status, lost.json()]).toMatchObject([500, { error: 'Image generation failed' }])

    const other = await startPaintEngine()
    const last = await connections.create(person.id, { name: 'There', provider: 'paint', baseUrl: other.baseUrl })
    await connections.update(person.id, first.id, { fallbackId: last.id })
    expect((await post({ prompt: 'by the fallback' }, headers)).status).toBe(200)
    expect(other.asked).toHaveLength(1)

    const second = (await connections.list(person.id)).find(({ name }) => name === 'Also away')
    await connections.update(person.id, first.id, { fallbackId: null })
    await connections.remove(person.id, second?.id ?? '')
    const made = Generated.parse((await post({ prompt: 'by the next' }, headers)).json())
    expect(other.asked).toHaveLength(2)
    const row = await people.server.process.images.byFilename(person.id, made.filename)
    const generation = await people.server.process.generations.get(person.id, row?.generation_id ?? '')
    expect(generation).toMatchObject({ connectionName: 'There', fallbackFrom: { connectionName: 'Away' } })
    await other.close()
  }, 60_000)
})

describe('the library', () => {
  it('CC3: lists the caller’s own pictures, whatever made them, newest first and without their bytes', async () => {
    const person = await people.add()
    const headers = { authorization: `Bearer ${await tokenOf(person)}` }
    const empty = { success: true, images: [], count: 0, message: 'No images generated yet' }
    expect(await list(headers)).toEqual(empty)
    expect(await list(headers, '?limit=5')).toEqual({ ...empty, nextCursor: null })
    const rows = []
    for (const day of [1, 2, 3]) {
      const made = { of: person.id, createdAt: `2026-11-0${day}T00:00:00.000Z`, source: 'upload' as const }
      rows.unshift(await people.server.addImage({ ...made, file: png(`day ${day}`) }))
    }
    const all = await list(headers)
    expect(all).toEqual({
      success: true,
      count: 3,
      images: rows.map((row) => ({
        filename: row.filename,
        url: expect.stringMatching(`^/uploads/images/user-${person.id}/${row.filename}\\?signature=[\\w-]{48}$`),
        timestamp: row.created_at.toISOString(),
        size: row.bytes,
      })),
    })
    const first = await list(headers, '?limit=2')
    expect(first.images).toEqual(all.images.slice(0, 2))
    const second = await list(headers, `?cursor=${first.nextCursor}`)
    expect(second).toEqual({ success: true, images: all.images.slice(2), count: 1, nextCursor: null })
    // A page has its cookie.
    expect((await list(person.headers)).images[0]?.url).toBe(`/uploads/images/user-${person.id}/${rows[0]?.filename}`)
    for (const query of ['?limit=0', '?limit=x', '?limit=201', '?cursor=x', '?cursor=%00']) {
      const answer = await get(`/api/ai/my-images${query}`, headers)
      expect([answer.status, answer.json()]).toEqual([400, { error: expect.any(String) }])
    }
  })

  it('CC4: gives a file to its owner alone', async () => {
    const row = await people.server.addImage({ of: people.user.id })
    for (const path of [
      `/api/ai/images/${people.user.id}/${row.filename}`,
      `/uploads/images/user-${people.user.id}/${row.filename}`,
    ]) {
      for (const headers of [bearer, people.user.headers]) {
        const answer = await get(path, headers)
        expect([answer.status, answer.body.length]).toEqual([200, row.bytes])
        expect(answer.headers['cross-origin-resource-policy']).toBe('cross-origin')
        expect(answer.headers['access-control-allow-origin']).toBe('*')
      }
      for (const asked of [path, `${path}x`, path.replace(row.filename, '%00')]) {
        for (const { headers } of [people.other, people.admin]) {
          const answer = await get(asked, headers)
          expect([answer.status, answer.json()]).toEqual([403, notYours])
        }
      }
      for (const asked of [`${path}x`, path.replace(row.filename, '..%2f..%2fx'), path.replace(row.filename, '%00')]) {
        const answer = await get(asked)
        expect([answer.status, answer.json()]).toEqual([404, unknown])
      }
      expect([(await get(path, {})).status, (await get(path, {})).json()]).toEqual([401, noToken])
      const made = await get(path, { authorization: 'Bearer made-up' })
      expect([made.status, made.json()]).toEqual([401, badToken])
    }
  })

  it('CC5: a signed address opens that one file to whoever has no token, and to nobody else who is known', async () => {
    const row = await people.server.addImage({ of: people.user.id })
    const url = (await list()).images.find(({ filename }) => filename === row.filename)?.url ?? ''
    expect((await get(url, {})).body.length).toBe(row.bytes)
    const theirs = await get(url, people.other.headers)
    expect([theirs.status, theirs.json()]).toEqual([403, notYours])
    const another = await people.server.addImage({ of: people.user.id })
    const moved = url.replace(row.filename, another.filename)
    expect([(await get(moved, {})).status, (await get(`${url}x`, {})).status]).toEqual([401, 401])
    await people.server.process.images.remove(people.user.id, row.id)
    expect((await get(url, {})).status).toBe(404)
  })

  it('CC6: deletes to the trash, and says what is not there', async () => {
    const row = await people.server.addImage({ of: people.user.id })
    const path = `/api/ai/images/${row.filename}`
    expect((await remove(path, people.other.headers)).json()).toEqual(unknown)
    const both = await Promise.all([remove(path), remove(path)])
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 404])
    expect(both.find(({ status }) => status === 200)?.json()).toEqual({
      success: true,
      message: 'Image deleted successfully',
    })
    for (const asked of [path, `/api/ai/images/${people.user.id}/${row.filename}`]) {
      expect([(await get(asked)).status, (await get(asked)).json()]).toEqual([404, unknown])
    }
    expect(await people.server.process.images.trashedRow(people.user.id, row.id)).not.toBeNull()
    const gone = await remove(path)
    expect([gone.status, gone.json()]).toEqual([404, unknown])
  })

  it.each([
    '../x.png',
    '..%2Fx.png',
    '..%2f..%2fx.png',
    '%2e%2e%2fx.png',
    '%252e%252e%252fx.png',
    '%25252e%25252e%25252fx.png',
    '..%5Cx.png',
    '..%255cx.png',
    '%00',
    'x.png%00',
    'x.png%2500',
    'a/b.png',
    '..',
    '%2e%2e',
    '.',
  ])('CC6: a name that would leave the folder is 403: %s', async (name) => {
    const answer = await remove(`/api/ai/images/${name}`)
    expect([answer.status, answer.json()]).toEqual([403, { error: 'Access denied' }])
  })

  it.each(['x.png', 'x..png', '...', '%F0%9F%A6%8A.png', '100%25.png'])(
    'CC6: any other name is looked for: %s',
    async (name) => {
      expect((await remove(`/api/ai/images/${name}`)).json()).toEqual(unknown)
    },
  )

  it('CC7: by the name alone a picture is its owner’s', async () => {
    const row = await people.server.addImage({ of: people.user.id })
    const path = `/api/ai/images/${row.filename}`
    for (const headers of [bearer, people.user.headers]) expect((await get(path, headers)).body.length).toBe(row.bytes)
    for (const headers of [{}, { authorization: 'Bearer made-up' }, people.other.headers]) {
      const answer = await get(path, headers)
      expect([answer.status, answer.json()]).toEqual([404, unknown])
    }
  })
})

it('CC7: what has an unlisted link is for everybody who knows its name', async () => {
  const uuid = '0a1b2c3d-0000-4000-8000-123456789abc'
  const row = await people.server.addImage({ of: people.user.id, filename: `${uuid}.png` })
  const path = `/api/ai/images/${row.filename}`
  expect((await get(path, {})).status).toBe(404)
  await people.server.sharing.unlisted.create(people.user.id, row.id, row.filename)
  for (const headers of [{}, { authorization: 'Bearer made-up' }, people.other.headers, bearer]) {
    const answer = await get(path, headers)
    expect([answer.status, answer.body.length], JSON.stringify(headers)).toEqual([200, row.bytes])
  }
  const { data } = await people.server.sharing.links.list(people.user.id, { limit: 5, image: row.id })
  await people.server.sharing.links.revoke(people.user.id, data[0]?.id ?? '')
  expect([(await get(path, {})).status, (await get(path)).status]).toEqual([404, 200])
})

describe('who may', () => {
  it('CC1: without a token, and with one that is no good', async () => {
    for (const [method, path] of [
      ['POST', '/api/ai/generate-image'],
      ['GET', '/api/ai/my-images'],
      ['GET', '/api/ai/images/x/y'],
      ['DELETE', '/api/ai/images/x'],
    ] as const) {
      const nobody = await people.server.ask({ method, path })
      expect([nobody.status, nobody.json()]).toEqual([401, noToken])
      const made = await people.server.ask({ method, path, headers: { authorization: 'Bearer made-up' } })
      expect([made.status, made.json()]).toEqual([401, badToken])
      expect(made.headers['access-control-allow-origin']).toBe('*')
    }
  })

  it('CX2: scopes of an API key', async () => {
    const body = { name: 'reads', scopes: ['read'] }
    const answer = await people.server.ask({ method: 'POST', path: '/api/me/keys', headers: people.user.headers, body })
    const { data } = z.object({ data: z.object({ key: z.string() }) }).parse(answer.json())
    const headers = { authorization: `Bearer ${data.key}` }
    expect((await get('/api/ai/my-images', headers)).status).toBe(200)
    for (const refused of [await post({ prompt: 'a' }, headers), await remove('/api/ai/images/x', headers)]) {
      expect([refused.status, refused.json()]).toEqual([403, { error: expect.stringContaining('scope') }])
    }
  })

  it('CX3: a page elsewhere may call with a token, never with a cookie', async () => {
    const elsewhere = { origin: 'https://studio.example' }
    expect((await get('/api/ai/my-images', { ...bearer, ...elsewhere })).status).toBe(200)
    expect((await get('/api/ai/my-images', { ...people.user.headers, ...elsewhere })).status).toBe(401)
    const preflight = await people.server.ask({ method: 'OPTIONS', path: '/api/ai/my-images', headers: elsewhere })
    expect([preflight.status, preflight.headers['access-control-allow-methods']]).toEqual([
      200,
      'POST, GET, DELETE, OPTIONS',
    ])
    const nowhere = await get('/api/ai/nonesuch')
    expect([nowhere.status, nowhere.json()]).toEqual([404, { error: expect.any(String) }])
  })
})

describe('in local mode', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await openServer()
    const { connections } = server.process
    await connections.create(server.pipeline.userId, { name: 'Paint', provider: 'paint', baseUrl: engine.baseUrl })
  })
  afterAll(() => server.close())

  it('CX1: everybody is the owner, and addresses are bare', async () => {
    const { userId } = server.pipeline
    const headers = { authorization: 'Bearer made-up' }
    const body = { prompt: 'a fox' }
    const answer = await server.ask({ method: 'POST', path: '/api/ai/generate-image', headers, body })
    const made = Generated.parse(answer.json())
    expect(made.imageUrl).toBe(`/uploads/images/user-${userId}/${made.filename}`)
    expect((await server.ask(made.imageUrl)).status).toBe(200)
    expect((await server.ask(`/api/ai/images/${userId}/${made.filename}`)).status).toBe(200)
    expect((await server.ask(`/api/ai/images/${made.filename}`)).status).toBe(200)
    expect((await server.ask('/uploads/images/user-x/y.png')).json()).toEqual(notYours)
    expect(Listed.parse((await server.ask('/api/ai/my-images')).json()).images[0]?.url).toBe(made.imageUrl)
    const removed = await server.ask({ method: 'DELETE', path: `/api/ai/images/${made.filename}`, headers })
    expect(removed.status).toBe(200)
  })

  it('CX3: a page elsewhere may not', async () => {
    const headers = { origin: 'https://elsewhere.example' }
    const answer = await server.ask({ path: '/api/ai/my-images', headers })
    expect([answer.status, answer.json(), answer.headers['access-control-allow-origin']]).toEqual([
      403,
      { error: expect.any(String) },
      '*',
    ])
    const near = await server.ask({ path: '/api/ai/my-images', headers: { origin: 'http://localhost:3000' } })
    expect(near.status).toBe(200)
  })
})
