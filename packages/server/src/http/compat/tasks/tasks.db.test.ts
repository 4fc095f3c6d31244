import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { newId } from '#base/ids.ts'
import { picturesFor, startPaintEngine, type PaintEngine } from '#generation/testing/paint.ts'
import { handOver } from '#library/hand-over.ts'
import { probe } from '#media/probe.ts'
import { startFakeOpenAi, type FakeOpenAi } from '#providers/openai/fake-openai.ts'
import { provider as openai } from '#providers/openai/provider.ts'
import { openPeople } from '../../testing/people.ts'
import { openServer, until, type TestServer } from '../../testing/server.ts'
import { drawsSmall, forge } from '../testing.ts'

let engine: PaintEngine
let server: TestServer
let userId: string
beforeAll(async () => {
  engine = await startPaintEngine()
  server = await openServer({ providers: [forge, openai] })
  userId = server.pipeline.userId
  await server.process.connections.create(userId, { name: 'Forge', provider: 'forge', baseUrl: engine.baseUrl })
})
afterAll(async () => {
  await server.close()
  await engine.close()
})
beforeEach(() => engine.onDraw(drawsSmall))

/** As old clients send it: made up, and only here. */
const headers = { authorization: 'Bearer made-up' }
const submit = (body: unknown, of: TestServer = server) =>
  of.ask({ method: 'POST', path: '/generate-image', headers, body })
const fox = { prompt: 'a fox', aspectRatio: '1:1' }

const Task = z.strictObject({ task_id: z.string().regex(/^[\w-]{60,}$/) })
const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'
const Status = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('PENDING'), result: z.null() }),
  z.strictObject({ status: z.literal('FAILED'), result: z.string().min(1) }),
  z.strictObject({
    status: z.literal('SUCCESS'),
    result: z.strictObject({
      image_url: z.string().regex(new RegExp(`^/images/original_${uuid}\\.png$`)),
      description: z.string(),
      refined_prompt: z.string(),
    }),
  }),
])

const begin = async (body: object, of: TestServer = server) => Task.parse((await submit(body, of)).json()).task_id
const look = async (id: string, of: TestServer = server) => Status.parse((await of.ask(`/task-status/${id}`)).json())

/** Asks until it is over. */
async function finish(id: string, of: TestServer = server) {
  await until(async () => (await look(id, of)).status !== 'PENDING')
  return await look(id, of)
}

async function made(body: object = fox, of: TestServer = server) {
  const status = await finish(await begin(body, of), of)
  if (status.status !== 'SUCCESS') throw new Error(JSON.stringify(status))
  return status.result
}

const nameOf = (url: string) => url.split('/').at(-1)?.replace('original_', '') ?? ''
const rowOf = (url: string) => server.process.images.byFilename(userId, nameOf(url))
const remove = (body: unknown, path = '/delete-images/') => server.ask({ method: 'DELETE', path, body })

