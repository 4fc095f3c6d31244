import { expect, it } from 'vitest'
import { createEngineHttp } from '../kit/engine-http.ts'
import { startFakeOpenRouter, type OpenRouterBehaviour } from './fake-openrouter.ts'
import { writingModels } from './models.ts'
import { settings } from './options.ts'
import { writer } from './writer.ts'

async function write(behaviour: OpenRouterBehaviour, chosen: object = {}) {
  const fake = await startFakeOpenRouter(behaviour)
  try {
    const { apiUrl: baseUrl } = fake
    const signal = new AbortController().signal
    const http = createEngineHttp({ baseUrl, signal, allowPrivateBase: true })
    const context = { baseUrl, key: 'sk-or-test', settings: settings.parse(chosen), signal, http }
    const outcome = await writer.write({ model: 'a/words', instructions: 'i', text: 'a fox', maxTokens: 9 }, context)
    return { outcome, sent: fake.drawn().at(-1)?.json() }
  } finally {
    await fake.close()
  }
}

it('WR7: what it cost is told exactly', async () => {
  const { outcome } = await write({})
  expect(outcome).toMatchObject({ kind: 'written', cost: { amount: 0.0002, currency: 'USD' } })
})

it('WR3: the choice of providers holds for words, too', async () => {
  const { sent } = await write({}, { only: 'openai, azure', fallbacks: false })
  expect(sent).toMatchObject({ provider: { only: ['openai', 'azure'], allow_fallbacks: false } })
})

it('WR5: a flagged prompt is a refusal with the reasons', async () => {
  const { outcome } = await write({ failure: 'flagged' })
  expect(outcome).toMatchObject({ kind: 'blocked', reason: expect.stringContaining('violence') })
})

it('WR2: models that draw do not write here', () => {
  const of = (id: string, made: string[], taken: string[] | null) => ({
    id,
    architecture: { output_modalities: made, ...(taken && { input_modalities: taken }) },
  })
  const listed = [
    of('a/sees', ['text'], ['text', 'image']),
    of('a/blind', ['text'], ['text']),
    of('a/draws', ['image', 'text'], null),
  ]
  expect(writingModels(listed)).toEqual([
    { id: 'a/sees', label: 'a/sees', sees: true },
    { id: 'a/blind', label: 'a/blind', sees: false },
  ])
})
