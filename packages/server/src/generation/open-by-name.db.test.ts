// Contract B's links are made where its pictures are kept: nobody has to wait for an answer, and no crash comes between. Rule CB8.
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { puttingBy } from '#storage/spec/testing.ts'
import type { Storage } from '#storage/spec/storage.ts'
import { openPipeline, type Pipeline, type Process } from './testing/open.ts'
import { startPaintEngine, type PaintEngine } from './testing/paint.ts'

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

async function requestFor({ connections }: Process, n: number) {
  const input = { name: 'Paint', provider: 'paint', baseUrl: engine.baseUrl }
  const { id: connectionId } = await connections.create(pipeline.userId, input)
  return { prompt: 'a fox', connectionId, n }
}

const links = async () =>
  await pipeline.db.selectFrom('shares').select(['name', 'filename', 'image_id', 'listed']).orderBy('name').execute()

it('CB8: each picture that contract B asked for is open by its name when it is kept; others are not', async () => {
  const process = await pipeline.startProcess()
  const request = await requestFor(process, 2)
  const { images } = await pipeline.run(process, request, { origin: 'flux' })
  const expected = images.map(({ id, filename }) => ({ name: filename, filename, image_id: id, listed: false }))
  expect(expected).toHaveLength(2)
  expect(await links()).toEqual(expected.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
  await pipeline.run(process, request, { origin: 'easel' })
  expect(await links()).toHaveLength(2)
  const told = await pipeline.db.selectFrom('events').select('event').execute()
  expect(told.filter(({ event }) => JSON.stringify(event).includes('"shares"'))).toHaveLength(2)
})

it('CB8, GN6: killed when the file was saved and its row was not: the link comes with the row', async () => {
  const saved = Promise.withResolvers<void>()
  const stopsWhenSaved = (storage: Storage): Storage =>
    puttingBy(storage, async (key, bytes) => {
      await storage.put(key, bytes)
      if (!key.startsWith('images/') || key.endsWith('.json')) return
      saved.resolve()
      await never()
    })
  const process = await pipeline.startProcess({ wrapStorage: stopsWhenSaved })
  const request = await requestFor(process, 1)
  const { id } = await process.generations.submit(pipeline.userId, request, { origin: 'sdxl_img2img' })
  await saved.promise
  await process.stop()
  expect(await links()).toEqual([])
  const { images, state } = await pipeline.until(await pipeline.startProcess(), id, 'succeeded')
  expect(state).toBe('succeeded')
  expect(await links()).toMatchObject([{ name: images[0]?.filename, image_id: images[0]?.id }])
  expect(engine.asked).toHaveLength(1)
})
