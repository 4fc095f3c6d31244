import { expect, it } from 'vitest'
import { contextFor, engines } from './testing.ts'
import { writer } from './writer.ts'

const { fake, canned } = engines()

it('WR2: lists what some service serves now, and which of it sees', async () => {
  const { baseUrl } = await fake()
  expect(await writer.listTextModels(contextFor(baseUrl))).toEqual([
    { id: 'openai/gpt-oss-120b', label: 'openai/gpt-oss-120b', sees: false },
    { id: 'Qwen/Qwen3-VL-30B', label: 'Qwen/Qwen3-VL-30B', sees: true },
    { id: 'easel/untold', label: 'easel/untold', sees: null },
  ])
})

it('WR2: a proxy without the list has no text models', async () => {
  expect(await writer.listTextModels(contextFor(await canned(404, '')))).toEqual([])
})

it('WR3: whoever is to pay is told', async () => {
  const engine = await fake()
  const context = contextFor(engine.baseUrl, { settings: { billTo: 'easel-org' } })
  await writer.write({ model: 'openai/gpt-oss-120b', instructions: 'i', text: 'a fox', maxTokens: 9 }, context)
  expect(engine.requests.at(-1)).toMatchObject({
    path: '/v1/chat/completions',
    headers: { 'x-hf-bill-to': 'easel-org' },
  })
})

it('WR6: an address that cannot work is said to be', async () => {
  const context = contextFor('https://api-inference.huggingface.co')
  await expect(writer.listTextModels(context)).rejects.toMatchObject({ kind: 'not-found' })
  const write = writer.write({ model: 'm', instructions: 'i', text: 't', maxTokens: 9 }, context)
  await expect(write).rejects.toMatchObject({ kind: 'not-found' })
})