describe('a task', () => {
  it('CD1: is taken at once, and drawn', async () => {
    const go = Promise.withResolvers<void>()
    engine.onDraw(async (reply, asked) => {
      await go.promise
      reply.json(200, { images: picturesFor(asked) })
    })
    const id = await begin({ ...fox, usePromptRefiner: false })
    expect(await look(id)).toEqual({ status: 'PENDING', result: null })
    go.resolve()
    expect(await finish(id)).toEqual({
      status: 'SUCCESS',
      result: { image_url: expect.any(String), description: 'a fox', refined_prompt: 'a fox' },
    })
  })

  it.each([
    ['1:1', 1024, 1024],
    ['16:9', 1360, 768],
    ['9:16', 768, 1360],
    ['21:9', 1568, 672],
    ['32:9', 1936, 544],
    ['100:100', 1024, 1024],
    ['4:1', 2048, 512],
    ['1:4', 512, 2048],
  ])('CD1: %s is about a megapixel', async (aspectRatio, width, height) => {
    engine.onDraw((reply) => reply.json(400, { error: 'seen enough' }))
    await finish(await begin({ ...fox, aspectRatio }))
    expect(engine.asked.at(-1)).toMatchObject({ width, height })
  })

  it.each([
    ['no body', undefined],
    ['a list', []],
    ['no prompt', { aspectRatio: '1:1' }],
    ['an empty prompt', { prompt: ' ', aspectRatio: '1:1' }],
    ['a prompt as long as a book', { ...fox, prompt: 'x'.repeat(40_000) }],
    ['NUL', { ...fox, prompt: 'a\0b' }],
    ['no ratio', { prompt: 'a' }],
    ['a ratio that is none', { ...fox, aspectRatio: 'wide' }],
    ['a ratio of nothing', { ...fox, aspectRatio: '0:1' }],
    ['a part over a hundred', { ...fox, aspectRatio: '101:100' }],
    ['wider than 4:1', { ...fox, aspectRatio: '17:4' }],
    ['taller than 1:4', { ...fox, aspectRatio: '1:5' }],
    ['a refiner that is no truth', { ...fox, usePromptRefiner: 'please' }],
  ])('CD1: %s is 400', async (_, body) => {
    const answer = await submit(body)
    expect([answer.status, answer.json()]).toEqual([400, { detail: expect.any(String) }])
    expect(answer.headers['access-control-allow-origin']).toBe('*')
  })

  it('CD1: what is no JSON is 400, what is too large 413', async () => {
    const json = { ...headers, 'content-type': 'application/json' }
    const broken = await server.ask({ method: 'POST', path: '/generate-image', headers: json, body: '{' })
    expect([broken.status, broken.json()]).toEqual([400, { detail: expect.any(String) }])
    expect((await submit({ ...fox, prompt: 'x'.repeat(3_000_000) })).status).toBe(413)
  })

  it('CD2: tells why it failed, also when it was cancelled', async () => {
    engine.onDraw((reply) => reply.json(400, { error: 'no red left' }))
    expect(await finish(await begin(fox))).toEqual({
      status: 'FAILED',
      result: expect.stringContaining('no red left'),
    })
    engine.onDraw(() => {})
    const id = await begin(fox)
    const { generations } = server.process
    await generations.cancel(userId, id.slice(0, 36))
    expect(await finish(id)).toEqual({ status: 'FAILED', result: expect.stringContaining('cancelled') })
  })

  it('CD2: an id that is not known, or not quite, is 404', async () => {
    const id = await begin(fox)
    await finish(id)
    const other = (await server.process.generations.submit(userId, { prompt: 'a' }, { origin: 'easel' })).id
    const secret = id.slice(37)
    for (const asked of [
      `${newId()}-${secret}`,
      `${other}-${secret}`,
      id.slice(0, 36),
      `${id.slice(0, 36)}-${'0'.repeat(32)}`,
      `${id}0`,
      id.toUpperCase(),
      'x',
      '%00',
    ]) {
      const answer = await server.ask(`/task-status/${asked}`)
      expect([answer.status, answer.json()], asked).toEqual([404, { detail: expect.any(String) }])
    }
  })

  it('CD2: it answers also when a guest’s library has become an account’s', async () => {
    const { process, pipeline } = server
    const [guest, account] = [await pipeline.addUser('guest'), await pipeline.addUser('user')]
    const { id: connectionId } = await process.connections.create(guest, {
      name: 'Forge',
      provider: 'forge',
      baseUrl: engine.baseUrl,
    })
    const secret = '0123456789abcdef'.repeat(2)
    const options = { origin: 'tasks', idempotencyKey: secret } as const
    const { id } = await process.generations.submit(guest, { prompt: 'a fox', connectionId }, options)
    const task = `${id}-${secret}`
    const before = await finish(task)
    const ports = { db: pipeline.db, log: pipeline.log, storage: process.storage, events: process.events }
    await handOver(ports, { from: guest, to: account })
    expect(await look(task)).toEqual(before)
    const url = before.status === 'SUCCESS' ? before.result.image_url : ''
    expect((await server.ask(url)).status).toBe(200)
    expect(await process.images.byFilename(account, nameOf(url))).not.toBeNull()
  })

  it('CD3: both spellings of its address show the same PNG', async () => {
    const { image_url: url } = await made()
    const both = [url, `/images/${nameOf(url)}`]
    for (const path of both) {
      const file = await server.ask({ path, headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'image' } })
      expect([file.status, probe(file.body).mimeType]).toEqual([200, 'image/png'])
      expect(file.body.length).toBe((await rowOf(url))?.bytes)
      expect(file.headers['access-control-allow-origin']).toBe('*')
    }
  })

  it('CD3: tells what the engine said of the picture', async () => {
    engine.onDraw((reply, asked) =>
      reply.json(200, { images: picturesFor({ ...asked, width: 64, height: 32 }), revised: 'a red fox at dawn' }),
    )
    expect(await made()).toMatchObject({ description: 'a red fox at dawn', refined_prompt: 'a fox' })
  })

  it('CX7: twenty at once are twenty pictures', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => made()))
    expect(new Set(all.map(({ image_url: url }) => url)).size).toBe(20)
  })
})

