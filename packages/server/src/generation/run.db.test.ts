import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '#base/ids.ts'
import { readMetadata } from '#media/read-metadata.ts'
import { openPipeline, type Pipeline, type Process } from './testing/open.ts'
import { draws, picturesFor, stalls, startPaintEngine, type PaintEngine, type Turn } from './testing/paint.ts'

let pipeline: Pipeline
let process: Process
let engine: PaintEngine
let connectionId: string

beforeAll(async () => {
  pipeline = await openPipeline()
  process = await pipeline.startProcess()
})
afterAll(() => pipeline.close())

beforeEach(async () => {
  engine = await startPaintEngine()
  const connection = await process.connections.create(pipeline.userId, {
    // Not by its address: ports come back.
    name: `Paint ${newId()}`,
    provider: 'paint',
    baseUrl: engine.baseUrl,
    key: 'sk-never-seen-0123456789',
  })
  connectionId = connection.id
})
afterEach(async () => {
  await engine.close()
  await pipeline.checkInvariants()
})

const broken =
  (base64: (picture: Buffer) => Uint8Array | string): Turn =>
  (reply, asked) =>
    reply.json(200, {
      images: picturesFor(asked).map((image) => Buffer.from(base64(Buffer.from(image, 'base64'))).toString('base64')),
    })

