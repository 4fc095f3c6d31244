import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { GenerationRequest } from '@easel/contract'
import { newId } from '#base/ids.ts'
import type { EaselError } from '#base/errors.ts'
import { startFakeOllama, type FakeOllama } from '#providers/ollama/fake-ollama.ts'
import { startFakeOpenAi, type FakeOpenAi } from '#providers/openai/fake-openai.ts'
import { openPipeline, type Pipeline, type Process } from './testing/open.ts'
import { startPaintEngine, type PaintEngine } from './testing/paint.ts'

let pipeline: Pipeline
let process: Process
let engine: PaintEngine
let ollama: FakeOllama
let openai: FakeOpenAi
let user: string
let connectionId: string

beforeAll(async () => {
  ollama = await startFakeOllama()
  openai = await startFakeOpenAi()
  engine = await startPaintEngine()
  pipeline = await openPipeline()
  process = await pipeline.startProcess()
  user = pipeline.userId
  connectionId = (await process.connections.create(user, { name: 'Paint', provider: 'paint', baseUrl: engine.baseUrl }))
    .id
})
afterAll(async () => {
  await pipeline.checkInvariants()
  await pipeline.close()
  await Promise.all([engine.close(), ollama.close(), openai.close()])
})

const easel = { origin: 'easel' } as const

async function refusal(request: GenerationRequest, userId = user, from = process): Promise<EaselError> {
  const thrown: unknown = await from.generations.submit(userId, request, easel).then(
    () => 'it was taken',
    (error: unknown) => error,
  )
  expect(thrown).toBeInstanceOf(Error)
  return thrown as EaselError // oxlint-disable-line typescript/consistent-type-assertions -- the caller looks at it
}

async function countOf(table: 'generations' | 'generation_calls' | 'images'): Promise<number> {
  const { count } = await pipeline.db
    .selectFrom(table)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}

describe('over real protocols', () => {
  it('draws with Ollama, step by step', async () => {
    ollama.behave({ steps: 4, stepDelayMs: 150 })
    const { id } = await process.connections.create(user, {
      name: 'Ollama',
      provider: 'ollama',
      baseUrl: ollama.baseUrl,
    })
    const told: number[] = []
    const stop = await process.events.subscribe(user, null, ({ event }) => {
      if (event.type === 'generation.progress') told.push(event.completed)
    })
    const done = await pipeline.run(process, {
      prompt: 'a fox',
      connectionId: id,
      size: '100x70',
      steps: 4,
      seed: 5_000_000_000,
    })
    stop()
    expect(done).toMatchObject({ state: 'succeeded', width: 96, height: 64, provider: 'ollama', seed: 5_000_000_000 })
    expect(done.adjustments).toMatchObject([{ field: 'size', asked: '100x70', used: '96x64' }])
    expect(done.images[0]).toMatchObject({ width: 96, height: 64, mimeType: 'image/png', seed: 5_000_000_000 })
    expect(told.length).toBeGreaterThan(1)
    const sent = ollama.requests.find(({ path }) => path === '/api/generate')?.json()
    expect(sent).toMatchObject({ width: 96, height: 64, options: { seed: 5_000_000_000 % 2 ** 32 } })
  })

  it('draws with OpenAI, ten at a call, and counts the cost', async () => {
    const { id } = await process.connections.create(user, {
      name: 'OpenAI',
      provider: 'openai',
      baseUrl: openai.apiUrl,
      key: 'sk-secret-0123456789abcdef',
    })
    openai.behave({ revisedPrompt: 'a red fox' })
    const done = await pipeline.run(process, {
      prompt: 'a fox',
      connectionId: id,
      n: 3,
      quality: 'hd',
      negativePrompt: 'cats',
    })
    expect(done).toMatchObject({ state: 'succeeded', revisedPrompt: 'a red fox', cost: { currency: 'USD' } })
    expect(done.images).toHaveLength(3)
    expect(done.adjustments.map(({ field, used }) => [field, used])).toEqual([
      ['quality', 'high'],
      ['negativePrompt', null],
    ])
    expect(openai.calls()).toBe(1)
    openai.behave({ failure: 'blocked' })
    const blocked = await pipeline.run(process, { prompt: 'a fox', connectionId: id })
    expect(blocked).toMatchObject({ state: 'failed', error: { kind: 'content-rejected', retryable: false } })
    openai.behave({ failure: 'unauthorized' })
    const refused = await pipeline.run(process, { prompt: 'a fox', connectionId: id })
    expect(refused.error?.kind).toBe('auth')
    expect(JSON.stringify([done, blocked, refused]) + pipeline.lines.join('\n')).not.toContain('sk-secret')
  })
})

