// Two engines: the second is asked when the first surely did not take the work, and never otherwise.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { newId } from '#base/ids.ts'
import { inTransaction } from '#db/transaction.ts'
import { openPipeline, type Pipeline, type Process, type ProcessOptions } from './testing/open.ts'
import { draws, picturesFor, stalls, startPaintEngine, type PaintEngine, type Turn } from './testing/paint.ts'

vi.setConfig({ testTimeout: 60_000 })

let pipeline: Pipeline
let first: PaintEngine
let second: PaintEngine

beforeEach(async () => {
  pipeline = await openPipeline()
  first = await startPaintEngine()
  second = await startPaintEngine()
})
afterEach(async () => {
  await pipeline.checkInvariants()
  await pipeline.close()
  await first.close()
  await second.close()
})

interface Begin extends ProcessOptions {
  readonly provider?: 'paint' | 'plain-paint' | 'text-paint'
  readonly second?: object
}

/** A process with a connection and its fallback. */
async function begin({ provider = 'paint', second: more = {}, ...options }: Begin = {}) {
  const process = await pipeline.startProcess(options)
  const make = async (name: string, input: object) =>
    (await process.connections.create(pipeline.userId, { name, provider: 'paint', ...input })).id
  const b = await make('Second', { provider, baseUrl: second.baseUrl, ...more })
  const a = await make('First', { baseUrl: first.baseUrl, fallbackId: b })
  const submit = async (spec: object = {}) => {
    const request = { prompt: 'a fox', connectionId: a, seed: 1, ...spec }
    return (await process.generations.submit(pipeline.userId, request, { origin: 'easel' })).id
  }
  const run = async (spec: object = {}) => await ended(process, await submit(spec))
  return { process, a, b, submit, run }
}

async function ended(process: Process, id: string) {
  await expect
    .poll(async () => (await process.generations.get(pipeline.userId, id)).finishedAt, { timeout: 20_000 })
    .not.toBeNull()
  return await process.generations.get(pipeline.userId, id)
}

const answers =
  (status: number, headers: Record<string, string> = {}): Turn =>
  (reply) =>
    reply.json(status, { error: `no: ${status}` }, headers)
const later = { 'retry-after': '120' }

describe('GN19: the fallback is asked', () => {
  it.each<[string, Turn, string]>([
    ['the key is refused', answers(401), 'auth'],
    ['the credits are used up', answers(402), 'quota'],
    ['429 asks for a longer pause than is allowed', answers(429, later), 'rate-limited'],
    ['503 says when to come back, and that is late', answers(503, later), 'unavailable'],
  ])('when %s', async (_, turn, kind) => {
    first.onDraw(turn)
    const { a, b, run } = await begin()
    const done = await run()
    expect(done).toMatchObject({
      state: 'succeeded',
      error: null,
      connectionId: b,
      connectionName: 'Second',
      seed: 1,
      fallbackFrom: { connectionId: a, connectionName: 'First', provider: 'paint', model: 'single', error: { kind } },
      adjustments: [{ field: 'connection', asked: 'First', used: 'Second' }],
    })
    expect([first.asked.length, second.asked.length]).toEqual([1, 1])
    expect(await pipeline.eventsOf(done.id)).toEqual([
      'generation.queued',
      'generation.running',
      'generation.queued',
      'generation.running',
      'image.added',
      'generation.finished succeeded',
    ])
  })

  it('when the engine is gone, after the usual pauses', async () => {
    const { run } = await begin()
    await first.close()
    expect(await run()).toMatchObject({
      state: 'succeeded',
      connectionName: 'Second',
      fallbackFrom: { error: { kind: 'unavailable', engineStatus: null } },
    })
  })

  it('when the connection cannot be opened: nothing was sent', async () => {
    const { a, process, submit } = await begin({ works: false })
    const id = await submit()
    await pipeline.db.updateTable('connections').set({ secret: 'v1.not.one.of.ours' }).where('id', '=', a).execute()
    await process.stop()
    const done = await ended(await pipeline.startProcess(), id)
    expect(done).toMatchObject({ state: 'succeeded', connectionName: 'Second', fallbackFrom: { connectionId: a } })
    expect(first.asked).toEqual([])
  })
})

