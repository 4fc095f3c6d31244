// A text model whose connection is at work, over HTTP.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startFakeOllama, type FakeOllama } from '#providers/ollama/fake-ollama.ts'
import { openServer, type TestServer } from './testing/server.ts'

let server: TestServer
let ollama: FakeOllama
beforeAll(async () => {
  ollama = await startFakeOllama()
  server = await openServer({ waitMs: 50 })
})
afterAll(async () => {
  await server.close()
  await ollama.close()
})

it('WR19, LI4: a busy text model is told as 429, and when to ask again', async () => {
  const { process, pipeline } = server
  const input = { name: 'Words', provider: 'ollama', baseUrl: ollama.baseUrl, concurrency: 1 }
  const { id: connectionId } = await process.connections.create(pipeline.userId, input)
  const image = await server.addImage()
  const body = { connectionId, model: 'llama3.2:latest' }
  const ask = (path: string, more: object = {}) => server.ask({ method: 'POST', path, body: { ...body, ...more } })
  const both = async () => [
    await ask('/api/prompts/refine', { prompt: 'a fox' }),
    await ask(`/api/images/${image.id}/describe`),
  ]
  const signal = new AbortController().signal
  const call = await process.jobs.beginCall(connectionId, { waitMs: 0, signal, onLost: () => undefined })
  for (const answer of await both()) {
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '5'])
    expect(answer.json()).toMatchObject({ code: 'too-many-requests', detail: expect.stringContaining('"Words"') })
  }
  await call?.end()
  expect((await both()).map(({ status }) => status)).toEqual([200, 200])
})