describe('GN10: what a model lacks', () => {
  it('is mapped or dropped, and listed', async () => {
    const done = await pipeline.run(process, {
      prompt: 'a',
      connectionId,
      steps: 500,
      guidance: 7,
      style: 'vivid',
      size: '1000x1000',
    })
    expect(done.adjustments.map(({ field, asked, used }) => [field, asked, used])).toEqual([
      ['size', '1000x1000', '64x64'],
      ['steps', 500, 50],
      ['guidance', 7, null],
      ['style', 'vivid', null],
    ])
    expect(engine.asked.at(-1)).toMatchObject({ width: 64, height: 64, steps: 50 })
    expect(done.request).toMatchObject({ steps: 500, guidance: 7, size: '1000x1000' })
  })

  it('is refused by strict, with every field', async () => {
    const error = await refusal({ prompt: 'a', connectionId, steps: 500, guidance: 7, strict: true })
    expect(error.code).toBe('unsupported-option')
    expect(error.fields.map(({ field }) => field)).toEqual(['body.steps', 'body.guidance'])
  })

  it.each([
    ['an unknown model', { model: 'nonesuch' }, 'unknown-model'],
    ['somebody else’s or no connection', { connectionId: newId() }, 'not-found'],
    ['an option that is not valid', { options: { shine: 'very' } }, 'validation-failed'],
    ['a parent that is not there', { parentId: newId() }, 'validation-failed'],
    ['a source that is not there', { sources: [newId()] }, 'validation-failed'],
    ['a mask without a source', { mask: newId() }, 'validation-failed'],
  ])('is refused before anything is kept: %s', async (_, more, code) => {
    const before = await countOf('generations')
    const asked = engine.asked.length
    expect((await refusal({ prompt: 'a', connectionId, ...more })).code).toBe(code)
    expect(await countOf('generations')).toBe(before)
    expect(engine.asked).toHaveLength(asked)
  })

  it('lists options that the engine does not know', async () => {
    const done = await pipeline.run(process, { prompt: 'a', connectionId, options: { shine: 3, gloss: 'high' } })
    expect(done.adjustments).toMatchObject([{ field: 'options.gloss', asked: 'high', used: null }])
    expect(done.images[0]?.parameters).toMatchObject({ shine: 3 })
  })
})

describe('GN10: sources and masks', () => {
  let source: string
  beforeEach(async () => {
    source = (await pipeline.run(process, { prompt: 'a source', connectionId })).images[0]?.id ?? ''
  })

  it('reach the engine, and the picture says where it comes from', async () => {
    const done = await pipeline.run(process, { prompt: 'a', connectionId, sources: [source], mask: source })
    expect(engine.asked.at(-1)).toMatchObject({ sources: [expect.any(Number)], mask: expect.any(Number) })
    expect(done.images[0]).toMatchObject({ parentId: source, parameters: { sources: [source], mask: source } })
  })

  it('are refused when they are somebody else’s', async () => {
    const other = await pipeline.addUser()
    const { id } = await process.connections.create(other, {
      name: 'Paint',
      provider: 'paint',
      baseUrl: engine.baseUrl,
    })
    const error = await refusal({ prompt: 'a', connectionId: id, sources: [source] }, other)
    expect(error).toMatchObject({ code: 'validation-failed', fields: [{ field: 'body.sources' }] })
  })

  it('are refused when they are in the trash', async () => {
    await process.images.remove(user, source)
    expect(await refusal({ prompt: 'a', connectionId, sources: [source] })).toMatchObject({
      fields: [{ field: 'body.sources' }],
    })
  })

  it('are refused when they are damaged', async () => {
    await pipeline.db.updateTable('images').set({ damage: 'The file is missing.' }).where('id', '=', source).execute()
    const error = await refusal({ prompt: 'a', connectionId, sources: [source] })
    expect(error).toMatchObject({ code: 'validation-failed', fields: [{ field: 'body.sources' }] })
    expect(error.message).toContain('The file is missing.')
  })

  it('are refused when there are too many, or the mask is of another size', async () => {
    expect((await refusal({ prompt: 'a', connectionId, sources: [source, source, source] })).code).toBe(
      'unsupported-option',
    )
    const large = (await pipeline.run(process, { prompt: 'a', connectionId, size: '64x64' })).images[0]?.id ?? ''
    const error = await refusal({ prompt: 'a', connectionId, sources: [source], mask: large })
    expect(error).toMatchObject({ fields: [{ field: 'body.mask' }] })
  })

  it('fail the generation in words when they vanish before its turn', async () => {
    const other = await pipeline.startProcess({ works: false })
    await process.stop()
    const { id } = await other.generations.submit(user, { prompt: 'a', connectionId, sources: [source] }, easel)
    await pipeline.db.updateTable('images').set({ damage: 'gone' }).where('id', '=', source).execute()
    process = await pipeline.startProcess()
    const done = await pipeline.until(process, id, 'failed')
    expect(done.error).toMatchObject({ kind: 'bad-request', retryable: false })
  })
})