describe('the refiner', () => {
  let cloud: FakeOpenAi
  beforeAll(async () => {
    cloud = await startFakeOpenAi()
  })
  afterAll(() => cloud.close())

  it('CD3: rewrites the prompt where a text model is chosen, and else leaves it', async () => {
    expect((await made({ ...fox, usePromptRefiner: true })).refined_prompt).toBe('a fox')
    const { connections, writing } = server.process
    const wish = { name: 'Words', provider: 'openai', key: 'sk-0123456789', baseUrl: cloud.apiUrl }
    const { id } = await connections.create(userId, wish)
    const [model] = await writing.models(userId, id, AbortSignal.timeout(10_000))
    await writing.set(userId, { connectionId: id, model: model?.id ?? '' })
    const { refined_prompt: refined, image_url: url } = await made({ ...fox, usePromptRefiner: true })
    expect(refined).not.toBe('a fox')
    expect(refined).toContain('a fox')
    expect(await rowOf(url)).toMatchObject({ prompt: refined, typed_prompt: 'a fox' })
    expect((await made({ ...fox, usePromptRefiner: false })).refined_prompt).toBe('a fox')
  })
})

describe('deleting', () => {
  it('CD4: takes every spelling of a name, and two of one picture as one', async () => {
    const urls = [await made(), await made(), await made(), await made(), await made()].map((one) => one.image_url)
    const names = urls.map(nameOf)
    const spellings = [
      `original_${names[0]}`,
      names[0],
      names[1],
      names[2]?.replace('.png', ''),
      `original_${names[3]}`.replace('.png', ''),
    ]
    const answer = await remove({ image_ids: spellings })
    expect([answer.status, answer.json()]).toEqual([200, { success: true }])
    for (const url of urls.slice(0, 4)) {
      expect((await server.ask(url)).status).toBe(404)
      expect(await rowOf(url)).toBeNull()
    }
    expect((await server.ask(urls[4] ?? '')).status).toBe(200)
    const without = await remove({ image_ids: [names[4]] }, '/delete-images')
    expect([without.status, (await server.ask(urls[4] ?? '')).status]).toEqual([200, 404])
  })

  it('CX9: a task whose picture was deleted is 404', async () => {
    const id = await begin(fox)
    const status = await finish(id)
    const url = status.status === 'SUCCESS' ? status.result.image_url : ''
    await remove({ image_ids: [nameOf(url)] })
    expect((await server.ask(`/task-status/${id}`)).status).toBe(404)
    expect(await server.process.images.trashedRow(userId, (await trashed(nameOf(url))) ?? '')).not.toBeNull()
  })

  const trashed = async (filename: string) =>
    (await server.pipeline.db.selectFrom('images').where('filename', '=', filename).select('id').executeTakeFirst())?.id

  it('CD4: nothing is deleted when one is unknown', async () => {
    const { image_url: url } = await made()
    for (const unknown of ['x', '', `${newId()}.png`, 'original_', '../x', 'a\u{1F98A}']) {
      const answer = await remove({ image_ids: [nameOf(url), unknown] })
      expect([answer.status, answer.json()], unknown).toEqual([404, { detail: expect.any(String) }])
    }
    expect((await server.ask(url)).status).toBe(200)
    const twice = await Promise.all([1, 2].map(() => remove({ image_ids: [nameOf(url)] })))
    expect(twice.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 404])
  })

  it('CD4: any picture that has an unlisted link, by its name, and no other', async () => {
    const shared = await server.addImage()
    const share = await server.sharing.links.create(userId, {
      target: { kind: 'image', imageId: shared.id },
      name: 'my-fox',
    })
    const hidden = await server.addImage()
    expect((await remove({ image_ids: [hidden.filename] })).status).toBe(404)
    expect((await remove({ image_ids: [share.name] })).status).toBe(200)
    expect((await server.ask(`/images/${share.name}`)).status).toBe(404)
  })

  it.each([
    ['nothing', undefined],
    ['a list', ['x']],
    ['no ids', {}],
    ['one id', { image_ids: 'x' }],
    ['numbers', { image_ids: [1] }],
    ['too many', { image_ids: Array.from({ length: 5001 }, (_, at) => `${at}`) }],
  ])('CD4: %s is 400', async (_, body) => {
    const answer = await remove(body)
    expect([answer.status, answer.json()]).toEqual([400, { detail: expect.any(String) }])
  })

  it('CD4: none at all is well', async () => {
    expect((await remove({ image_ids: [] })).json()).toEqual({ success: true })
  })
})

