// Text models and pictures share the limit of their connection.
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openPipeline } from '#generation/testing/open.ts'
import { answerChat, isChat } from '#providers/kit/fake-chat.ts'
import { startFakeEngine, type FakeEngine, type Reply, type SeenRequest } from '#providers/kit/fake-engine.ts'
import { fakePicture } from '#providers/kit/fake-picture.ts'
import { provider as compatible } from '#providers/openai-compatible/provider.ts'

type Pipeline = Awaited<ReturnType<typeof openPipeline>>
type Process = Awaited<ReturnType<Pipeline['startProcess']>>
type Turn = (request: SeenRequest, reply: Reply) => void | Promise<void>

const works = (path: string) => isChat(path) || path.startsWith('/v1/images/')
const picture = Buffer.from(fakePicture(512, 512, 'a fox')).toString('base64')

const answers: Turn = async (request, reply) => {
  await pause(20)
  if (isChat(request.path)) await answerChat({}, request, reply)
  else reply.json(200, { created: 1, data: [{ b64_json: picture }] })
}
const stalls: Turn = () => undefined

let pipeline: Pipeline
let process: Process
/** Works too, and waits for a moment only. */
let hasty: Process
let engine: FakeEngine
let turn: Turn
let inFlight: number
let most: number
let connectionId: string

beforeEach(async () => {
  turn = answers
  inFlight = 0
  most = 0
  engine = await startFakeEngine(async (request, reply) => {
    if (!works(request.path)) {
      return reply.json(200, { object: 'list', data: ['flux.1-dev', 'llama-3.2'].map((id) => ({ id })) })
    }
    most = Math.max(most, ++inFlight)
    request.left.addEventListener('abort', () => (inFlight -= 1))
    // Counted as over before it is told, so that the next one cannot be there already.
    const json: Reply['json'] = (...answer) => {
      inFlight -= 1
      reply.json(...answer)
    }
    await turn(request, { ...reply, json })
  })
  pipeline = await openPipeline()
  // Both before any work: an embedded database takes up what it finds at work when a process starts.
  process = await start()
  hasty = await start(100)
  const input = { name: 'Both', provider: 'openai-compatible', baseUrl: engine.baseUrl, concurrency: 1 }
  connectionId = (await process.connections.create(pipeline.userId, input)).id
  await process.writing.set(pipeline.userId, { connectionId, model: 'llama-3.2' })
})
afterEach(async () => {
  await pipeline.close()
  await engine.close()
})

const start = (waitMs = 20_000) => pipeline.startProcess({ providers: [compatible], waitMs })
const chats = () => engine.requests.filter(({ path }) => isChat(path)).length
const drawn = () => engine.requests.filter(({ path }) => path.startsWith('/v1/images/')).length
const refine = (from: Process, signal = new AbortController().signal) =>
  from.writing.refine(pipeline.userId, { prompt: 'a fox' }, signal)
const request = () => ({ prompt: 'a fox', connectionId, model: 'flux.1-dev', size: '512x512' })
const busy = { code: 'too-many-requests', message: expect.stringContaining('"Both" is busy') }

it('WR19: where the limit is one, words and pictures of several processes come one after another', async () => {
  const ids = await Promise.all(
    [process, hasty, process].map(
      async ({ generations }) => (await generations.submit(pipeline.userId, request(), { origin: 'easel' })).id,
    ),
  )
  const prompts = await Promise.all([1, 2, 3, 4].map(() => refine(process)))
  expect(prompts.map(({ prompt }) => prompt)).toEqual(Array(4).fill('a fox, at golden hour, in fine detail'))
  for (const id of ids) expect(await pipeline.until(process, id, 'succeeded')).toMatchObject({ error: null })
  expect([chats(), drawn(), most]).toEqual([4, 3, 1])
})

it('WR19: a text model waits while a picture is drawn, for a while', async () => {
  turn = stalls
  const { id } = await process.generations.submit(pipeline.userId, request(), { origin: 'easel' })
  await expect.poll(drawn).toBe(1)
  turn = answers
  await expect(refine(hasty)).rejects.toMatchObject(busy)
  expect(chats()).toBe(0)
  const patient = refine(process)
  await process.generations.cancel(pipeline.userId, id)
  expect(await patient).toMatchObject({ prompt: expect.stringContaining('golden hour') })
  expect(most).toBe(1)
})

it('WR19: a picture waits while a text model is asked, and another text model too', async () => {
  turn = stalls
  const abort = new AbortController()
  const writing = refine(process, abort.signal)
  await expect.poll(chats).toBe(1)
  turn = answers
  const { id } = await process.generations.submit(pipeline.userId, request(), { origin: 'easel' })
  await expect(refine(hasty)).rejects.toMatchObject(busy)
  expect([chats(), drawn()]).toEqual([1, 0])
  abort.abort()
  await expect(writing).rejects.toMatchObject({ kind: 'interrupted' })
  await pipeline.until(process, id, 'succeeded')
  expect(most).toBe(1)
})

it('WR19: whoever goes away while it waits asks nothing', async () => {
  turn = stalls
  const { id } = await process.generations.submit(pipeline.userId, request(), { origin: 'easel' })
  await expect.poll(drawn).toBe(1)
  const abort = new AbortController()
  const waiting = refine(process, abort.signal)
  abort.abort(new Error('gone'))
  await expect(waiting).rejects.toThrow('gone')
  await process.generations.cancel(pipeline.userId, id)
  await pipeline.until(process, id, 'cancelled')
  expect(chats()).toBe(0)
})

it('WR19: a generation that has its prompt refined by its own connection needs no second place', async () => {
  const done = await pipeline.run(process, request(), { origin: 'easel', refine: true })
  expect(done).toMatchObject({
    state: 'succeeded',
    resolvedPrompt: 'a fox, at golden hour, in fine detail',
    adjustments: [],
  })
  expect([chats(), drawn(), most]).toEqual([1, 1, 1])
})

it('WR15: where its text model is busy the prompt is drawn as typed', async () => {
  await process.stop()
  const input = { name: 'Words', provider: 'openai-compatible', baseUrl: engine.baseUrl, concurrency: 1 }
  const words = (await hasty.connections.create(pipeline.userId, input)).id
  await hasty.writing.set(pipeline.userId, { connectionId: words, model: 'llama-3.2' })
  turn = stalls
  const abort = new AbortController()
  const writing = refine(hasty, abort.signal)
  await expect.poll(chats).toBe(1)
  turn = answers
  const done = await pipeline.run(hasty, request(), { origin: 'easel', refine: true })
  expect(done).toMatchObject({
    state: 'succeeded',
    resolvedPrompt: 'a fox',
    adjustments: [{ field: 'refine', used: null, reason: expect.stringContaining('"Words" is busy') }],
  })
  abort.abort()
  await expect(writing).rejects.toMatchObject({ kind: 'interrupted' })
})