describe('GN9: the same Idempotency-Key', () => {
  it('gives the same generation, also twenty at once, and draws once', async () => {
    const asked = engine.asked.length
    const request = { prompt: 'once', connectionId }
    const options = { origin: 'easel', idempotencyKey: newId() } as const
    const all = await Promise.all(Array.from({ length: 20 }, () => process.generations.submit(user, request, options)))
    expect(new Set(all.map(({ id }) => id)).size).toBe(1)
    await process.generations.wait(user, all[0]?.id ?? '', AbortSignal.timeout(10_000))
    expect(engine.asked).toHaveLength(asked + 1)
    const again = await process.generations.submit(user, { connectionId, prompt: 'once' }, options)
    expect(again).toMatchObject({ id: all[0]?.id, state: 'succeeded' })
  })

  it('with another request is refused, and is another key for another user', async () => {
    const options = { origin: 'easel', idempotencyKey: 'key' } as const
    const first = await process.generations.submit(user, { prompt: 'a', connectionId }, options)
    const submit = (userId: string, id: string, prompt: string) =>
      process.generations.submit(userId, { prompt, connectionId: id }, options)
    await expect(submit(user, connectionId, 'b')).rejects.toMatchObject({ code: 'idempotency-mismatch' })
    const other = await pipeline.addUser()
    const { id } = await process.connections.create(other, { name: 'P', provider: 'paint', baseUrl: engine.baseUrl })
    const theirs = await submit(other, id, 'b')
    expect(theirs.id).not.toBe(first.id)
    await process.generations.wait(other, theirs.id, AbortSignal.timeout(10_000))
  })

  it('counts after a restart, and while the disk is full', async () => {
    const options = { origin: 'easel', idempotencyKey: 'kept' } as const
    const first = await pipeline.run(process, { prompt: 'a', connectionId }, options)
    const next = await pipeline.startProcess({ works: false, minFreeBytes: Number.MAX_SAFE_INTEGER })
    expect(await next.generations.submit(user, { prompt: 'a', connectionId }, options)).toMatchObject({ id: first.id })
    await next.stop()
  })
})

it('GN16: while the disk is nearly full new work is refused and accepted work goes on', async () => {
  await process.stop()
  const idle = await pipeline.startProcess({ works: false })
  const accepted = await idle.generations.submit(user, { prompt: 'a', connectionId }, easel)
  const full = await pipeline.startProcess({ minFreeBytes: Number.MAX_SAFE_INTEGER })
  expect((await refusal({ prompt: 'a', connectionId }, user, full)).code).toBe('disk-full')
  await pipeline.until(full, accepted.id, 'succeeded')
  await Promise.all([idle.stop(), full.stop()])
  process = await pipeline.startProcess()
})

