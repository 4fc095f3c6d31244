import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { contextsWith } from '../kit/testing.ts'
import { pictureBlocks } from './models.ts'
import { provider } from './provider.ts'
import { answerBlocks } from './wire.ts'

const contextFor = contextsWith()

it('says why there are no models, also where nobody listens and without a key', async () => {
  await expect(provider.listModels(contextFor('http://127.0.0.1:9'))).rejects.toMatchObject({
    kind: 'unsupported',
    message: expect.stringMatching(/no model that draws.*another engine/),
  })
})

it('says the same when asked for a picture, whatever the model is called', async () => {
  const request = { model: 'claude-image', prompt: 'a fox', n: 1, sources: [], options: {} }
  await expect(provider.start(request, contextFor('https://api.anthropic.com'))).rejects.toMatchObject({
    kind: 'unsupported',
    advice: 'never',
  })
})

it('no part of an answer is a picture', async () => {
  const recorded: unknown = JSON.parse(await readFile(new URL('__fixtures__/message.json', import.meta.url), 'utf8'))
  const { content } = z.object({ content: z.array(z.object({ type: z.string() })) }).parse(recorded)
  expect(content.every(({ type }) => answerBlocks.includes(type))).toBe(true)
  expect(pictureBlocks()).toEqual([])
})
