// Generations on a connection that somebody else shares.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPipeline, type Pipeline, type Process } from './testing/open.ts'
import { draws, stalls, startPaintEngine, type PaintEngine } from './testing/paint.ts'

const key = 'sk-of-the-administrator-0123456789'

let pipeline: Pipeline
let process: Process
let engine: PaintEngine
let user: string
beforeAll(async () => {
  pipeline = await openPipeline()
  process = await pipeline.startProcess()
  engine = await startPaintEngine()
  user = await pipeline.addUser('user')
})
afterAll(async () => {
  await pipeline.close()
  await engine.close()
})

async function share(name: string, concurrency = 4): Promise<string> {
  engine.onDraw(draws)
  const input = { name, provider: 'paint', baseUrl: engine.baseUrl, key, shared: true, concurrency }
  return (await process.connections.create(pipeline.userId, input)).id
}

async function submit(of: string, connectionId: string, prompt = 'a fox') {
  return (await process.generations.submit(of, { prompt, connectionId }, { origin: 'easel' })).id
}

const end = (of: string, id: string) => process.generations.wait(of, id, AbortSignal.timeout(15_000))

it("CN19: the worker draws with the owner's key, for the library of whoever asked", async () => {
  const id = await share('Drawing')
  const generation = await end(user, await submit(user, id))
  expect(generation).toMatchObject({ state: 'succeeded', images: [{ id: expect.any(String) }] })
  expect((await process.images.list(user, { limit: 5 })).data).toHaveLength(1)
  expect((await process.images.list(pipeline.userId, { limit: 5 })).data).toHaveLength(0)
  const retried = await end(user, (await process.generations.retry(user, generation.id)).id)
  expect(retried.state).toBe('succeeded')
})

it('CN22: what waits fails with the reason when its turn comes, and cannot be retried', async () => {
  const id = await share('Ending', 1)
  engine.onDraw(stalls)
  const before = engine.asked.length
  const running = await submit(pipeline.userId, id)
  await expect.poll(() => engine.asked.length, { timeout: 10_000 }).toBe(before + 1)
  const waiting = await submit(user, id)
  await process.connections.update(pipeline.userId, id, { shared: false })
  await process.generations.cancel(pipeline.userId, running)
  const ended = await end(user, waiting)
  expect(ended).toMatchObject({
    state: 'failed',
    error: { kind: 'not-found', message: expect.stringContaining('shared'), retryable: false },
  })
  await expect(process.generations.retry(user, waiting)).rejects.toMatchObject({ code: 'not-found' })
})

it('CN20: users take turns on it, however much one of them queues', async () => {
  const id = await share('Turns', 1)
  engine.onDraw(stalls)
  const before = engine.asked.length
  const first = await submit(pipeline.userId, id, 'held')
  await expect.poll(() => engine.asked.length, { timeout: 10_000 }).toBe(before + 1)
  const many: string[] = []
  for (let at = 0; at < 4; at++) many.push(await submit(pipeline.userId, id, `owner ${at}`))
  const other = await submit(user, id, 'guest of the lane')
  engine.onDraw(draws)
  await process.generations.cancel(pipeline.userId, first)
  const ended = await end(user, other)
  await Promise.all(many.map((one) => end(pipeline.userId, one)))
  const last = await process.generations.get(pipeline.userId, many.at(-1) ?? '')
  expect(String(ended.finishedAt) < String(last.finishedAt)).toBe(true)
})
