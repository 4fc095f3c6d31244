import { expect, it } from 'vitest'
import { createEngineHttp } from '../kit/engine-http.ts'
import { startFakeOllama, type OllamaBehaviour } from './fake-ollama.ts'
import { writer } from './writer.ts'

async function withFake<T>(
  behaviour: OllamaBehaviour,
  use: (context: Parameters<typeof writer.write>[1]) => Promise<T>,
) {
  const fake = await startFakeOllama(behaviour)
  try {
    const signal = new AbortController().signal
    const { baseUrl } = fake
    const http = createEngineHttp({ baseUrl, signal, allowPrivateBase: true })
    return {
      result: await use({ baseUrl, key: null, settings: { keepAlive: '5m' }, signal, http }),
      seen: fake.requests,
    }
  } finally {
    await fake.close()
  }
}

const models = [
  { name: 'llava:latest', capabilities: ['completion', 'vision'] },
  { name: 'llama3.2:3b', capabilities: ['completion'] },
  { name: 'nomic-embed-text:latest', capabilities: ['embedding'] },
]

it.each([true, false])(
  'WR2: lists what completes, and what sees (told in the list: %s)',
  async (capabilitiesInTags) => {
    const { result } = await withFake({ models, capabilitiesInTags }, (context) => writer.listTextModels(context))
    expect(result).toEqual([
      { id: 'llava:latest', label: 'llava', sees: true },
      { id: 'llama3.2:3b', label: 'llama3.2:3b', sees: false },
    ])
  },
)

it('WR3: writes also where pictures are no longer drawn, and keeps the model loaded as long as it was told', async () => {
  const asked = { model: 'llava:latest', instructions: 'Say more.', text: 'a fox', maxTokens: 9 }
  const { result, seen } = await withFake({ models, version: '0.40.0' }, (context) => writer.write(asked, context))
  expect(result).toMatchObject({ kind: 'written', text: expect.stringContaining('a fox') })
  expect(seen.at(-1)?.json()).toMatchObject({ keep_alive: '5m', options: { num_predict: 9 } })
})

it('WR6: a model that is not there is said with how to get it', async () => {
  const asked = { model: 'mistral', instructions: 'Say more.', text: 'a fox', maxTokens: 9 }
  const failed = withFake({ models }, (context) => writer.write(asked, context))
  await expect(failed).rejects.toMatchObject({
    kind: 'not-found',
    message: expect.stringContaining('ollama pull mistral'),
  })
})
