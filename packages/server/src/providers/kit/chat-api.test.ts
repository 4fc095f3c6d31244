import { expect, it } from 'vitest'
import { ProviderError } from '../spec/provider-error.ts'
import { writeByChat } from './chat-api.ts'
import { createEngineHttp } from './engine-http.ts'
import { answerChat } from './fake-chat.ts'
import { startFakeEngine, type Reply, type SeenRequest } from './fake-engine.ts'
import { writtenText } from './written.ts'

type Handle = (request: SeenRequest, reply: Reply) => void | Promise<void>

const request = { model: 'm', instructions: 'Say more.', text: 'a fox', maxTokens: 100 }

async function write(handle: Handle) {
  const engine = await startFakeEngine(handle)
  try {
    const { baseUrl } = engine
    const http = createEngineHttp({ baseUrl, signal: new AbortController().signal, allowPrivateBase: true })
    const api = { engine: 'The server', key: 'sk-123456789', baseUrl, http, path: '/chat/completions', headers: {} }
    return await writeByChat(request, { ...api, limit: 'max_tokens' })
  } finally {
    await engine.close()
  }
}

const says =
  (message: object, more: object = {}): Handle =>
  (_request, reply) =>
    reply.json(200, { choices: [{ message, finish_reason: 'stop', ...more }] })

it('WR7: a cost that the engine says is told, a strange one is not', async () => {
  const costing = (chatCost: number) => write((asked, reply) => answerChat({ chatCost }, asked, reply))
  expect(await costing(0.0004)).toMatchObject({ kind: 'written', cost: { amount: 0.0004, currency: 'USD' } })
  expect(await costing(-1)).not.toHaveProperty('cost')
  expect(await write(says({ content: 'a red fox' }))).toEqual({ kind: 'written', text: 'a red fox' })
})

it('WR4: what a model thought aloud is left out', async () => {
  const content = '<think>\nThey want a fox.\n</think>\n\na red fox'
  expect(await write(says({ content }))).toMatchObject({ text: 'a red fox' })
  expect(writtenText('a <think>fox</think>', { engine: 'E', cutOff: false })).toBe('a <think>fox</think>')
})

it('WR4: nothing but thoughts is no answer', async () => {
  const failed = write(says({ content: '<think>They want a fox.</think>' }))
  await expect(failed).rejects.toThrow(ProviderError)
  await expect(failed).rejects.toMatchObject({ kind: 'malformed-response' })
})

it('WR3: words in pieces are put together', async () => {
  const content = [
    { type: 'text', text: 'a red ' },
    { type: 'text', text: 'fox' },
  ]
  expect(await write(says({ content }))).toMatchObject({ text: 'a red fox' })
})

it('WR5: a refusal in a success is a refusal, without the key', async () => {
  const refused = await write((asked, reply) => answerChat({ failure: 'refused' }, asked, reply))
  expect(refused).toEqual({ kind: 'blocked', reason: 'I cannot help with that.' })
  const filtered = await write(says({ content: 'no: sk-123456789' }, { finish_reason: 'content_filter' }))
  expect(filtered).toMatchObject({ kind: 'blocked', reason: expect.not.stringContaining('sk-123456789') })
  const late = await write((_asked, reply) =>
    reply.json(200, { error: { message: 'Not that', code: 'content_policy_violation' } }),
  )
  expect(late).toEqual({ kind: 'blocked', reason: 'Not that' })
})