describe('what an engine brings', () => {
  it('GN2, GN12: stores every picture with its seed, its story and its file', async () => {
    const done = await pipeline.run(process, {
      prompt: 'a fox',
      connectionId,
      n: 3,
      seed: 98,
      tags: [{ tagType: 'LABEL', tagId: 'x' }],
    })
    expect(done).toMatchObject({ state: 'succeeded', error: null, seed: 98, place: null })
    expect(done.images.map(({ seed }) => seed)).toEqual([98, 99, 100])
    expect(engine.asked.map(({ seed }) => seed)).toEqual([98, 99, 0])
    for (const image of done.images) {
      const bytes = await pipeline.files.read(image.filepath)
      expect(bytes?.length).toBe(image.size)
      const { parameters, digitalSourceType } = readMetadata(bytes ?? new Uint8Array())
      expect(parameters).toContain('a fox')
      expect(parameters).toContain(`Seed: ${image.seed}`)
      expect(digitalSourceType).toContain('trainedAlgorithmicMedia')
      expect(image).toMatchObject({
        source: 'generated',
        generationId: done.id,
        tags: [{ tagType: 'LABEL', tagId: 'x' }],
      })
    }
    expect(await pipeline.eventsOf(done.id)).toEqual([
      'generation.queued',
      'generation.running',
      'image.added',
      'image.added',
      'image.added',
      'generation.finished succeeded',
    ])
  })

  it('GN12: counts seeds exactly at the end of what a number can hold', async () => {
    const seed = Number.MAX_SAFE_INTEGER
    const done = await pipeline.run(process, { prompt: 'a', connectionId, n: 2, seed })
    expect(done.images.map((image) => image.seed)).toEqual([seed, 0])
    expect(engine.asked.map((asked) => asked.seed)).toEqual([
      Number(BigInt(seed) % 100n),
      Number((BigInt(seed) + 1n) % 100n),
    ])
  })

  it('GN12: asks for no seed of a model that takes none', async () => {
    const done = await pipeline.run(process, { prompt: 'a', connectionId, model: 'seedless', seed: 7 })
    expect(engine.asked[0]?.seed).toBeUndefined()
    expect(done).toMatchObject({ seed: null, adjustments: [{ field: 'seed', asked: 7, used: null }] })
  })

  it('adds up the cost of all calls and keeps the revised prompt', async () => {
    engine.onDraw((reply, asked) =>
      reply.json(200, { images: picturesFor(asked), cost: 0.25, revised: 'a better fox' }),
    )
    const done = await pipeline.run(process, { prompt: 'a fox', connectionId, n: 2 })
    expect(done).toMatchObject({ cost: { amount: 0.5, currency: 'USD' }, revisedPrompt: 'a better fox' })
    expect(done.images[0]).toMatchObject({ revisedPrompt: 'a better fox', generationPrompt: 'a fox' })
  })

  it.each([
    ['an unpaired surrogate and a NUL', 'a \ud83d and a \u0000', 'a \ufffd and a '],
    ['emoji', '🦊', '🦊'],
  ])('keeps a picture whose words PostgreSQL could not hold: %s', async (_, revised, kept) => {
    engine.onDraw((reply, asked) => reply.json(200, { images: picturesFor(asked), revised }))
    const done = await pipeline.run(process, { prompt: 'a', connectionId })
    expect(done).toMatchObject({ state: 'succeeded', revisedPrompt: kept })
    expect(done.images[0]?.revisedPrompt).toBe(kept)
  })

  it('GN7: succeeds with what is there and says what is missing', async () => {
    const fail: Turn = (reply) => reply.json(500, { error: 'out of paint' })
    engine.onDraws(draws, fail, draws, fail)
    const done = await pipeline.run(process, { prompt: 'a', connectionId, n: 4 })
    expect(done).toMatchObject({ state: 'succeeded', error: { kind: 'unavailable', engineStatus: 500 } })
    expect(done.error?.message).toContain('out of paint')
    expect(done.images).toHaveLength(2)
    expect(engine.asked).toHaveLength(4)
  })

  it('GN7: says how many are missing when a call brings too few', async () => {
    engine.onDraw((reply, asked) => reply.json(200, { images: picturesFor(asked).slice(0, 2) }))
    const done = await pipeline.run(process, { prompt: 'a', connectionId, model: 'batch', n: 4 })
    expect(done.images).toHaveLength(2)
    expect(done).toMatchObject({ state: 'succeeded', error: { kind: 'malformed-response' } })
    expect(done.error?.message).toBe('The engine sent 2 of 4 pictures.')
  })

  it('GN2: keeps the good pictures of a call whose second one is broken', async () => {
    engine.onDraw((reply, asked) => {
      const images = picturesFor(asked)
      images[1] = Buffer.from('<html>').toString('base64')
      reply.json(200, { images })
    })
    const done = await pipeline.run(process, { prompt: 'a', connectionId, model: 'batch', n: 4, seed: 10 })
    expect(done.images.map(({ seed }) => seed)).toEqual([10, 12, 13])
    expect(done).toMatchObject({ state: 'succeeded', error: { kind: 'malformed-response', retryable: true } })
  })

  it('PR27: of a model that was switched off, what to take instead is said before the words of the engine', async () => {
    const input = { name: newId(), provider: 'plain-paint', baseUrl: engine.baseUrl }
    const { id: plain } = await process.connections.create(pipeline.userId, input)
    engine.onDraw((reply) => reply.json(404, { error: 'no such model' }))
    const done = await pipeline.run(process, { prompt: 'a', connectionId: plain })
    expect(done).toMatchObject({ state: 'failed', error: { kind: 'not-found', engineStatus: 404 } })
    expect(done.error?.message).toBe('plain was retired on 12 May 2026. Take single instead. Paint: no such model')
    engine.onDraw((reply) => reply.json(500, { error: 'broken' }))
    expect((await pipeline.run(process, { prompt: 'a', connectionId: plain })).error?.message).toBe('Paint: broken')
  })

  it('leaves out pictures that nobody asked for', async () => {
    engine.onDraw((reply, asked) => reply.json(200, { images: picturesFor({ ...asked, n: 9 }) }))
    const done = await pipeline.run(process, { prompt: 'a', connectionId, model: 'batch', n: 2 })
    expect(done.images).toHaveLength(2)
    expect(done.error).toBeNull()
  })

  it('GN7: fails with the reason when every call fails', async () => {
    engine.onDraw((reply) => reply.json(400, { error: 'the canvas is too small' }))
    const done = await pipeline.run(process, { prompt: 'a', connectionId, n: 2 })
    expect(done).toMatchObject({ state: 'failed', images: [], error: { kind: 'bad-request', retryable: false } })
    expect(done.error?.message).toContain('the canvas is too small')
    expect(await pipeline.eventsOf(done.id)).toContain('generation.finished failed')
  })

  it('tells a refusal on grounds of content from an error', async () => {
    engine.onDraw((reply) => reply.json(200, { blocked: 'Not this.' }))
    const done = await pipeline.run(process, { prompt: 'a', connectionId })
    expect(done.error).toEqual({ kind: 'content-rejected', message: 'Not this.', retryable: false, engineStatus: null })
  })

  it.each<[string, Turn]>([
    ['half a PNG', broken((picture) => picture.subarray(0, picture.length >> 1))],
    ['a web page', broken(() => '<!doctype html><title>Proxy</title>')],
    ['an empty file', broken(() => '')],
    ['an SVG', broken(() => '<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['a PNG with a wrong checksum', broken((picture) => picture.fill(0, picture.length - 30, picture.length - 20))],
    ['no picture at all', (reply) => reply.json(200, { images: [] })],
  ])('GN17: %s never becomes a picture', async (_, turn) => {
    engine.onDraw(turn)
    const done = await pipeline.run(process, { prompt: 'a', connectionId })
    expect(done).toMatchObject({ state: 'failed', images: [], error: { kind: 'malformed-response' } })
    expect(done.error?.message.length).toBeGreaterThan(20)
    expect(engine.asked).toHaveLength(1)
  })

  it('shows no key, whatever the engine repeats', async () => {
    engine.onDraw((reply, _asked, request) =>
      reply.json(401, { error: `no such key: ${request.headers.authorization}` }),
    )
    const done = await pipeline.run(process, { prompt: 'a', connectionId })
    expect(done.error?.kind).toBe('auth')
    expect(JSON.stringify(done)).not.toContain('never-seen')
    expect(pipeline.lines.join('\n')).not.toContain('never-seen')
  })
})

describe('asking again', () => {
  it('GN5: waits as long as Retry-After says and asks again', async () => {
    const begun = performance.now()
    engine.onDraws((reply) => reply.json(429, { error: 'slow down' }, { 'retry-after-ms': '700' }), draws)
    const done = await pipeline.run(process, { prompt: 'a', connectionId })
    expect(done.state).toBe('succeeded')
    expect(engine.asked).toHaveLength(2)
    expect(performance.now() - begun).toBeGreaterThan(690)
  })

  it('GN5: leaves a longer wait than a minute to the person', async () => {
    engine.onDraw((reply) => reply.json(429, { error: 'slow down' }, { 'retry-after': '61' }))
    const done = await pipeline.run(process, { prompt: 'a', connectionId })
    expect(done).toMatchObject({ state: 'failed', error: { kind: 'rate-limited', retryable: true } })
    expect(engine.asked).toHaveLength(1)
  })

  it.each<[string, Turn]>([
    ['a server error', (reply) => reply.json(500, { error: 'broken' })],
    ['503 without Retry-After', (reply) => reply.json(503, { error: 'busy' })],
    ['a connection that breaks after the request', (reply) => reply.drop()],
    [
      'an answer that breaks off',
      async (reply) => {
        reply.begin(200, { 'content-type': 'application/json', 'content-length': '1000' })
        await reply.write('{"images":["')
        reply.drop()
      },
    ],
    ['a refused key', (reply) => reply.json(401, { error: 'who are you' })],
    ['credits that are used up', (reply) => reply.json(402, { error: 'pay first' })],
  ])('GN5: does not ask again after %s', async (_, turn) => {
    engine.onDraw(turn)
    const done = await pipeline.run(process, { prompt: 'a', connectionId })
    expect(done.state).toBe('failed')
    expect(engine.asked).toHaveLength(1)
  })

  it('GN5: asks a dead engine four times, then says that nothing is listening', async () => {
    const dead = await startPaintEngine()
    const { id } = await process.connections.create(pipeline.userId, {
      name: 'Dead',
      provider: 'paint',
      baseUrl: dead.baseUrl,
    })
    await dead.close()
    const done = await pipeline.run(process, { prompt: 'a', connectionId: id })
    expect(done).toMatchObject({ state: 'failed', error: { kind: 'unavailable', retryable: true } })
    expect(done.error?.message).toContain('nothing is listening')
    await process.connections.remove(pipeline.userId, id)
  })

  it('fails in words when the time is up, and tells the engine', async () => {
    const short = await pipeline.startProcess({ callTimeoutMs: 300, slots: 1 })
    await process.stop()
    engine.onDraw((reply) => reply.json(200, { operation: 'slow' }))
    engine.onLook((reply) => reply.json(200, { operation: 'slow' }))
    const done = await pipeline.run(short, { prompt: 'a', connectionId })
    expect(done).toMatchObject({ state: 'failed', error: { kind: 'timeout', retryable: true } })
    expect(engine.cancels).toEqual(['slow'])
    await short.stop()
    process = await pipeline.startProcess()
  })
})

describe('an operation that the engine works on by itself', () => {
  it('GN3: is saved before the first look at it, also when it changes', async () => {
    const saved: unknown[] = []
    engine.onDraw((reply) => reply.json(200, { operation: { id: 1 } }))
    engine.onLook(async (reply, operation) => {
      const call = await pipeline.db
        .selectFrom('generation_calls')
        .select(['state', 'operation'])
        .orderBy('sent_at', 'desc')
        .limit(1)
        .executeTakeFirst()
      saved.push({ operation, call })
      if (saved.length === 1) reply.json(200, { operation: { id: 2 } })
      else
        reply.json(200, { images: picturesFor({ prompt: 'a', n: 1, width: 16, height: 16, sources: [], mask: null }) })
    })
    const done = await pipeline.run(process, { prompt: 'a', connectionId })
    expect(done.state).toBe('succeeded')
    expect(saved).toEqual([
      { operation: { id: 1 }, call: { state: 'sent', operation: { id: 1 } } },
      { operation: { id: 2 }, call: { state: 'sent', operation: { id: 2 } } },
    ])
  })

  it('is not lost by looks that fail', async () => {
    let looks = 0
    engine.onDraw((reply) => reply.json(200, { operation: 'op' }))
    engine.onLook((reply) => {
      looks += 1
      if (looks === 1) reply.drop()
      else if (looks === 2) reply.json(502, { error: 'bad gateway' })
      else
        reply.json(200, { images: picturesFor({ prompt: 'a', n: 1, width: 16, height: 16, sources: [], mask: null }) })
    })
    expect((await pipeline.run(process, { prompt: 'a', connectionId })).state).toBe('succeeded')
    expect(looks).toBe(3)
    expect(engine.asked).toHaveLength(1)
  })

  it('fails when the engine does not know it any more', async () => {
    engine.onDraw((reply) => reply.json(200, { operation: 'gone' }))
    const done = await pipeline.run(process, { prompt: 'a', connectionId })
    expect(done).toMatchObject({ state: 'failed', error: { kind: 'not-found' } })
    expect(engine.looks).toEqual(['gone'])
  })
})

describe('progress', () => {
  const png = () => picturesFor({ prompt: 'preview', n: 1, width: 8, height: 8, sources: [], mask: null })[0]

  it('GN18: tells of all pictures, at most ten times a second, and takes the previews away at the end', async () => {
    const told: { completed: number; total: number; previewUrl: string | null }[] = []
    const seen: (string | null)[] = []
    const stop = await process.events.subscribe(pipeline.userId, null, ({ event }) => {
      if (event.type === 'generation.progress') told.push(event)
    })
    const looks = new Map<unknown, number>()
    engine.onDraw((reply, asked) => reply.json(200, { operation: asked.seed }))
    engine.onLook(async (reply, operation) => {
      const completed = (looks.get(operation) ?? 0) + 1
      looks.set(operation, completed)
      const progress = { completed, total: 60, preview: png() }
      if (completed < 60) reply.json(200, { operation, progress })
      else
        reply.json(200, {
          images: picturesFor({
            prompt: 'a',
            n: 1,
            width: 16,
            height: 16,
            seed: Number(operation),
            sources: [],
            mask: null,
          }),
        })
    })
    const begun = performance.now()
    const { id } = await process.generations.submit(
      pipeline.userId,
      { prompt: 'a', connectionId, n: 2, seed: 1 },
      { origin: 'easel' },
    )
    while ((await process.generations.get(pipeline.userId, id)).state !== 'succeeded') {
      const preview = await process.generations.preview(pipeline.userId, id)
      seen.push(preview?.mimeType ?? null)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const tenths = (performance.now() - begun) / 100
    stop()
    expect(seen).toContain('image/png')
    expect(told.length).toBeGreaterThan(2)
    expect(told.length).toBeLessThanOrEqual(Math.ceil(tenths) + 1)
    expect(new Set(told.map(({ total }) => total))).toEqual(new Set([120]))
    expect(told.map(({ completed }) => completed)).toEqual(
      told.map(({ completed }) => completed).toSorted((a, b) => a - b),
    )
    expect(told.at(-1)?.completed).toBeGreaterThan(60)
    const done = await process.generations.get(pipeline.userId, id)
    expect(done).toMatchObject({ previewUrl: null, progress: { completed: 120, total: 120 } })
    await expect.poll(() => pipeline.keys('derived/previews')).toEqual([])
  })

  it.each([
    ['a preview that is no picture', { completed: 1, total: 2, preview: Buffer.from('no').toString('base64') }],
    ['more than all', { completed: 1e9, total: 2 }],
    ['nothing of nothing', { completed: 0, total: 0 }],
    ['less than nothing', { completed: -1, total: 2 }],
  ])('outlives %s', async (_, progress) => {
    let looked = 0
    engine.onDraw((reply) => reply.json(200, { operation: 'op' }))
    engine.onLook(async (reply) => {
      looked += 1
      if (looked < 5) reply.json(200, { operation: 'op', progress })
      else
        reply.json(200, { images: picturesFor({ prompt: 'a', n: 1, width: 16, height: 16, sources: [], mask: null }) })
    })
    const { id } = await process.generations.submit(pipeline.userId, { prompt: 'a', connectionId }, { origin: 'easel' })
    const done = await pipeline.until(process, id, 'succeeded')
    const { progress: last, previewUrl } = done
    expect(previewUrl).toBeNull()
    if (last !== null) expect(last.completed).toBeLessThanOrEqual(last.total)
  })
})

it('stalled calls of one generation do not hold up another', async () => {
  engine.onDraws(stalls, draws)
  const first = await process.generations.submit(pipeline.userId, { prompt: 'a', connectionId }, { origin: 'easel' })
  await expect.poll(() => engine.asked.length).toBe(1)
  expect((await pipeline.run(process, { prompt: 'b', connectionId })).state).toBe('succeeded')
  await process.generations.cancel(pipeline.userId, first.id)
  await pipeline.until(process, first.id, 'cancelled')
})
