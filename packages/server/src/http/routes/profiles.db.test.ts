import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { request } from 'node:http'
import { z } from 'zod'
import { newId } from '#base/ids.ts'
import { draws, picturesFor, startPaintEngine, type PaintEngine } from '#generation/testing/paint.ts'
import { png } from '#library/testing.ts'
import { provider as anthropic } from '#providers/anthropic/provider.ts'
import { startFakeOpenAi, type FakeOpenAi } from '#providers/openai/fake-openai.ts'
import { provider as openai } from '#providers/openai/provider.ts'
import { paintProvider } from '#generation/testing/paint.ts'
import { openPeople, type People } from '../testing/people.ts'
import { until } from '../testing/server.ts'

let people: People
let engine: PaintEngine
let cloud: FakeOpenAi
let profileId: string
const key = 'sk-only-the-owner-knows-this'
beforeAll(async () => {
  engine = await startPaintEngine()
  cloud = await startFakeOpenAi()
  people = await openPeople({ works: true, providers: [paintProvider(), openai, anthropic] })
  const { connections } = people.server.process
  profileId = (await create({ name: 'Paint', provider: 'paint', baseUrl: engine.baseUrl, key })).id
  await connections.create(people.other.id, { name: 'Theirs', provider: 'paint', baseUrl: engine.baseUrl })
})
afterAll(async () => {
  await people.close()
  await engine.close()
  await cloud.close()
})
beforeEach(() => engine.onDraw(draws))

type Create = Parameters<People['server']['process']['connections']['create']>[1]
const create = (wish: Create) => people.server.process.connections.create(people.user.id, wish)
const post = (body: unknown, path = '/api/images/generate') =>
  people.server.ask({ method: 'POST', path, headers: people.user.headers, body })
const get = (path: string) => people.server.ask({ path, headers: people.user.headers })

const tags = [
  { tagType: 'CHARACTER', tagId: 'c-1' },
  { tagType: 'THEME', tagId: 'snow ❄' },
]
const Answer = z.strictObject({
  data: z.array(
    z.strictObject({
      id: z.uuid(),
      filename: z.string(),
      filepath: z.string(),
      url: z.string(),
      mimeType: z.string(),
      size: z.int(),
      revisedPrompt: z.string().exactOptional(),
      tags: z.array(z.strictObject({ tagType: z.string(), tagId: z.string() })),
    }),
  ),
  metadata: z.strictObject({ prompt: z.string(), provider: z.string(), model: z.string(), count: z.int() }),
})

describe('profiles', () => {
  it('CE1: lists what draws, the default first, by the old names of providers', async () => {
    await create({ name: 'Claude', provider: 'anthropic', key: 'sk-ant-0123456789' })
    await create({ name: 'Cloud', provider: 'openai', key: 'sk-0123456789', baseUrl: cloud.apiUrl, isDefault: true })
    const all = z.object({ profiles: z.array(z.unknown()) }).parse((await get('/api/profiles')).json())
    expect(all.profiles).toHaveLength(3)
    const answer = await get('/api/profiles?imageCapable=true')
    expect(answer.json()).toEqual({
      profiles: [
        { id: expect.any(String), name: 'Cloud', provider: 'OPENAI', modelName: expect.any(String) },
        { id: profileId, name: 'Paint', provider: 'PAINT', modelName: 'single' },
      ],
    })
    expect(answer.text).not.toContain(key)
  })
})