it('fails what waits for a connection that was removed', async () => {
  await process.stop()
  const idle = await pipeline.startProcess({ works: false })
  const { id } = await idle.connections.create(user, {
    name: 'Short-lived',
    provider: 'paint',
    baseUrl: engine.baseUrl,
  })
  const waiting = await idle.generations.submit(user, { prompt: 'a', connectionId: id, n: 2 }, easel)
  await idle.connections.remove(user, id)
  process = await pipeline.startProcess()
  const done = await pipeline.until(process, waiting.id, 'failed')
  expect(done.error).toMatchObject({ kind: 'not-found', retryable: false })
  expect(done).toMatchObject({ connectionId: id, connectionName: 'Short-lived' })
})

describe('GN14: retrying', () => {
  it('makes a child with the same request', async () => {
    const tags = [{ tagType: 'THEME', tagId: 'dark' }] as const
    const first = await pipeline.run(process, { prompt: 'a', connectionId, steps: 7, tags: [...tags] })
    const { id } = await process.generations.retry(user, first.id)
    const again = await process.generations.wait(user, id, AbortSignal.timeout(10_000))
    expect(again).toMatchObject({
      parentId: first.id,
      state: 'succeeded',
      request: first.request,
      tags,
      model: first.model,
    })
    expect(again.id).not.toBe(first.id)
    expect((await process.generations.get(user, first.id)).images).toHaveLength(1)
  })

  it('is nobody else’s business', async () => {
    const first = await pipeline.run(process, { prompt: 'a', connectionId })
    await expect(process.generations.retry(await pipeline.addUser(), first.id)).rejects.toMatchObject({
      code: 'not-found',
    })
  })
})

describe('GN13: waiting', () => {
  it('ends at once for what has ended, and when nobody waits any more', async () => {
    const done = await pipeline.run(process, { prompt: 'a', connectionId })
    // Without the pictures: one's placeholder may follow meanwhile.
    const { images: _images, ...ended } = done
    expect(await process.generations.wait(user, done.id, new AbortController().signal)).toMatchObject(ended)
    engine.onDraw(() => {})
    const { id } = await process.generations.submit(user, { prompt: 'a', connectionId }, easel)
    await pipeline.until(process, id, 'running')
    const leave = new AbortController()
    const waiting = process.generations.wait(user, id, leave.signal)
    leave.abort()
    expect((await waiting).state).toBe('running')
    expect((await process.generations.wait(user, id, leave.signal)).state).toBe('running')
    await process.generations.cancel(user, id)
    await pipeline.until(process, id, 'cancelled')
    await expect(process.generations.wait(await pipeline.addUser(), id, leave.signal)).rejects.toMatchObject({
      code: 'not-found',
    })
  })
})

describe('lists', () => {
  it('come in pages that nothing new moves, newest first', async () => {
    const other = await pipeline.addUser()
    const { id: theirs } = await process.connections.create(other, {
      name: 'P',
      provider: 'paint',
      baseUrl: engine.baseUrl,
    })
    const idle = await pipeline.startProcess({ works: false })
    await process.stop()
    const ids: string[] = []
    const add = async () =>
      ids.unshift((await idle.generations.submit(other, { prompt: 'a', connectionId: theirs }, easel)).id)
    for (let made = 0; made < 5; made++) await add()
    const first = await idle.generations.list(other, { limit: 2 })
    await add()
    const second = await idle.generations.list(other, { limit: 2, cursor: first.nextCursor ?? '' })
    const third = await idle.generations.list(other, { limit: 2, cursor: second.nextCursor ?? '' })
    expect([...first.data, ...second.data, ...third.data].map(({ id }) => id)).toEqual(ids.slice(1))
    expect(third.nextCursor).toBeNull()
    expect(first.data.map(({ place }) => place)).toEqual([5, 4])
    expect((await idle.generations.list(other, { limit: 50, state: 'active' })).data).toHaveLength(6)
    expect((await idle.generations.list(other, { limit: 50, state: 'succeeded' })).data).toEqual([])
    await expect(idle.generations.list(other, { limit: 2, cursor: 'x' })).rejects.toMatchObject({
      code: 'validation-failed',
    })
    for (const id of ids) await idle.generations.cancel(other, id)
    process = await pipeline.startProcess()
  })
})
