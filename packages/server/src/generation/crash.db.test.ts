// Processes that stop at every step, and others that take up what they left. A stopped one never answers again, as one that was killed.
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Outcome } from '#providers/spec/provider.ts'
import { StorageError, type Storage } from '#storage/spec/storage.ts'
import { puttingBy } from '#storage/spec/testing.ts'
import { openPipeline, type Pipeline, type Process, type ProcessOptions } from './testing/open.ts'
import { draws, paintProvider, picturesFor, stalls, startPaintEngine, type PaintEngine } from './testing/paint.ts'

// Whole processes come and go here.
vi.setConfig({ testTimeout: 60_000 })

let pipeline: Pipeline
let engine: PaintEngine

beforeEach(async () => {
  pipeline = await openPipeline()
  engine = await startPaintEngine()
})
afterEach(async () => {
  await pipeline.checkInvariants()
  await pipeline.close()
  await engine.close()
})

const never = () => new Promise<never>(() => {})
const one = { n: 1, width: 16, height: 16, sources: [], mask: null } as const

/** A storage that stops for ever at the `at`th file it is to store, with or without having stored it. */
function stopsAt(at: number, when: 'before' | 'after') {
  const stopped = Promise.withResolvers<void>()
  let puts = 0
  const wrapStorage = (storage: Storage): Storage =>
    puttingBy(storage, async (key, bytes) => {
      if (!key.startsWith('images/')) return await storage.put(key, bytes)
      puts += 1
      if (puts > at || (puts === at && when === 'before')) {
        stopped.resolve()
        return await never()
      }
      await storage.put(key, bytes)
      if (puts < at) return
      stopped.resolve()
      await never()
    })
  return { wrapStorage, stopped: stopped.promise }
}

/** A process with a connection to the engine. */
async function begin(provider: 'paint' | 'free-paint' = 'paint', options: ProcessOptions = {}) {
  const process = await pipeline.startProcess(options)
  const [known] = await process.connections.list(pipeline.userId)
  const input = { name: 'Paint', provider, baseUrl: engine.baseUrl }
  const { id: connectionId } = known ?? (await process.connections.create(pipeline.userId, input))
  const submit = async (more: { n?: number; model?: string; sources?: string[] } = {}) => {
    const request = { prompt: 'a fox', connectionId, seed: 1, ...more }
    return (await process.generations.submit(pipeline.userId, request, { origin: 'easel' })).id
  }
  return { process, submit, connectionId }
}

async function ended(process: Process, id: string) {
  await expect
    .poll(async () => (await process.generations.get(pipeline.userId, id)).finishedAt, { timeout: 15_000 })
    .not.toBeNull()
  return await process.generations.get(pipeline.userId, id)
}

it('GN1: what was accepted is made by the next process when this one is gone', async () => {
  const { process, submit } = await begin('paint', { works: false })
  const id = await submit()
  await process.stop()
  const done = await ended(await pipeline.startProcess(), id)
  expect(done.state).toBe('succeeded')
  expect(engine.asked).toHaveLength(1)
})

describe('stopped while the engine was at work', () => {
  it('GN3, GN4: fails as interrupted where asking again could pay twice', async () => {
    engine.onDraws(stalls, draws)
    const { process, submit } = await begin()
    const id = await submit({ n: 2 })
    await expect.poll(() => engine.asked.length).toBe(1)
    const calls = await pipeline.db.selectFrom('generation_calls').select('state').orderBy('call_index').execute()
    expect(calls.map(({ state }) => state)).toEqual(['sent', 'waiting'])
    await process.stop()
    const done = await ended(await pipeline.startProcess(), id)
    // The second call was never sent, so it could be.
    expect(done).toMatchObject({ state: 'succeeded', error: { kind: 'interrupted', retryable: true } })
    expect(done.images.map(({ seed }) => seed)).toEqual([2])
    expect(engine.asked.map(({ seed }) => seed)).toEqual([1, 2])
    expect(await pipeline.eventsOf(id)).toEqual([
      'generation.queued',
      'generation.running',
      'image.added',
      'generation.finished succeeded',
    ])
  })

  it('GN4: asks again where that costs nothing', async () => {
    engine.onDraws(draws, stalls, draws)
    const { process, submit } = await begin('free-paint')
    const id = await submit({ n: 2 })
    await expect.poll(() => engine.asked.length).toBe(2)
    await process.stop()
    const done = await ended(await pipeline.startProcess(), id)
    expect(done).toMatchObject({ state: 'succeeded', error: null })
    expect(done.images.map(({ seed }) => seed)).toEqual([1, 2])
    expect(engine.asked.map(({ seed }) => seed)).toEqual([1, 2, 2])
  })

  it('GN4: looks again at an operation', async () => {
    let ready = false
    engine.onDraw((reply) => reply.json(200, { operation: { name: 'op', at: 1 } }))
    engine.onLook((reply, operation) => {
      if (ready) reply.json(200, { images: picturesFor({ prompt: 'a fox', ...one }) })
      else reply.json(200, { operation })
    })
    const { process, submit } = await begin()
    const id = await submit()
    await expect.poll(() => engine.looks.length).toBeGreaterThan(2)
    await process.stop()
    ready = true
    const done = await ended(await pipeline.startProcess(), id)
    expect(done).toMatchObject({ state: 'succeeded', error: null })
    expect(engine.asked).toHaveLength(1)
    expect(engine.looks.at(-1)).toEqual({ name: 'op', at: 1 })
    expect(engine.cancels).toEqual([])
  })

  it('GN5: asks again after a pause in which the engine surely had not taken it', async () => {
    engine.onDraws((reply) => reply.json(429, { error: 'slow down' }, { 'retry-after': '50' }), draws)
    const { process, submit } = await begin()
    const id = await submit()
    await expect
      .poll(
        async () => await pipeline.db.selectFrom('generation_calls').select(['state', 'sent_at']).executeTakeFirst(),
      )
      .toMatchObject({
        state: 'waiting',
        sent_at: expect.any(Date),
      })
    await process.stop()
    const done = await ended(await pipeline.startProcess(), id)
    expect(done).toMatchObject({ state: 'succeeded', error: null })
    expect(engine.asked).toHaveLength(2)
  })
})

