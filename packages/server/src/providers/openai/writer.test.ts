import OpenAI from 'openai'
import { expect, it } from 'vitest'
import { createEngineHttp } from '../kit/engine-http.ts'
import { rewritten, seenInPictures } from '../kit/fake-chat.ts'
import { startFakeOpenAi } from './fake-openai.ts'
import { writingModels } from './models.ts'
import { writer } from './writer.ts'

it('WR2: the models that write are known by their names, and which of them see', () => {
  const ids = ['gpt-5', 'gpt-5', 'gpt-3.5-turbo', 'gpt-4o', 'gpt-4', 'o3', 'o3-mini', 'chatgpt-4o-latest']
  const others = [
    'gpt-image-2',
    'gpt-4o-audio-preview',
    'gpt-realtime',
    'whisper-1',
    'dall-e-3',
    'gpt-4o-mini-tts',
    'sora-2',
  ]
  expect(writingModels([...ids, ...others]).map(({ id, sees }) => [id, sees])).toEqual([
    ['gpt-5', true],
    ['gpt-3.5-turbo', false],
    ['gpt-4o', true],
    ['gpt-4', false],
    ['o3', true],
    ['o3-mini', false],
    ['chatgpt-4o-latest', true],
  ])
})

it('WR2: a server without a list says so', async () => {
  const fake = await startFakeOpenAi({ models: null })
  try {
    const signal = new AbortController().signal
    const http = createEngineHttp({ baseUrl: fake.apiUrl, signal, allowPrivateBase: true })
    const context = { baseUrl: fake.apiUrl, key: 'sk-test', settings: {}, signal, http }
    await expect(writer.listTextModels(context)).rejects.toMatchObject({ kind: 'not-found' })
  } finally {
    await fake.close()
  }
})

it('WR3: OpenAI’s own client reads the words of our fake', async () => {
  const fake = await startFakeOpenAi()
  try {
    const client = new OpenAI({
      apiKey: 'sk-test',
      organization: null,
      project: null,
      baseURL: fake.apiUrl,
      maxRetries: 0,
    })
    const ask = async (content: OpenAI.ChatCompletionUserMessageParam['content']) => {
      const messages = [
        { role: 'system' as const, content: 'Say more.' },
        { role: 'user' as const, content },
      ]
      const { choices } = await client.chat.completions.create({ model: 'gpt-5', messages, max_completion_tokens: 100 })
      return choices[0]?.message.content
    }
    expect(await ask('a fox')).toBe(rewritten('a fox'))
    const url = 'data:image/jpeg;base64,AQID'
    expect(
      await ask([
        { type: 'text', text: 'What is it?' },
        { type: 'image_url', image_url: { url } },
      ]),
    ).toBe(seenInPictures)
  } finally {
    await fake.close()
  }
})
