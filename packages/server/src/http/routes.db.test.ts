// Every route of the route table: what it answers, in which form, and what it changes.
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { fillPath, Problem, routes, type EaselEvent, type Route } from '@easel/contract'
import { present } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import { startFakeOllama, type FakeOllama } from '#providers/ollama/fake-ollama.ts'
import { stalls, draws, startPaintEngine, type PaintEngine } from '#generation/testing/paint.ts'
import { openServer, type Answer, type Question, type TestServer } from './testing.ts'

type Name = keyof typeof routes

let server: TestServer
let engine: PaintEngine
let ollama: FakeOllama
/** Draws at once. */
let idle: string
/** Is at work and takes nothing more: what is submitted stays in line. */
let busy: string
/** A connection, a generation and a picture of somebody else. */
const theirs = { userId: '', connection: '', generation: '', image: '' }
const key = 'sk-of-the-routes-0123456789'

const connect = async (of: string, name: string, more: object = {}) =>
  (await server.process.connections.create(of, { name, provider: 'paint', baseUrl: engine.baseUrl, ...more })).id
const submit = async (connectionId: string, of = server.pipeline.userId) =>
  (await server.process.generations.submit(of, { prompt: 'a fox', connectionId }, { origin: 'easel' })).id
const image = async (more: Parameters<TestServer['addImage']>[0] = {}) => (await server.addImage(more)).id

beforeAll(async () => {
  engine = await startPaintEngine()
  ollama = await startFakeOllama({ models: [{ name: 'llama3.2', capabilities: ['completion'] }] })
  server = await openServer()
  const { userId } = server.pipeline
  idle = await connect(userId, 'Idle', { isDefault: true, key })
  busy = await connect(userId, 'Busy', { concurrency: 1 })
  engine.onDraw(stalls)
  await submit(busy)
  await vi.waitFor(() => expect(engine.asked).toHaveLength(1))
  engine.onDraw(draws)
  theirs.userId = await server.pipeline.addUser()
  theirs.connection = await connect(theirs.userId, 'Theirs')
  theirs.generation = await submit(theirs.connection, theirs.userId)
  theirs.image = await image({ of: theirs.userId })
  await server.process.generations.wait(theirs.userId, theirs.generation, AbortSignal.timeout(10_000))
})
afterAll(async () => {
  const log = server.pipeline.lines.join('\n')
  expect(log).not.toContain(key)
  await server.close()
  await Promise.all([engine.close(), ollama.close()])
})

interface Scenario {
  readonly name: string
  /** Params, query and body of the request; whole paths and headers where they are odd. */
  readonly request: () => Promise<{
    params?: Record<string, string>
    query?: string
    body?: unknown
    headers?: Question['headers']
  }>
  readonly status: number
  readonly code?: string
  /** Fields at fault. */
  readonly fields?: readonly string[]
  /** What the answer has to hold. */
  readonly shape?: object
  /** Types of the events that it causes at once; none by default. `any`: the work goes on behind it. */
  readonly events?: readonly EaselEvent['type'][] | 'any'
}

const absent = { request: async () => ({ params: { id: newId() } }), status: 404, code: 'not-found' }
const noId = {
  request: async () => ({ params: { id: 'x' } }),
  status: 400,
  code: 'validation-failed',
  fields: ['params.id'],
}