it('stopped while it read a source: the engine was never asked, so it is now', async () => {
  const { process: first, submit: draw } = await begin()
  const source = (await ended(first, await draw())).images[0]?.id ?? ''
  await first.stop()
  const reading = Promise.withResolvers<void>()
  const wrapStorage = (storage: Storage): Storage => ({
    ...storage,
    read(key) {
      if (!key.startsWith('images/')) return storage.read(key)
      reading.resolve()
      return never()
    },
  })
  const { process, submit } = await begin('paint', { wrapStorage })
  const id = await submit({ sources: [source] })
  await reading.promise
  await process.stop()
  const done = await ended(await pipeline.startProcess(), id)
  expect(done).toMatchObject({ state: 'succeeded', error: null })
  expect(done.images[0]?.parentId).toBe(source)
  expect(engine.asked.map(({ sources }) => sources.length)).toEqual([0, 1])
})

describe('stopped while a picture was stored', () => {
  it.each([
    ['before its sidecar', 1, 'before', 0],
    ['after its sidecar', 1, 'after', 0],
    ['before its file', 2, 'before', 0],
    ['GN6: after its file, before its row', 2, 'after', 1],
  ] as const)('%s: one call, no half file, no second bill', async (_, at, when, kept) => {
    const { wrapStorage, stopped } = stopsAt(at, when)
    const { process, submit } = await begin('paint', { wrapStorage })
    const id = await submit()
    await stopped
    await process.stop()
    const done = await ended(await pipeline.startProcess(), id)
    expect(done.images).toHaveLength(kept)
    expect(done).toMatchObject(
      kept === 1 ? { state: 'succeeded', error: null } : { state: 'failed', error: { kind: 'interrupted' } },
    )
    expect(engine.asked).toHaveLength(1)
  })

  it.each([
    ['the second of four', 3, 'before', 1],
    ['the fourth of four', 8, 'before', 3],
    ['the row of the fourth', 8, 'after', 4],
  ] as const)('GN2: %s: what is there is kept', async (_, at, when, kept) => {
    const { wrapStorage, stopped } = stopsAt(at, when)
    const { process, submit } = await begin('paint', { wrapStorage })
    const id = await submit({ n: 4, model: 'batch' })
    await stopped
    await process.stop()
    const done = await ended(await pipeline.startProcess(), id)
    expect(done.images.map(({ seed }) => seed)).toEqual([1, 2, 3, 4].slice(0, kept))
    expect(done.state).toBe('succeeded')
    expect(done.error?.kind ?? null).toBe(kept === 4 ? null : 'interrupted')
    expect(engine.asked).toHaveLength(1)
  })

  it('GN2: an engine that may be asked again makes no picture twice', async () => {
    const { wrapStorage, stopped } = stopsAt(6, 'after')
    const { process, submit } = await begin('free-paint', { wrapStorage })
    const id = await submit({ n: 4, model: 'batch' })
    await stopped
    await process.stop()
    const done = await ended(await pipeline.startProcess(), id)
    expect(done).toMatchObject({ state: 'succeeded', error: null })
    expect(done.images.map(({ seed }) => seed)).toEqual([1, 2, 3, 4])
    expect(engine.asked).toHaveLength(2)
  })

  it('GN6: an operation that was done is not looked at again when its picture is there', async () => {
    const { wrapStorage, stopped } = stopsAt(2, 'after')
    engine.onDraw((reply) => reply.json(200, { operation: 'op' }))
    engine.onLook((reply) => reply.json(200, { images: picturesFor({ prompt: 'a fox', ...one }) }))
    const { process, submit } = await begin('paint', { wrapStorage })
    const id = await submit()
    await stopped
    await process.stop()
    const done = await ended(await pipeline.startProcess(), id)
    expect(done).toMatchObject({ state: 'succeeded', error: null })
    expect(engine.looks).toHaveLength(1)
  })
})