describe('GN19: the fallback is not asked', () => {
  it.each<[string, Turn, string]>([
    ['a server error, which may have been billed', answers(500), 'unavailable'],
    ['503 that does not say whether it has begun', answers(503), 'unavailable'],
    ['a gateway that waited too long', answers(504), 'timeout'],
    ['a request that is wrong anywhere', answers(400), 'bad-request'],
    ['a refusal on grounds of content', (reply) => reply.json(200, { blocked: 'not this' }), 'content-rejected'],
    ['an answer that breaks off', (reply) => reply.json(200, { images: ['bm9uZQ=='] }), 'malformed-response'],
  ])('after %s', async (_, turn, kind) => {
    first.onDraw(turn)
    const { run } = await begin()
    expect(await run()).toMatchObject({
      state: 'failed',
      connectionName: 'First',
      fallbackFrom: null,
      error: { kind },
    })
    expect([first.asked.length, second.asked.length]).toEqual([1, 0])
  })

  it('after a timeout', async () => {
    first.onDraw(stalls)
    const { run } = await begin({ callTimeoutMs: 300 })
    expect(await run()).toMatchObject({ state: 'failed', error: { kind: 'timeout' }, fallbackFrom: null })
    expect(second.asked).toEqual([])
  })

  it('when looks at work that was taken fail as a refusal would', async () => {
    first.onDraw((reply) => reply.json(200, { operation: 'op' }))
    first.onLook((reply) => reply.json(401, { error: 'no' }))
    const { run } = await begin()
    expect(await run()).toMatchObject({ state: 'failed', error: { kind: 'auth' }, fallbackFrom: null })
    expect(second.asked).toEqual([])
  })
})

describe('GN20: what the fallback cannot honour', () => {
  it('is listed: the model, its seed, options that it does not know', async () => {
    first.onDraw(answers(401))
    const { run } = await begin({ provider: 'plain-paint', second: { defaultModel: 'plain' } })
    const done = await run({ seed: 7, size: '60x60', options: { shine: 3 } })
    expect(done).toMatchObject({ state: 'succeeded', provider: 'plain-paint', model: 'plain', seed: null })
    expect(done.adjustments).toMatchObject([
      { field: 'connection', asked: 'First', used: 'Second' },
      { field: 'model', asked: 'single', used: 'plain' },
      { field: 'size', asked: '60x60', used: '64x64' },
      { field: 'seed', asked: 7, used: null },
      { field: 'options.shine', asked: 3, used: null },
    ])
    expect(second.asked[0]).toMatchObject({ width: 64, height: 64 })
    expect(done.images[0]).toMatchObject({ generationModel: 'plain', provider: 'plain-paint', seed: null })
  })

  it('a mask and further sources are left out and listed', async () => {
    const { process, run } = await begin({ provider: 'plain-paint' })
    const sources = [await picture(process), await picture(process)]
    first.onDraw(answers(401))
    const done = await run({ sources, mask: sources[0] })
    expect(done.state).toBe('succeeded')
    expect(done.adjustments.map(({ field }) => field)).toEqual(['connection', 'model', 'sources', 'mask', 'seed'])
    expect(second.asked.at(-1)).toMatchObject({ sources: [expect.any(Number)], mask: null })
  })

  it('source pictures that it takes none of: the first failure stands', async () => {
    const { process, run } = await begin({ provider: 'text-paint' })
    const sources = [await picture(process)]
    first.onDraw(answers(401))
    expect(await run({ sources })).toMatchObject({ state: 'failed', error: { kind: 'auth' }, fallbackFrom: null })
    expect(second.asked).toEqual([])
  })

  it('with strict, anything: the first failure stands', async () => {
    first.onDraw(answers(401))
    const { run } = await begin({ provider: 'plain-paint' })
    expect(await run({ strict: true })).toMatchObject({ state: 'failed', connectionName: 'First' })
    const { run: fits } = await strictPair()
    expect(await fits({ strict: true })).toMatchObject({ state: 'succeeded', connectionName: 'Third' })
  })

  async function picture(process: Process): Promise<string> {
    const all = await process.connections.list(pipeline.userId)
    const direct = all.find(({ name }) => name === 'First')?.id ?? ''
    const { id } = await process.generations.submit(
      pipeline.userId,
      { prompt: newId(), connectionId: direct, size: '16x16' },
      { origin: 'easel' },
    )
    return (await ended(process, id)).images[0]?.id ?? ''
  }

  async function strictPair() {
    const process = await pipeline.startProcess({ works: false })
    const create = (name: string, input: object) =>
      process.connections.create(pipeline.userId, { name, provider: 'paint', ...input })
    const { id: fallbackId } = await create('Third', { baseUrl: second.baseUrl })
    const { id: connectionId } = await create('Strict', { baseUrl: first.baseUrl, fallbackId })
    const run = async (spec: object) => {
      const request = { prompt: 'a', connectionId, seed: 1, ...spec }
      const { id } = await process.generations.submit(pipeline.userId, request, { origin: 'easel' })
      return await ended(process, id)
    }
    return { run }
  }
})

it('GN21: pictures of the first engine stay its own, the rest is the second one’s; a retry asks the first', async () => {
  first.onDraws(draws, answers(402), draws)
  const { process, a, run } = await begin({ provider: 'plain-paint' })
  const done = await run({ n: 3 })
  expect(done).toMatchObject({ state: 'succeeded', error: null, connectionName: 'Second' })
  expect(done.images.map(({ provider, seed }) => [provider, seed])).toEqual([
    ['paint', 1],
    ['plain-paint', null],
    ['plain-paint', null],
  ])
  expect([first.asked.length, second.asked.length]).toEqual([2, 2])
  const again = await process.generations.retry(pipeline.userId, done.id)
  expect(again).toMatchObject({ connectionId: a, connectionName: 'First', model: 'single', fallbackFrom: null })
  await ended(process, again.id)
})

