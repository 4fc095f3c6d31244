import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Generation } from '@easel/contract'
import type { Storage } from '#storage/spec/storage.ts'
import { puttingBy } from '#storage/spec/testing.ts'
import { cancelChannel } from './generations.ts'
import { openPipeline, type Pipeline, type Process } from './testing/open.ts'
import { draws, picturesFor, stalls, startPaintEngine, type PaintEngine } from './testing/paint.ts'

let pipeline: Pipeline
let engine: PaintEngine
let process: Process
let connectionId: string

beforeEach(async () => {
  pipeline = await openPipeline()
  engine = await startPaintEngine()
  process = await pipeline.startProcess()
  const input = { name: 'Paint', provider: 'paint', baseUrl: engine.baseUrl, concurrency: 1 }
  connectionId = (await process.connections.create(pipeline.userId, input)).id
})
afterEach(async () => {
  await pipeline.checkInvariants()
  await pipeline.close()
  await engine.close()
})

const submit = async (n = 1, model = 'single', from = process): Promise<Generation> =>
  await from.generations.submit(pipeline.userId, { prompt: 'a', connectionId, n, model, seed: 1 }, { origin: 'easel' })
const cancel = (id: string, from = process) => from.generations.cancel(pipeline.userId, id)
const one = { prompt: 'a', n: 1, width: 16, height: 16, sources: [], mask: null }

describe('GN8: cancelling', () => {
  it('takes back what waits, and nothing else', async () => {
    engine.onDraw(stalls)
    const running = await submit()
    await expect.poll(() => engine.asked.length).toBe(1)
    const [waiting, next] = [await submit(), await submit()]
    expect(waiting.place).toBe(1)
    expect(await cancel(waiting.id)).toMatchObject({ state: 'cancelled', error: null, place: null })
    expect((await process.generations.get(pipeline.userId, running.id)).state).toBe('running')
    expect(await process.generations.get(pipeline.userId, next.id)).toMatchObject({ state: 'queued', place: 1 })
    expect(await pipeline.eventsOf(waiting.id)).toEqual(['generation.queued', 'generation.finished cancelled'])
    engine.onDraw(draws)
    await cancel(running.id)
    await pipeline.until(process, next.id, 'succeeded')
    expect(engine.asked).toHaveLength(2)
  })

  it('closes the connection to an engine that is at work, and keeps what is there', async () => {
    engine.onDraws(draws, stalls)
    const { id } = await submit(3)
    await expect.poll(() => engine.asked.length).toBe(2)
    const told = cancel(id)
    await expect.poll(() => engine.requests[1]?.left.aborted).toBe(true)
    await told
    const done = await pipeline.until(process, id, 'cancelled')
    expect(done.images.map(({ seed }) => seed)).toEqual([1])
    expect(done.error).toBeNull()
    expect(engine.asked).toHaveLength(2)
    expect(await pipeline.eventsOf(id)).toContain('generation.finished cancelled')
  })

  it('tells an engine that works by itself, by the newest operation', async () => {
    engine.onDraw((reply) => reply.json(200, { operation: 'first' }))
    engine.onLook((reply) => reply.json(200, { operation: 'second' }))
    const { id } = await submit()
    await expect.poll(() => engine.looks).toContain('second')
    await cancel(id)
    await pipeline.until(process, id, 'cancelled')
    expect(engine.cancels).toEqual(['second'])
  })

  it('works while the engine is away', async () => {
    engine.onDraw((reply) => reply.json(429, { error: 'later' }, { 'retry-after': '50' }))
    const { id } = await submit()
    await expect.poll(() => engine.asked.length).toBe(1)
    await cancel(id)
    await pipeline.until(process, id, 'cancelled')
    expect(engine.asked).toHaveLength(1)
  })

  it('leaves what has ended as it is', async () => {
    const { id } = await submit()
    const { images, ...done } = await pipeline.until(process, id, 'succeeded')
    const { images: still, ...left } = await cancel(id)
    expect(left).toEqual(done)
    // Their thumbnails may have come meanwhile.
    expect(still.map((image) => image.id)).toEqual(images.map((image) => image.id))
    await expect(process.generations.cancel(await pipeline.addUser(), id)).rejects.toMatchObject({ code: 'not-found' })
  })

  it('while pictures are being stored: either they all came, or it was cancelled', async () => {
    await process.stop()
    const reached = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    let puts = 0
    const wrapStorage = (storage: Storage): Storage =>
      puttingBy(storage, async (key, bytes) => {
        if (key.startsWith('images/') && ++puts === 3) {
          reached.resolve()
          await go.promise
        }
        await storage.put(key, bytes)
      })
    process = await pipeline.startProcess({ wrapStorage })
    const { id } = await submit(6, 'batch')
    // Told in the order of listening: the worker has heard it by then.
    const heard = Promise.withResolvers<void>()
    const stopListening = await pipeline.database.listen(
      cancelChannel,
      () => heard.resolve(),
      () => {},
    )
    await reached.promise
    await cancel(id)
    await heard.promise
    await stopListening()
    go.resolve()
    const done = await pipeline.until(process, id, 'cancelled')
    expect(done.images.map(({ seed }) => seed)).toEqual([1, 2, 3, 4])
    expect(engine.asked).toHaveLength(1)
  })

  it('is told to the engine when the worker that began it is gone', async () => {
    engine.onDraw((reply) => reply.json(200, { operation: 'op' }))
    engine.onLook((reply) => reply.json(200, { operation: 'op' }))
    const { id } = await submit()
    await expect.poll(() => engine.looks.length).toBeGreaterThan(1)
    const idle = await pipeline.startProcess({ works: false })
    await process.stop()
    expect((await cancel(id, idle)).state).toBe('cancelled')
    await expect.poll(() => engine.cancels).toEqual(['op'])
    process = await pipeline.startProcess()
    expect((await process.generations.get(pipeline.userId, id)).state).toBe('cancelled')
  })

  it('asked for while its worker was dying is done by the next one', async () => {
    engine.onDraw((reply) => reply.json(200, { operation: 'op' }))
    engine.onLook((reply) => reply.json(200, { operation: 'op' }))
    const { id } = await submit()
    await expect.poll(() => engine.looks.length).toBeGreaterThan(1)
    await process.stop()
    // As it stands when the process died between the request and its own hearing of it.
    await pipeline.db.updateTable('generations').set({ cancel_requested: true }).where('id', '=', id).execute()
    process = await pipeline.startProcess()
    const done = await pipeline.until(process, id, 'cancelled')
    expect(done.images).toEqual([])
    await expect.poll(() => engine.cancels).toEqual(['op'])
  })

  it('comes too late for a picture that is there', async () => {
    engine.onDraw((reply) => reply.json(200, { images: picturesFor(one) }))
    const all = await Promise.all(Array.from({ length: 5 }, () => submit()))
    await Promise.all(all.map(({ id }) => cancel(id)))
    for (const { id } of all) {
      await expect.poll(async () => (await process.generations.get(pipeline.userId, id)).finishedAt).not.toBeNull()
      const { state, images } = await process.generations.get(pipeline.userId, id)
      if (state === 'succeeded') expect(images).toHaveLength(1)
      else expect(state).toBe('cancelled')
    }
  })
})