describe('faults while a picture is stored', () => {
  const failing =
    (error: () => Error) =>
    (storage: Storage): Storage =>
      puttingBy(storage, async (key, bytes) => {
        if (key.endsWith('.png')) throw error()
        await storage.put(key, bytes)
      })

  it('fails in words when the disk is full, and leaves nothing behind', async () => {
    const wrapStorage = failing(() => new StorageError('full', 'No space left on device'))
    const { process, submit } = await begin('paint', { wrapStorage })
    const done = await ended(process, await submit())
    expect(done).toMatchObject({ state: 'failed', error: { kind: 'internal', retryable: true } })
    expect(done.error?.message).toContain('No space left on device')
    expect(engine.asked).toHaveLength(1)
  })

  it('GN6: a store that is out of reach for a moment costs nothing, whatever came through', async () => {
    const away = () => new StorageError('unreachable', 'connect ECONNREFUSED 10.0.0.7:9000')
    let looks = 0
    let puts = 0
    const { process, submit } = await begin('paint', {
      wrapStorage: (storage) => ({
        ...puttingBy(storage, async (key, bytes) => {
          await storage.put(key, bytes)
          // Stored, and the answer is lost.
          if (key.endsWith('.png') && ++puts === 1) throw away()
        }),
        async stat(key) {
          if (key.endsWith('.png') && ++looks === 1) throw away()
          return await storage.stat(key)
        },
        async delete(key) {
          if (looks < 3) throw away()
          return await storage.delete(key)
        },
      }),
    })
    const done = await ended(process, await submit())
    expect(done).toMatchObject({ state: 'succeeded', error: null })
    expect([looks, puts]).toEqual([3, 1])
    expect(done.images).toHaveLength(1)
    expect(engine.asked).toHaveLength(1)
  })

  it('GN6: nobody waits for a store when the generation is cancelled', async () => {
    const away = () => Promise.reject(new StorageError('unreachable', 'connect ECONNREFUSED 10.0.0.7:9000'))
    const begun = Promise.withResolvers<void>()
    const { process, submit } = await begin('paint', {
      wrapStorage: (storage) => ({
        ...storage,
        stat: async (key) => {
          if (!key.endsWith('.png')) return await storage.stat(key)
          begun.resolve()
          return await away()
        },
      }),
    })
    const id = await submit()
    await begun.promise
    await process.generations.cancel(pipeline.userId, id)
    expect((await ended(process, id)).state).toBe('cancelled')
  })

  it('GN6: a database that was away for a moment costs nothing', async () => {
    let broke = false
    const { process, submit } = await begin('paint', {
      wrapEvents: (events) => ({
        ...events,
        async append(trx, userId, list) {
          if (!broke && list.some(({ type }) => type === 'image.added')) {
            broke = true
            throw new Error('Connection terminated unexpectedly')
          }
          await events.append(trx, userId, list)
        },
      }),
    })
    const done = await ended(process, await submit())
    expect(broke).toBe(true)
    expect(done).toMatchObject({ state: 'succeeded', error: null })
    expect(done.images).toHaveLength(1)
    expect(engine.asked).toHaveLength(1)
  })

  it('a fault in a provider fails its call in words and is not repeated', async () => {
    let calls = 0
    const faulty = {
      ...paintProvider({ id: 'free-paint', resendSafe: true }),
      async start(): Promise<Outcome> {
        calls += 1
        throw new TypeError('Cannot read properties of undefined')
      },
    }
    const { process, submit } = await begin('free-paint', { providers: [faulty] })
    const done = await ended(process, await submit())
    expect(done).toMatchObject({ state: 'failed', error: { kind: 'internal' } })
    expect(calls).toBe(1)
  })
})

it('GN15: a worker that lost its job publishes nothing more', async () => {
  const answer = Promise.withResolvers<Outcome>()
  const started = Promise.withResolvers<AbortSignal>()
  const deaf = {
    ...paintProvider({ id: 'free-paint', resendSafe: true }),
    start: async (_request: unknown, { signal }: { signal: AbortSignal }) => {
      started.resolve(signal)
      return await answer.promise
    },
  }
  const { process, submit } = await begin('free-paint', { providers: [deaf], slots: 1 })
  const id = await submit()
  const signal = await started.promise
  // As another process does it that heard nothing of this one.
  await sql`
    update pgboss.job set state = 'retry', retry_count = retry_count + 1, started_on = null, start_after = now() + interval '1 hour'
    where state = 'active'`.execute(pipeline.db)
  await expect.poll(() => signal.aborted, { timeout: 10_000 }).toBe(true)
  const [image = ''] = picturesFor({ prompt: 'late', ...one })
  answer.resolve({ kind: 'done', images: [{ bytes: Buffer.from(image, 'base64') }] })
  await process.stop(5000)
  expect(await pipeline.keys()).toEqual([])
  expect(await pipeline.eventsOf(id)).toEqual(['generation.queued', 'generation.running'])

  await sql`update pgboss.job set start_after = now() where state = 'retry'`.execute(pipeline.db)
  const done = await ended(await pipeline.startProcess(), id)
  expect(done).toMatchObject({ state: 'succeeded', error: null })
  expect(done.images).toHaveLength(1)
})
