import { expect, it } from 'vitest'
import { createEngineHttp } from '../kit/engine-http.ts'
import { startFakeCompatible, type CompatibleBehaviour } from './fake-openai-compatible.ts'
import { writer } from './writer.ts'

async function list(behaviour: CompatibleBehaviour) {
  const fake = await startFakeCompatible(behaviour)
  try {
    const signal = new AbortController().signal
    const { baseUrl } = fake
    const http = createEngineHttp({ baseUrl, signal, allowPrivateBase: true })
    return await writer.listTextModels({ baseUrl, key: null, settings: {}, signal, http })
  } finally {
    await fake.close()
  }
}

it('WR2: takes what writes where the server tells, as LocalAI does', async () => {
  expect(await list({ dialect: 'localai' })).toEqual([{ id: 'llama-3.2', label: 'llama-3.2', sees: true }])
})

it('WR2: takes all that may write where the server does not tell', async () => {
  // None of this server's is left: they draw, listen or embed.
  expect(await list({ dialect: 'vllm' })).toEqual([])
})