it('GN22: what the fallback does not take has failed, with its own reason', async () => {
  first.onDraw(answers(401))
  second.onDraw(answers(402))
  const { process, b, run } = await begin()
  const baseUrl = first.baseUrl
  const third = await process.connections.create(pipeline.userId, { name: 'Third', provider: 'paint', baseUrl })
  await process.connections.update(pipeline.userId, b, { fallbackId: third.id })
  expect(await run()).toMatchObject({
    state: 'failed',
    connectionName: 'Second',
    error: { kind: 'quota' },
    fallbackFrom: { connectionName: 'First', error: { kind: 'auth' } },
  })
  expect([first.asked.length, second.asked.length]).toEqual([1, 1])
})

describe('GN23: in the fallback’s lane', () => {
  /** The fallback is at work on something else and takes one at a time. */
  async function busy() {
    const held = Promise.withResolvers<void>()
    second.onDraws(async (reply, asked) => {
      await held.promise
      reply.json(200, { images: picturesFor(asked) })
    }, draws)
    first.onDraw(answers(401))
    const begun = await begin({ second: { concurrency: 1 } })
    const other = await begun.submit({ connectionId: begun.b })
    await expect.poll(() => second.asked.length).toBe(1)
    const id = await begun.submit({ priority: 'batch' })
    const get = () => begun.process.generations.get(pipeline.userId, id)
    await expect.poll(async () => (await get()).fallbackFrom).not.toBeNull()
    return { ...begun, id, other, get, release: () => held.resolve() }
  }

  it('it waits for its turn under that one’s limit', async () => {
    const { process, id, other, get, release } = await busy()
    expect(await get()).toMatchObject({ state: 'queued', place: 1, connectionName: 'Second', startedAt: null })
    expect(second.asked).toHaveLength(1)
    const row = await pipeline.db.selectFrom('generations').select('batch').where('id', '=', id).executeTakeFirst()
    expect(row).toEqual({ batch: true })
    release()
    expect((await ended(process, id)).state).toBe('succeeded')
    await ended(process, other)
    expect([first.asked.length, second.asked.length]).toEqual([1, 2])
  })

  it('it can be cancelled there', async () => {
    const { process, id, other, release } = await busy()
    expect(await process.generations.cancel(pipeline.userId, id)).toMatchObject({ state: 'cancelled', images: [] })
    release()
    await ended(process, other)
    expect(second.asked).toHaveLength(1)
  })

  it('it can be cancelled while the fallback draws', async () => {
    first.onDraw(answers(401))
    second.onDraw(stalls)
    const { process, submit } = await begin()
    const id = await submit()
    await expect.poll(() => second.asked.length).toBe(1)
    await process.generations.cancel(pipeline.userId, id)
    expect(await ended(process, id)).toMatchObject({ state: 'cancelled' })
    await expect.poll(() => second.inFlight()).toBe(0)
  })

  it('after a crash it is still there, and nobody is asked twice', async () => {
    const { process, id, other, release } = await busy()
    await process.stop()
    release()
    const next = await pipeline.startProcess()
    expect(await ended(next, id)).toMatchObject({ state: 'succeeded', connectionName: 'Second' })
    // The other one had been sent: whether it was made is unknown.
    expect(await ended(next, other)).toMatchObject({ state: 'failed', error: { kind: 'interrupted' } })
    expect([first.asked.length, second.asked.length]).toEqual([1, 2])
  })

  it('a crash between the refusal and the hand-over asks the first one again, which had not taken it', async () => {
    first.onDraw(answers(401))
    const reached = Promise.withResolvers<void>()
    const { process, submit } = await begin({
      wrapEvents: (events) => ({
        ...events,
        async append(trx, userId, list) {
          await events.append(trx, userId, list)
          if (list.some(({ type }) => type === 'generation.queued') && first.asked.length > 0) {
            reached.resolve()
            throw new Error('Connection terminated unexpectedly')
          }
        },
      }),
    })
    const id = await submit()
    await reached.promise
    await process.stop()
    const call = await pipeline.db.selectFrom('generation_calls').select('state').executeTakeFirst()
    expect(call).toEqual({ state: 'waiting' })
    expect(await ended(await pipeline.startProcess(), id)).toMatchObject({
      state: 'succeeded',
      connectionName: 'Second',
    })
    expect(second.asked).toHaveLength(1)
  })

  it('a job that was left behind by the hand-over does nothing more', async () => {
    const { process, id, other, release } = await busy()
    // As when a process died between the hand-over and the settling of its old job.
    const left = { lane: 'left', userId: pipeline.userId, batch: false, payload: { generationId: id } }
    await inTransaction(pipeline.db, (trx) => process.jobs.setLane(trx, 'left', 1))
    await inTransaction(pipeline.db, (trx) => process.jobs.enqueue(trx, left))
    release()
    expect((await ended(process, id)).state).toBe('succeeded')
    await ended(process, other)
    expect([first.asked.length, second.asked.length]).toEqual([1, 2])
  })
})
