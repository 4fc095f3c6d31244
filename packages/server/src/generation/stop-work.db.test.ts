import { afterAll, beforeAll, expect, it } from 'vitest'
import { newId } from '#base/ids.ts'
import { eraseUser } from '#library/erase.ts'
import { sweep } from '#library/sweep.ts'
import { stopWork } from './stop-work.ts'
import { openPipeline, type Pipeline, type Process } from './testing/open.ts'
import { draws, stalls, startPaintEngine, type PaintEngine } from './testing/paint.ts'

let pipeline: Pipeline
let process: Process
let engine: PaintEngine
beforeAll(async () => {
  engine = await startPaintEngine()
  pipeline = await openPipeline()
  process = await pipeline.startProcess()
})
afterAll(async () => {
  await pipeline.close()
  await engine.close()
})

const connect = async (of: string) => {
  const input = { name: `Paint ${newId()}`, provider: 'paint', baseUrl: engine.baseUrl, concurrency: 1 }
  return (await process.connections.create(of, input)).id
}
const submit = (of: string, connectionId: string) =>
  process.generations.submit(of, { prompt: 'a', connectionId, n: 2 }, { origin: 'easel' })

it('GU7: what waits and what runs is cancelled first, and of nobody else', async () => {
  const [user, other] = [await pipeline.addUser(), await pipeline.addUser()]
  const [mine, theirs] = [await connect(user), await connect(other)]
  engine.onDraws(draws, stalls)
  const running = await submit(user, mine)
  await expect.poll(() => engine.asked.length).toBe(2)
  const waiting = await submit(user, mine)
  const foreign = await submit(other, theirs)
  await expect.poll(() => engine.asked.length).toBe(3)
  const ports = { db: pipeline.db, generations: process.generations }
  await stopWork(ports, user)
  for (const { id } of [running, waiting]) {
    expect((await process.generations.get(user, id)).state).toBe('cancelled')
  }
  expect((await process.generations.get(other, foreign.id)).state).toBe('running')
  await stopWork(ports, user)

  await submit(user, mine)
  await expect.poll(() => engine.asked.length).toBe(4)
  const { db, files: storage, log } = pipeline
  const library = { db, storage, events: process.events, log }
  await eraseUser({ ...library, stopWork: (id) => stopWork(ports, id) }, user)
  expect(await pipeline.keys(`images/user-${user}`)).toEqual([])
  expect(await sweep(library, { olderThanMs: 0 })).toEqual({ adopted: 0, removed: 0, unknown: 0, missing: 0 })
  expect((await process.generations.get(other, foreign.id)).state).toBe('running')
  await process.generations.cancel(other, foreign.id)
})
