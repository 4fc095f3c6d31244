import { expect, it } from 'vitest'
import { contextsWith, openEngines } from '../kit/testing.ts'
import { startFakeXai, type XaiBehaviour } from './fake-xai.ts'
import { writer } from './writer.ts'

const engines = openEngines()
const contextFor = contextsWith({ key: 'xai-test-0123456789abcdef' })
const fake = async (behaviour: XaiBehaviour = {}) => contextFor((await engines.keep(startFakeXai(behaviour))).apiUrl)
const request = { model: 'grok-4', instructions: 'i', text: 'a fox', maxTokens: 9 }

it('WR2: lists what writes, and which of it sees', async () => {
  expect(await writer.listTextModels(await fake())).toEqual([
    { id: 'grok-4', label: 'grok-4', sees: true },
    { id: 'grok-code-fast-1', label: 'grok-code-fast-1', sees: false },
    { id: 'grok-untold', label: 'grok-untold', sees: null },
  ])
})

it('WR2: a server without the list has no text models', async () => {
  expect(await writer.listTextModels(await fake({ models: null }))).toEqual([])
})

it('WR5: what its moderation refuses is a refusal in its words, whatever the status', async () => {
  for (const failure of ['blocked-400', 'blocked-403'] as const) {
    const outcome = await writer.write(request, await fake({ failure }))
    expect(outcome).toMatchObject({ kind: 'blocked', reason: expect.stringMatching(/moderation|usage guidelines/) })
  }
})

it('WR6: a wrong key and used-up credits are what they are, whatever the status', async () => {
  await expect(writer.write(request, await fake({ failure: 'bad-key' }))).rejects.toMatchObject({ kind: 'auth' })
  await expect(writer.write(request, await fake({ failure: 'credits-used' }))).rejects.toMatchObject({ kind: 'quota' })
})