describe('generating', () => {
  it('CE2: answers with the pictures as they are in the library', async () => {
    const body = {
      prompt: 'ein Fuchs 🦊',
      profileId,
      tags,
      options: { n: 2, size: '32x16', quality: 'hd', style: 'vivid' },
    }
    const { data, metadata } = Answer.parse((await post(body)).json())
    expect(metadata).toEqual({ prompt: body.prompt, provider: 'PAINT', model: 'single', count: 2 })
    for (const [index, image] of data.entries()) {
      const row = await people.server.process.images.row(people.user.id, image.id)
      const name = new RegExp(`^${people.user.id}_\\d{13}_${index}_${row?.sha256.slice(0, 8)}\\.png$`)
      expect(image.filename).toMatch(name)
      expect(image.filepath).toBe(`uploads/generated/${people.user.id}/${image.filename}`)
      expect(image).toMatchObject({ url: `/${image.filepath}`, mimeType: 'image/png', size: row?.bytes, tags })
      expect(row).toMatchObject({ source: 'generated', prompt: body.prompt, model: 'single', width: 32, height: 16 })
      expect((await get(image.url)).body.length).toBe(image.size)
    }
  })

  it('CE2: of ten at once each has its own name', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => post({ prompt: 'the same', profileId })))
    const names = all.flatMap((answer) => Answer.parse(answer.json()).data.map(({ filename }) => filename))
    expect(new Set(names).size).toBe(10)
  })

  it('CE2: where a part fails it answers with the rest', async () => {
    engine.onDraws(draws, (reply) => reply.json(400, { error: 'too red' }), draws)
    const answer = await post({ prompt: 'a', profileId, options: { n: 3 } })
    const { data, metadata } = Answer.parse(answer.json())
    expect([answer.status, data.length, metadata.count]).toEqual([200, 2, 2])
  })

  it('CE2: tells the revised prompt', async () => {
    engine.onDraw((reply, asked) => reply.json(200, { images: picturesFor(asked), revised: 'a red fox' }))
    const { data } = Answer.parse((await post({ prompt: 'a', profileId })).json())
    expect(data[0]?.revisedPrompt).toBe('a red fox')
  })

  it('CX6: a client that leaves finds its picture', async () => {
    const go = Promise.withResolvers<void>()
    engine.onDraw(async (reply, asked) => {
      await go.promise
      reply.json(200, { images: picturesFor(asked) })
    })
    const asked = engine.asked.length
    const { hostname, port } = new URL(people.server.baseUrl)
    const headers = { ...people.user.headers, 'content-type': 'application/json' }
    const sent = request({ hostname, port, method: 'POST', path: '/api/images/generate', headers, agent: false })
    sent.on('error', () => {})
    sent.end(JSON.stringify({ prompt: 'left alone', profileId }))
    await until(() => engine.asked.length > asked)
    sent.destroy()
    go.resolve()
    const newest = async () => (await people.server.process.images.list(people.user.id, { limit: 1 })).data[0]
    await until(async () => (await newest())?.generationPrompt === 'left alone')
    expect((await newest())?.filename).toMatch(new RegExp(`^${people.user.id}_\\d{13}_0_[0-9a-f]{8}\\.png$`))
  })

  it.each([
    ['no prompt', { prompt: '' }, ['prompt']],
    ['a prompt of 4001 characters', { prompt: 'x'.repeat(4001) }, ['prompt']],
    ['no profile', { profileId: undefined }, ['profileId']],
    ['a profile that is no id', { profileId: 'mine' }, ['profileId']],
    ['eleven pictures', { options: { n: 11 } }, ['options', 'n']],
    ['a size that is none', { options: { size: 'large' } }, ['options', 'size']],
    ['an unknown quality', { options: { quality: 'best' } }, ['options', 'quality']],
    ['an unknown style', { options: { style: 'noir' } }, ['options', 'style']],
    ['a label as a tag', { tags: [{ tagType: 'LABEL', tagId: 'x' }] }, ['tags', '0', 'tagType']],
    ['NUL', { prompt: 'a\u0000b' }, ['prompt']],
  ])('CE3: %s is 400 with the fault', async (_, changes, path) => {
    const answer = await post({ prompt: 'a', profileId, ...changes })
    expect([answer.status, answer.json()]).toMatchObject([
      400,
      { error: 'Validation error', details: [expect.objectContaining({ path, message: expect.any(String) })] },
    ])
  })

  it('CE3: a body that is no JSON is 400, one that is too large 413', async () => {
    const headers = { ...people.user.headers, 'content-type': 'application/json' }
    const sent = { method: 'POST', path: '/api/images/generate', headers }
    const broken = await people.server.ask({ ...sent, body: '{"prompt":' })
    expect([broken.status, broken.json()]).toMatchObject([400, { error: expect.any(String) }])
    const large = await post({ prompt: 'x'.repeat(3_000_000), profileId })
    expect([large.status, large.json()]).toMatchObject([413, { error: expect.any(String) }])
  })

  it('CE3: a profile that is not there, or somebody else’s, is 404', async () => {
    const [theirs] = await people.server.process.connections.list(people.other.id)
    for (const id of [newId(), theirs?.id]) {
      const answer = await post({ prompt: 'a', profileId: id })
      expect([answer.status, answer.json()]).toMatchObject([404, { error: 'Connection profile not found' }])
    }
  })

  it('CE3: a provider that draws nothing is 400', async () => {
    const { id } = await create({ name: 'Words alone', provider: 'anthropic', key: 'sk-ant-0123456789' })
    const answer = await post({ prompt: 'a', profileId: id })
    expect([answer.status, answer.json()]).toMatchObject([
      400,
      { error: 'ANTHROPIC provider does not support image generation' },
    ])
  })

  it('CE3: a failure is 500 with the reason, and without the key', async () => {
    engine.onDraw((reply) => reply.json(401, { error: `Incorrect key: ${key}` }))
    const answer = await post({ prompt: 'a', profileId })
    expect([answer.status, answer.json()]).toMatchObject([
      500,
      { error: 'Failed to generate images', details: expect.any(String) },
    ])
    expect(answer.text).not.toContain(key)
    expect(people.server.pipeline.lines.filter((line) => line.includes(key))).toEqual([])
  })

  it('CE3: without a token it is 401', async () => {
    const answer = await people.server.ask({ method: 'POST', path: '/api/images/generate', body: { prompt: 'a' } })
    expect([answer.status, answer.json()]).toMatchObject([401, { error: 'Unauthorized' }])
  })
})

