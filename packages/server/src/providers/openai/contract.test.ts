import { createEngineHttp } from '../kit/engine-http.ts'
import { describeProvider, type Behaviour } from '../spec/contract-suite.ts'
import { startFakeOpenAi, type OpenAiFailure } from './fake-openai.ts'
import { provider } from './provider.ts'

const failures: Readonly<Record<Behaviour, OpenAiFailure | null>> = {
  normal: null,
  unauthorized: 'unauthorized',
  'rate-limited': 'rate-limited',
  'server-error': 'server-error',
  html: 'html',
  'broken-base64': 'broken-base64',
  'no-image': 'no-image',
  blocked: 'blocked',
  endless: 'endless',
  stalled: 'stall',
}

const body = { model: 'gpt-image-2', prompt: 'a lighthouse', size: '1024x640', quality: 'low', output_format: 'png' }
const fields = { model: body.model, prompt: body.prompt, width: 1024, height: 640, quality: 'low', outputFormat: 'png' }

for (const n of [1, 2]) {
  describeProvider(provider, {
    folder: 'openai',
    request: { ...fields, n, sources: [], options: { moderation: 'low' } },
    writing: {
      request: { model: 'gpt-5', instructions: 'Say more.', text: 'a fox', maxTokens: 4000 },
      start: async (behaviour) => {
        const failure = behaviour === 'stalled' ? 'stall' : behaviour
        const fake = await startFakeOpenAi(failure === 'normal' ? {} : { failure })
        const asked = () => fake.requests.filter(({ path }) => path === '/v1/chat/completions')
        return { baseUrl: fake.apiUrl, calls: () => asked().map((seen) => seen.json()), close: () => fake.close() }
      },
      expectedCall: {
        model: 'gpt-5',
        messages: [
          { role: 'system', content: 'Say more.' },
          { role: 'user', content: 'a fox' },
        ],
        max_completion_tokens: 4000,
      },
      expectedCallWithPicture: {
        model: 'gpt-5',
        messages: [
          { role: 'system', content: 'Say more.' },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'a fox' },
              { type: 'image_url', image_url: { url: 'data:image/jpeg;base64,AQID' } },
            ],
          },
        ],
        max_completion_tokens: 4000,
      },
    },
    openHttp: (options) => createEngineHttp({ ...options, allowPrivateBase: true }),
    engine: {
      start: async (behaviour) => {
        const failure = failures[behaviour]
        const fake = await startFakeOpenAi(failure === null ? {} : { failure })
        const asked = () => fake.requests.filter(({ path }) => path.startsWith('/v1/images/'))
        return { baseUrl: fake.apiUrl, imageCalls: () => asked().map((seen) => seen.json()), close: () => fake.close() }
      },
      // A single picture is streamed, for its previews.
      expectedCalls: [{ ...body, n, moderation: 'low', ...(n === 1 && { stream: true, partial_images: 2 }) }],
    },
  })
}
