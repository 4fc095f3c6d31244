// Engines that let Easel name its jobs: whoever stops before he is told that one was taken, the next process finds it by its name.
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openPipeline, type Pipeline, type Process } from './testing/open.ts'
import { draws, picturesFor, stalls, startPaintEngine, type Look, type PaintEngine } from './testing/paint.ts'

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

const name = { prompt: 'a fox', seed: 1 }
const ready: Look = (reply) =>
  reply.json(200, { images: picturesFor({ prompt: 'a fox', n: 1, width: 16, height: 16, sources: [], mask: null }) })

/** A generation whose process was stopped when the engine had heard of its job and said nothing. */
async function stopUntold(): Promise<string> {
  const process = await pipeline.startProcess()
  const input = { name: 'Paint', provider: 'naming-paint', baseUrl: engine.baseUrl }
  const { id: connectionId } = await process.connections.create(pipeline.userId, input)
  const request = { prompt: 'a fox', connectionId, seed: 1 }
  const { id } = await process.generations.submit(pipeline.userId, request, { origin: 'easel' })
  await expect.poll(() => engine.asked.length).toBe(1)
  await process.stop()
  return id
}

async function ended(process: Process, id: string) {
  await expect
    .poll(async () => (await process.generations.get(pipeline.userId, id)).finishedAt, { timeout: 15_000 })
    .not.toBeNull()
  return await process.generations.get(pipeline.userId, id)
}

it('GN3, GN4: a job that was taken is found by the name it was sent with', async () => {
  engine.onDraw(stalls)
  const id = await stopUntold()
  engine.onLook(ready)
  const done = await ended(await pipeline.startProcess(), id)
  expect(done).toMatchObject({ state: 'succeeded', error: null, images: [{ seed: 1 }] })
  expect(engine.asked.map((asked) => asked.name)).toEqual([name])
  expect(engine.looks).toEqual([name])
})

it('GN4: one that the engine surely never took is sent', async () => {
  engine.onDraws(stalls, draws)
  const id = await stopUntold()
  const done = await ended(await pipeline.startProcess(), id)
  expect(done).toMatchObject({ state: 'succeeded', error: null, images: [{ seed: 1 }] })
  expect(engine.looks).toEqual([name])
  expect(engine.asked.map((asked) => asked.name)).toEqual([name, name])
})

it('GN4: as long as the engine cannot say, nothing is sent', async () => {
  engine.onDraw(stalls)
  const id = await stopUntold()
  let looks = 0
  engine.onLook((reply, ...rest) => {
    looks += 1
    return looks < 3 ? reply.json(503, { error: 'starting' }) : ready(reply, ...rest)
  })
  const done = await ended(await pipeline.startProcess(), id)
  expect(done).toMatchObject({ state: 'succeeded', error: null })
  expect(engine.asked).toHaveLength(1)
})

it('GN4: an engine that will not say is not sent it again', async () => {
  engine.onDraw(stalls)
  const id = await stopUntold()
  engine.onLook((reply) => reply.json(401, { error: 'no' }))
  const done = await ended(await pipeline.startProcess(), id)
  expect(done).toMatchObject({ state: 'failed', error: { kind: 'auth' } })
  expect(engine.asked).toHaveLength(1)
})

it('GN8: one that was cancelled meanwhile is stopped by its name', async () => {
  engine.onDraw(stalls)
  const id = await stopUntold()
  const idle = await pipeline.startProcess({ works: false })
  expect(await idle.generations.cancel(pipeline.userId, id)).toMatchObject({ state: 'cancelled' })
  await expect.poll(() => engine.cancels, { timeout: 15_000 }).toEqual([name])
  expect([engine.asked.length, engine.looks]).toEqual([1, []])
})

it('GN5: a job that the engine refused is not looked for', async () => {
  engine.onDraws((reply) => reply.json(429, { error: 'slow down' }, { 'retry-after': '50' }), draws)
  const id = await stopUntold()
  const done = await ended(await pipeline.startProcess(), id)
  expect(done).toMatchObject({ state: 'succeeded', error: null })
  expect([engine.asked.length, engine.looks]).toEqual([2, []])
})