const table: Record<Name, readonly Scenario[]> = {
  createGeneration: [
    {
      name: 'success',
      request: async () => ({ body: { prompt: 'ein Fuchs 🦊', connectionId: busy } }),
      status: 202,
      shape: { state: 'queued', place: expect.any(Number), images: [] },
      events: ['generation.queued'],
    },
    {
      name: 'with every field',
      request: async () => ({
        body: {
          prompt: 'a',
          connectionId: busy,
          model: 'batch',
          n: 4,
          size: '32x32',
          seed: 7,
          steps: 5,
          tags: [{ tagType: 'LABEL', tagId: 'x' }],
          negativePrompt: 'b',
          sources: [await image()],
          options: { shine: 2 },
          priority: 'batch',
          strict: true,
        },
      }),
      status: 202,
      shape: { width: 32, seed: 7, adjustments: [] },
      events: 'any',
    },
    { name: 'no body', request: async () => ({}), status: 400, code: 'validation-failed', fields: ['body'] },
    {
      name: 'no prompt',
      request: async () => ({ body: {} }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.prompt'],
    },
    {
      name: 'an empty prompt',
      request: async () => ({ body: { prompt: ' \n' } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.prompt'],
    },
    {
      name: 'several faults',
      request: async () => ({ body: { prompt: 'a', n: 11, size: '10', seed: -1 } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.n', 'body.size', 'body.seed'],
    },
    { name: 'a list', request: async () => ({ body: [] }), status: 400, code: 'validation-failed', fields: ['body'] },
    {
      name: 'somebody else’s connection',
      request: async () => ({ body: { prompt: 'a', connectionId: theirs.connection } }),
      status: 404,
      code: 'not-found',
    },
    {
      name: 'somebody else’s picture as source',
      request: async () => ({ body: { prompt: 'a', connectionId: busy, sources: [theirs.image] } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.sources'],
    },
    {
      name: 'somebody else’s generation as parent',
      request: async () => ({ body: { prompt: 'a', connectionId: busy, parentId: theirs.generation } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.parentId'],
    },
    {
      name: 'an unknown model',
      request: async () => ({ body: { prompt: 'a', connectionId: busy, model: 'nonesuch' } }),
      status: 400,
      code: 'unknown-model',
    },
    {
      name: 'what the model lacks, strictly',
      request: async () => ({ body: { prompt: 'a', connectionId: busy, guidance: 3, strict: true } }),
      status: 400,
      code: 'unsupported-option',
      fields: ['body.guidance'],
    },
    {
      name: 'an Idempotency-Key that is none',
      request: async () => ({
        body: { prompt: 'a', connectionId: busy },
        headers: { 'idempotency-key': 'x'.repeat(256) },
      }),
      status: 400,
      code: 'validation-failed',
      fields: ['headers.idempotency-key'],
    },
    {
      name: 'an Idempotency-Key with another body',
      request: async () => {
        const headers = { 'idempotency-key': newId() }
        await server.ask({
          method: 'POST',
          path: '/api/generations',
          headers,
          body: { prompt: 'a', connectionId: busy },
        })
        return { headers, body: { prompt: 'b', connectionId: busy } }
      },
      status: 409,
      code: 'idempotency-mismatch',
      events: ['generation.queued'],
    },
  ],
  listGenerations: [
    {
      name: 'success',
      request: async () => ({ query: 'limit=2' }),
      status: 200,
      shape: { data: [{}, {}], nextCursor: expect.any(String) },
    },
    {
      name: 'by state',
      request: async () => ({ query: 'state=active&limit=200' }),
      status: 200,
      shape: { nextCursor: null },
    },
    {
      name: 'limit 0',
      request: async () => ({ query: 'limit=0' }),
      status: 400,
      code: 'validation-failed',
      fields: ['query.limit'],
    },
    {
      name: 'limit 201',
      request: async () => ({ query: 'limit=201' }),
      status: 400,
      code: 'validation-failed',
      fields: ['query.limit'],
    },
    {
      name: 'a limit that is no number',
      request: async () => ({ query: 'limit=1e400' }),
      status: 400,
      code: 'validation-failed',
      fields: ['query.limit'],
    },
    {
      name: 'an unknown state',
      request: async () => ({ query: 'state=done' }),
      status: 400,
      code: 'validation-failed',
      fields: ['query.state'],
    },
    {
      name: 'an unknown cursor',
      request: async () => ({ query: 'cursor=x' }),
      status: 400,
      code: 'validation-failed',
      fields: ['query.cursor'],
    },
    {
      name: 'a cursor with NUL',
      request: async () => ({ query: 'cursor=%00' }),
      status: 400,
      code: 'validation-failed',
      fields: ['query.cursor'],
    },
  ],
  getGeneration: [
    {
      name: 'success',
      request: async () => ({ params: { id: await submit(busy) } }),
      status: 200,
      shape: { state: 'queued' },
      events: ['generation.queued'],
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    {
      name: 'somebody else’s',
      request: async () => ({ params: { id: theirs.generation } }),
      status: 404,
      code: 'not-found',
    },
  ],
  cancelGeneration: [
    {
      name: 'success',
      request: async () => ({ params: { id: await submit(busy) } }),
      status: 202,
      shape: { state: 'cancelled' },
      events: ['generation.queued', 'generation.finished'],
    },
    {
      name: 'with an empty JSON body',
      request: async () => ({ params: { id: await submit(busy) }, headers: { 'content-type': 'application/json' } }),
      status: 202,
      shape: { state: 'cancelled' },
      events: ['generation.queued', 'generation.finished'],
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    {
      name: 'somebody else’s',
      request: async () => ({ params: { id: theirs.generation } }),
      status: 404,
      code: 'not-found',
    },
  ],
  retryGeneration: [
    {
      name: 'success',
      request: async () => ({ params: { id: await submit(busy) } }),
      status: 202,
      shape: { state: 'queued', parentId: expect.any(String) },
      events: ['generation.queued', 'generation.queued'],
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    {
      name: 'somebody else’s',
      request: async () => ({ params: { id: theirs.generation } }),
      status: 404,
      code: 'not-found',
    },
  ],
  generateImages: [
    {
      name: 'success',
      request: async () => ({
        body: {
          prompt: 'a fox',
          profileId: idle,
          tags: [{ tagType: 'CHAT', tagId: '1' }],
          options: { n: 2, quality: 'hd', style: 'vivid' },
        },
      }),
      status: 200,
      shape: {
        data: [{ mimeType: 'image/png', tags: [{ tagType: 'CHAT', tagId: '1' }] }, {}],
        metadata: { prompt: 'a fox', provider: 'PAINT', model: 'single', count: 2 },
      },
      events: 'any',
    },
    {
      name: 'no prompt',
      request: async () => ({ body: { profileId: idle } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.prompt'],
      shape: { error: 'Validation error', details: [{ path: ['prompt'] }] },
    },
    {
      name: 'a prompt of 4001 characters',
      request: async () => ({ body: { prompt: 'x'.repeat(4001), profileId: idle } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.prompt'],
    },
    {
      name: 'a label as tag',
      request: async () => ({ body: { prompt: 'a', profileId: idle, tags: [{ tagType: 'LABEL', tagId: 'x' }] } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.tags.0.tagType'],
    },
    {
      name: 'absent',
      request: async () => ({ body: { prompt: 'a', profileId: newId() } }),
      status: 404,
      code: 'not-found',
      shape: { error: 'Connection profile not found' },
    },
    {
      name: 'somebody else’s',
      request: async () => ({ body: { prompt: 'a', profileId: theirs.connection } }),
      status: 404,
      code: 'not-found',
      shape: { error: 'Connection profile not found' },
    },
    {
      name: 'a text model',
      request: async () => ({
        body: {
          prompt: 'a',
          profileId: await connect(server.pipeline.userId, `Text ${newId()}`, {
            provider: 'ollama',
            baseUrl: ollama.baseUrl,
          }),
        },
      }),
      status: 400,
      code: 'unsupported-option',
      shape: { error: 'OLLAMA provider does not support image generation' },
      events: ['connections.changed'],
    },
    {
      name: 'an engine that fails',
      request: async () => {
        engine.onDraws((reply) => reply.json(400, { error: 'the brush is broken' }), draws)
        return { body: { prompt: 'a', profileId: idle } }
      },
      status: 500,
      code: 'provider-failed',
      shape: { error: 'Failed to generate images', details: expect.stringContaining('the brush is broken') },
      events: 'any',
    },
  ],
  listImages: [
    {
      name: 'success',
      request: async () => ({
        query: `tagType=LABEL&tagId=${encodeURIComponent((await server.addImage({ tags: [{ tagType: 'LABEL', tagId: 'list me' }] })) && 'list me')}`,
      }),
      status: 200,
      shape: { data: [{ tags: [{ tagType: 'LABEL', tagId: 'list me' }] }], nextCursor: null },
      events: ['image.added'],
    },
    { name: 'the trash', request: async () => ({ query: 'trash=true' }), status: 200, shape: { data: [] } },
    {
      name: 'an unknown source',
      request: async () => ({ query: 'source=stolen' }),
      status: 400,
      code: 'validation-failed',
      fields: ['query.source'],
    },
    {
      name: 'trash neither true nor false',
      request: async () => ({ query: 'trash=perhaps' }),
      status: 400,
      code: 'validation-failed',
      fields: ['query.trash'],
    },
    {
      name: 'an unknown cursor',
      request: async () => ({ query: 'cursor=x' }),
      status: 400,
      code: 'validation-failed',
      fields: ['query.cursor'],
    },
    { name: 'NUL in a tag', request: async () => ({ query: 'tagId=%00' }), status: 200, shape: { data: [] } },
    {
      name: 'percent-encoding that is none',
      request: async () => ({ query: 'tagId=%ZZ&tagType=LABEL' }),
      status: 200,
      shape: { data: [] },
    },
  ],
  getImage: [
    {
      name: 'success',
      request: async () => ({ params: { id: await image() } }),
      status: 200,
      shape: { data: { mimeType: 'image/png', damage: null } },
      events: ['image.added'],
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    {
      name: 'somebody else’s',
      request: async () => ({ params: { id: theirs.image } }),
      status: 404,
      code: 'not-found',
    },
  ],
  deleteImage: [
    {
      name: 'success',
      request: async () => ({ params: { id: await image() } }),
      status: 204,
      events: ['image.added', 'image.deleted'],
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    {
      name: 'somebody else’s',
      request: async () => ({ params: { id: theirs.image } }),
      status: 404,
      code: 'not-found',
    },
  ],
  restoreImage: [
    {
      name: 'success',
      request: async () => {
        const id = await image()
        await server.process.images.remove(server.pipeline.userId, id)
        return { params: { id } }
      },
      status: 200,
      shape: { data: { deletedAt: null } },
      events: ['image.added', 'image.deleted', 'image.restored'],
    },
    {
      name: 'what is not in the trash',
      request: async () => ({ params: { id: await image() } }),
      status: 404,
      code: 'not-found',
      events: ['image.added'],
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    {
      name: 'somebody else’s',
      request: async () => ({ params: { id: theirs.image } }),
      status: 404,
      code: 'not-found',
    },
  ],
  listProviders: [
    {
      name: 'success',
      request: async () => ({}),
      status: 200,
      shape: {
        data: expect.arrayContaining([
          expect.objectContaining({
            id: 'openai',
            key: 'required',
            settings: expect.objectContaining({ type: 'object' }),
          }),
        ]),
      },
    },
  ],
  listConnections: [
    {
      name: 'success',
      request: async () => ({}),
      status: 200,
      shape: {
        data: expect.arrayContaining([
          expect.objectContaining({ name: 'Idle', hasKey: true, keyHint: '6789', isDefault: true }),
        ]),
      },
    },
  ],
  createConnection: [
    {
      name: 'success',
      request: async () => ({ body: { name: `New ${newId()}`, provider: 'paint', baseUrl: engine.baseUrl, key } }),
      status: 201,
      shape: { data: { hasKey: true, keyHint: '6789', provider: 'paint' } },
      events: ['connections.changed'],
    },
    {
      name: 'a name that is taken',
      request: async () => ({ body: { name: 'IDLE', provider: 'paint', baseUrl: engine.baseUrl } }),
      status: 409,
      code: 'conflict',
    },
    {
      name: 'no such provider',
      request: async () => ({ body: { name: 'x', provider: 'nonesuch' } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.provider'],
    },
    {
      name: 'no address',
      request: async () => ({ body: { name: 'x', provider: 'paint', baseUrl: 'javascript:alert(1)' } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.baseUrl'],
    },
    {
      name: 'a key with a line break',
      request: async () => ({ body: { name: 'x', provider: 'paint', baseUrl: engine.baseUrl, key: 'a\r\nb' } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.key'],
    },
  ],
  updateConnection: [
    {
      name: 'success',
      request: async () => ({
        params: { id: await connect(server.pipeline.userId, `Old ${newId()}`) },
        body: { concurrency: 3, key: '' },
      }),
      status: 200,
      shape: { data: { concurrency: 3, hasKey: false } },
      events: ['connections.changed', 'connections.changed'],
    },
    {
      name: 'a field that is not valid',
      request: async () => ({ params: { id: idle }, body: { concurrency: 0 } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.concurrency'],
    },
    { name: 'absent', request: async () => ({ params: { id: newId() }, body: {} }), status: 404, code: 'not-found' },
    {
      name: 'somebody else’s',
      request: async () => ({ params: { id: theirs.connection }, body: { name: 'Mine' } }),
      status: 404,
      code: 'not-found',
    },
  ],
  deleteConnection: [
    {
      name: 'success',
      request: async () => ({ params: { id: await connect(server.pipeline.userId, `Gone ${newId()}`) } }),
      status: 204,
      events: ['connections.changed', 'connections.changed'],
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    {
      name: 'somebody else’s',
      request: async () => ({ params: { id: theirs.connection } }),
      status: 404,
      code: 'not-found',
    },
  ],
  testConnection: [
    {
      name: 'success',
      request: async () => ({ params: { id: idle } }),
      status: 200,
      shape: { data: { ok: true, models: 3 } },
    },
    {
      name: 'an engine without picture models',
      request: async () => ({
        params: {
          id: await connect(server.pipeline.userId, `Words ${newId()}`, {
            provider: 'ollama',
            baseUrl: ollama.baseUrl,
          }),
        },
      }),
      status: 200,
      shape: { data: { ok: false, models: null } },
      events: ['connections.changed'],
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    {
      name: 'somebody else’s',
      request: async () => ({ params: { id: theirs.connection } }),
      status: 404,
      code: 'not-found',
    },
  ],
  listModels: [
    {
      name: 'success',
      request: async () => ({ params: { id: idle }, query: 'refresh=true' }),
      status: 200,
      shape: { data: [{ id: 'single' }, { id: 'batch' }, { id: 'seedless' }] },
    },
    {
      name: 'an engine that is away',
      request: async () => ({
        params: {
          id: await connect(server.pipeline.userId, `Away ${newId()}`, {
            provider: 'ollama',
            baseUrl: 'http://127.0.0.1:9',
          }),
        },
      }),
      status: 502,
      code: 'provider-failed',
      events: ['connections.changed'],
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    {
      name: 'somebody else’s',
      request: async () => ({ params: { id: theirs.connection } }),
      status: 404,
      code: 'not-found',
    },
  ],
  listProfiles: [
    {
      name: 'success',
      request: async () => ({}),
      status: 200,
      shape: {
        profiles: expect.arrayContaining([
          { id: expect.any(String), name: 'Idle', provider: 'PAINT', modelName: null },
        ]),
      },
    },
    {
      name: 'those that draw, with a model',
      request: async () => ({ query: 'imageCapable=true' }),
      status: 200,
      shape: {
        profiles: expect.arrayContaining([
          { id: expect.any(String), name: 'Idle', provider: 'PAINT', modelName: 'single' },
        ]),
      },
    },
    {
      name: 'neither true nor false',
      request: async () => ({ query: 'imageCapable=maybe' }),
      status: 400,
      code: 'validation-failed',
      fields: ['query.imageCapable'],
    },
  ],
}

async function newestEvent(): Promise<number> {
  const row = await server.pipeline.db.selectFrom('events').select('seq').orderBy('seq', 'desc').executeTakeFirst()
  return row?.seq ?? 0
}

/** Types of what was told since, but for thumbnails, which are made when there is time. */
async function eventsAfter(seq: number): Promise<string[]> {
  const rows = await server.pipeline.db
    .selectFrom('events')
    .select('event')
    .where('seq', '>', seq)
    .orderBy('seq')
    .execute()
  const types = rows.map(({ event }) => (event as EaselEvent).type) // oxlint-disable-line typescript/consistent-type-assertions -- what was appended
  return types.filter((type) => type !== 'image.changed')
}

function checkForm(route: Route, answer: Answer, { status, code, fields }: Scenario): void {
  expect(answer.status, answer.text).toBe(status)
  if (status === 204) {
    expect(answer.text).toBe('')
    return
  }
  if (status < 400) {
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
    const schema = present(route.response, 'response schema')
    expect(schema.parse(answer.json()), 'nothing but what the contract promises').toEqual(answer.json())
    return
  }
  expect(answer.headers['content-type']).toBe('application/problem+json')
  const problem = Problem.parse(answer.json())
  expect(problem).toMatchObject({ status, code })
  expect(problem.detail.length).toBeGreaterThan(5)
  expect(problem.fields?.map(({ field }) => field)).toEqual(fields)
}

describe.each(Object.entries(table))('%s', (name, scenarios) => {
  const route: Route = present(Object.entries(routes).find(([key]) => key === name)?.[1], name)

  it.each(scenarios)('$name', async (scenario) => {
    const before = await newestEvent()
    const { params = {}, query, body, headers } = await scenario.request()
    const path = fillPath(route.path, params) + (query === undefined ? '' : `?${query}`)
    const answer = await server.ask({ method: route.method, path, body, ...(headers === undefined ? {} : { headers }) })
    checkForm(route, answer, scenario)
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
    expect(answer.text).not.toContain(key)
    if (scenario.shape !== undefined) expect(answer.json()).toMatchObject(scenario.shape)
    if (scenario.events !== 'any') expect(await eventsAfter(before)).toEqual(scenario.events ?? [])
  })
})

describe('the table', () => {
  it.each(Object.entries<Route>(routes))('has what %s needs', (name, route) => {
    const scenarios = present(Object.entries(table).find(([key]) => key === name)?.[1], `a row for ${name}`)
    const names = scenarios.map((scenario) => scenario.name)
    expect(names).toContain('success')
    if (route.params !== undefined) expect(names).toEqual(expect.arrayContaining(['absent', 'somebody else’s']))
    if (route.query !== undefined || route.body !== undefined || route.params !== undefined) {
      expect(
        scenarios.some(({ fields }) => fields !== undefined),
        'bad input that names its field',
      ).toBe(true)
    }
  })
})

describe('every route with a body', () => {
  const withBody = Object.entries<Route>(routes).filter(([, { body }]) => body !== undefined)
  const json = { 'content-type': 'application/json' }
  let paths: Record<string, string>
  beforeEach(() => {
    paths = Object.fromEntries(withBody.map(([name, { path }]) => [name, fillPath(path, { id: idle })]))
  })
  const deep = '['.repeat(100_000) + ']'.repeat(100_000)

  const cases: readonly (readonly [string, string | Uint8Array, Record<string, string>, number, string])[] = [
    ['broken JSON', '{"prompt": ', json, 400, 'bad-request'],
    ['a second document', '{} {}', json, 400, 'bad-request'],
    ['a prototype', '{"__proto__": {"n": 1}}', json, 400, 'bad-request'],
    ['a constructor’s prototype', '{"constructor": {"prototype": {"n": 1}}}', json, 400, 'bad-request'],
    ['NUL', '{"prompt": "a\\u0000", "name": "a\\u0000", "options": {"x": "\\u0000"}}', json, 400, 'validation-failed'],
    [
      'NUL deep inside',
      '{"prompt": "a", "name": "a", "settings": {"x": ["\\u0000"]}, "options": {"x": [{"y": "\\u0000"}]}}',
      json,
      400,
      'validation-failed',
    ],
    ['half a character', '{"prompt": "\\ud800", "name": "\\ud800"}', json, 400, 'validation-failed'],
    [
      'half a character as a name',
      '{"options": {"\\udfff": 1}, "settings": {"\\udfff": 1}}',
      json,
      400,
      'validation-failed',
    ],
    [
      'numbers beyond all',
      '{"prompt": "a", "seed": 1e400, "concurrency": 1e400, "options": {"n": 1e400}, "profileId": 1e400}',
      json,
      400,
      'validation-failed',
    ],
    ['a hundred thousand levels', deep, json, 400, 'bad-request'],
    [
      'a hundred thousand levels in an option',
      `{"prompt": "a", "name": "a", "settings": {"x": ${deep}}, "options": {"x": ${deep}}}`,
      json,
      400,
      'bad-request',
    ],
    ['2 MB and more', `{"prompt": "${'x'.repeat(2.1 * 1024 * 1024)}"}`, json, 413, 'too-large'],
    ['text', 'prompt=a', { 'content-type': 'text/plain' }, 415, 'unsupported-media-type'],
    ['a form', 'prompt=a', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported-media-type'],
    ['no content type', '{"prompt": "a"}', {}, 415, 'unsupported-media-type'],
    ['a content type that is none', '{}', { 'content-type': ';;;' }, 415, 'unsupported-media-type'],
    ['bytes that are no UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), json, 400, 'bad-request'],
  ]

  it.each(cases)('refuses %s', async (_, body, headers, status, code) => {
    const before = await newestEvent()
    for (const [name, route] of withBody) {
      const answer = await server.ask({ method: route.method, path: present(paths[name], name), body, headers })
      expect(answer.status, `${name}: ${answer.text}`).toBe(status)
      expect(answer.headers['content-type']).toContain('application/problem+json')
      expect(answer.json()).toMatchObject({ status, code, error: expect.any(String) })
    }
    expect(await eventsAfter(before)).toEqual([])
  })

  it('takes unicode as it is', async () => {
    const prompt = 'Füchse 🦊 狐 \u202e rtl \u200b'
    const answer = await server.ask({ method: 'POST', path: '/api/generations', body: { prompt, connectionId: busy } })
    expect(answer.json()).toMatchObject({ request: { prompt }, resolvedPrompt: prompt })
  })
})

it('the same Idempotency-Key twenty times at once is one generation', async () => {
  const headers = { 'idempotency-key': 'twenty' }
  const question = { method: 'POST', path: '/api/generations', headers, body: { prompt: 'a', connectionId: busy } }
  const answers = await Promise.all(Array.from({ length: 20 }, () => server.ask(question)))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
  const ids = answers.map((answer) => routes.createGeneration.response.parse(answer.json()).id)
  expect(new Set(ids).size).toBe(1)
})