describe('the tabs beside it', () => {
  const Picture = z.object({ data: z.object({ id: z.string(), source: z.string(), tags: z.array(z.unknown()) }) })
  const form = (parts: readonly (readonly [string, string | Blob])[]) => {
    const body = new FormData()
    for (const [name, value] of parts) body.append(name, value)
    return body
  }
  const upload = async (body: FormData) => {
    const url = new URL('/api/images', people.server.baseUrl)
    return await fetch(url, { method: 'POST', headers: people.user.headers, body })
  }

  it('CE4: a file with tags, which it is found by and which can be changed', async () => {
    const file = new Blob([Buffer.from(png('an upload'))], { type: 'image/png' })
    const own = [{ tagType: 'PERSONA', tagId: 'p 1&2' }]
    const answer = await upload(
      form([
        ['file', file],
        ['tags', JSON.stringify(own)],
      ]),
    )
    expect(answer.status).toBe(201)
    const { data } = Picture.parse(await answer.json())
    expect(data).toMatchObject({ source: 'upload', tags: own })

    const found = async (tagType: string, tagId: string) => {
      const query = new URLSearchParams({ tagType, tagId })
      const listed = z.object({ data: z.array(z.object({ id: z.string() })) })
      return listed.parse((await get(`/api/images?${query.toString()}`)).json()).data.map(({ id }) => id)
    }
    expect(await found('PERSONA', 'p 1&2')).toEqual([data.id])
    expect(await found('CHAT', 'p 1&2')).toEqual([])

    const more = { tags: [{ tagType: 'CHAT', tagId: 'chat-7' }] }
    const added = await post(more, `/api/images/${data.id}/tags`)
    expect(Picture.parse(added.json()).data.tags).toEqual([...own, ...more.tags])
    const path = `/api/images/${data.id}/tags`
    const taken = await people.server.ask({ method: 'DELETE', path, headers: people.user.headers, body: { tags: own } })
    expect(Picture.parse(taken.json()).data.tags).toEqual(more.tags)
    expect(await found('PERSONA', 'p 1&2')).toEqual([])
  })

  it('CE4: errors say what is wrong', async () => {
    const words = new Blob(['no picture'], { type: 'image/png' })
    const answers = [
      await upload(form([['tags', '[]']])),
      await upload(form([['file', words]])),
      await upload(
        form([
          ['file', new Blob([Buffer.from(png())])],
          ['tags', 'no JSON'],
        ]),
      ),
    ]
    expect(answers.map(({ status }) => status)).toEqual([400, 415, 400])
    for (const answer of answers) expect(await answer.json()).toMatchObject({ error: expect.any(String) })
    const absent = await post({ tags }, `/api/images/${newId()}/tags`)
    expect([absent.status, absent.json()]).toMatchObject([404, { error: expect.any(String) }])
    const address = await post({ url: 'http://127.0.0.1/x.png', tags }, '/api/images')
    expect([address.status, address.json()]).toMatchObject([400, { error: expect.any(String) }])
  })
})