describe('around it', () => {
  it('CX4: unknown addresses are 404 in its words', async () => {
    for (const path of ['/task-status', '/task-status/a/b', '/generate-image', '/delete-images', '/generate-image/x']) {
      const answer = await server.ask(path)
      expect([answer.status, answer.json()], path).toEqual([404, { detail: expect.any(String) }])
    }
  })

  it('CX3: preflights', async () => {
    for (const path of ['/generate-image', '/task-status/x', '/delete-images/', '/delete-images', '/images/x']) {
      const answer = await server.ask({ method: 'OPTIONS', path, headers: { origin: 'https://studio.example' } })
      expect([answer.status, answer.headers['access-control-allow-headers']], path).toEqual([
        200,
        'Content-Type, Authorization, user-id',
      ])
    }
  })

  it('CX5: the default connection that cannot draw is passed over', async () => {
    const own = await openServer({ providers: [forge, openai] })
    const { connections } = own.process
    const cloud = await startFakeOpenAi()
    cloud.behave({ failure: 'unauthorized' })
    await connections.create(own.pipeline.userId, {
      name: 'Cloud',
      provider: 'openai',
      key: 'sk-0123456789',
      baseUrl: cloud.apiUrl,
      isDefault: true,
    })
    await connections.create(own.pipeline.userId, { name: 'Forge', provider: 'forge', baseUrl: engine.baseUrl })
    expect(await made(fox, own)).toMatchObject({ description: 'a fox' })
    await own.close()
    await cloud.close()
  })
})

describe('with accounts', () => {
  it('CX2: a session or the named account submits; the status asks nothing; others delete nothing', async () => {
    const people = await openPeople({
      works: true,
      providers: [forge],
      accounts: { compatUser: 'person-2@example.com' },
    })
    const wish = { name: 'Forge', provider: 'forge', baseUrl: engine.baseUrl }
    await people.server.process.connections.create(people.user.id, wish)
    await people.server.process.connections.create(people.other.id, wish)
    const asked = (given: Record<string, string>) =>
      people.server.ask({ method: 'POST', path: '/generate-image', headers: given, body: fox })
    const named = Task.parse((await asked(headers)).json()).task_id
    const own = Task.parse((await asked(people.other.headers)).json()).task_id
    const urls = await Promise.all(
      [named, own].map(async (id) => {
        const status = await finish(id, people.server)
        return status.status === 'SUCCESS' ? status.result.image_url : ''
      }),
    )
    const { images } = people.server.process
    expect(await images.byFilename(people.user.id, nameOf(urls[0] ?? ''))).not.toBeNull()
    expect(await images.byFilename(people.other.id, nameOf(urls[1] ?? ''))).not.toBeNull()
    for (const url of urls) expect((await people.server.ask(url)).status).toBe(200)
    const body = { image_ids: [nameOf(urls[1] ?? '')] }
    const foreign = await people.server.ask({ method: 'DELETE', path: '/delete-images/', body })
    expect([foreign.status, foreign.json()]).toEqual([404, { detail: expect.any(String) }])
    const mine = { method: 'DELETE', path: '/delete-images/', headers: people.other.headers, body }
    expect((await people.server.ask(mine)).status).toBe(200)
    await people.close()
  })

  it('CX2: where no account is named, nobody is refused', async () => {
    const strict = await openPeople({ providers: [forge] })
    for (const [method, path, body] of [
      ['POST', '/generate-image', fox],
      ['DELETE', '/delete-images/', { image_ids: [] }],
    ] as const) {
      const answer = await strict.server.ask({ method, path, headers, body })
      expect([answer.status, answer.json()]).toEqual([401, { detail: expect.any(String) }])
    }
    await strict.close()
  })
})
