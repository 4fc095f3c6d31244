import { afterEach, beforeEach, expect, it } from 'vitest'
import { present } from '#base/errors.ts'
import { startFakeOllama, type FakeOllama } from '#providers/ollama/fake-ollama.ts'
import { openPipeline } from './testing/open.ts'
import { startPaintEngine, type PaintEngine } from './testing/paint.ts'

type Pipeline = Awaited<ReturnType<typeof openPipeline>>
type Process = Awaited<ReturnType<Pipeline['startProcess']>>

let pipeline: Pipeline
let process: Process
let paint: PaintEngine
let words: FakeOllama
let connectionId: string

beforeEach(async () => {
  pipeline = await openPipeline()
  process = await pipeline.startProcess()
  paint = await startPaintEngine()
  words = await startFakeOllama()
  connectionId = await connect({ name: 'Paint', provider: 'paint', baseUrl: paint.baseUrl })
})
afterEach(async () => {
  await pipeline.close()
  await paint.close()
  await words.close()
})

const connect = async (input: Parameters<Process['connections']['create']>[1]) =>
  (await process.connections.create(pipeline.userId, input)).id

async function choose() {
  const id = await connect({ name: 'Words', provider: 'ollama', baseUrl: words.baseUrl })
  await process.writing.set(pipeline.userId, { connectionId: id, model: 'llama3.2:latest' })
}

const draw = (more: object = {}, refine = true) =>
  pipeline.run(process, { prompt: 'a fox', connectionId, ...more }, { origin: 'easel', refine })

const chats = () => words.requests.filter(({ path }) => path === '/api/chat')
const drawnPrompts = () => JSON.stringify(paint.asked)

it('WR15: a prompt is rewritten before an engine is asked, and kept as it was typed', async () => {
  await choose()
  const generation = await draw()
  expect(generation).toMatchObject({
    state: 'succeeded',
    request: { prompt: 'a fox' },
    resolvedPrompt: 'a fox, at golden hour, in fine detail',
    images: [{ generationPrompt: 'a fox, at golden hour, in fine detail' }],
    adjustments: [],
  })
  expect(drawnPrompts()).toContain('golden hour')
  expect(chats()).toHaveLength(1)
})

it('WR15: nobody is asked where it was not wanted, nor where no text model is chosen', async () => {
  expect(await draw()).toMatchObject({ state: 'succeeded', resolvedPrompt: 'a fox', adjustments: [] })
  await choose()
  expect(await draw({}, false)).toMatchObject({ resolvedPrompt: 'a fox', adjustments: [] })
  expect(chats()).toHaveLength(0)
})

it('WR15: where the text model fails the prompt is drawn as typed, and why is said', async () => {
  await choose()
  words.behave({ failure: 'server-error' })
  expect(await draw()).toMatchObject({
    state: 'succeeded',
    resolvedPrompt: 'a fox',
    adjustments: [{ field: 'refine', asked: true, used: null, reason: expect.stringContaining('mlx runner') }],
  })
})

it('WR16: a text model that was asked before a crash is not asked again', async () => {
  await choose()
  const idle = await pipeline.startProcess({ works: false })
  await process.stop()
  const { id } = await idle.generations.submit(
    pipeline.userId,
    { prompt: 'a fox', connectionId },
    { origin: 'easel', refine: true },
  )
  await pipeline.db.updateTable('generations').set({ refine: 'asked' }).where('id', '=', id).execute()
  const next = await pipeline.startProcess()
  const generation = await next.generations.wait(pipeline.userId, id, AbortSignal.timeout(15_000))
  expect(generation).toMatchObject({ state: 'succeeded', resolvedPrompt: 'a fox', adjustments: [{ field: 'refine' }] })
  expect(chats()).toHaveLength(0)
})

it('WR16: cancelling stops the text model', async () => {
  await choose()
  words.behave({ failure: 'stall' })
  const { id } = await process.generations.submit(
    pipeline.userId,
    { prompt: 'a fox', connectionId },
    { origin: 'easel', refine: true },
  )
  await expect.poll(() => chats().length).toBe(1)
  await process.generations.cancel(pipeline.userId, id)
  await pipeline.until(process, id, 'cancelled')
  await expect.poll(() => present(chats()[0], 'the call').left.aborted).toBe(true)
  expect(paint.asked).toHaveLength(0)
})

it('WR17: a refined prompt that comes along is drawn, and the typed one kept, also when it is tried again', async () => {
  await choose()
  const generation = await draw({ refinedPrompt: 'a red fox at dawn' })
  const story = {
    request: { prompt: 'a fox', refinedPrompt: 'a red fox at dawn' },
    resolvedPrompt: 'a red fox at dawn',
  }
  expect(generation).toMatchObject({ state: 'succeeded', ...story })
  expect(await process.generations.retry(pipeline.userId, generation.id)).toMatchObject(story)
  expect(chats()).toHaveLength(0)
})
