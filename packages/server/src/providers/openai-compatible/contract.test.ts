import { createEngineHttp } from '../kit/engine-http.ts'
import { describeProvider, type Behaviour } from '../spec/contract-suite.ts'
import { startFakeCompatible, type CompatibleFailure } from './fake-openai-compatible.ts'
import { provider } from './provider.ts'

const failures: Readonly<Record<Behaviour, CompatibleFailure | null>> = {
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

describeProvider(provider, {
  folder: 'openai-compatible',
  settings: { imagesPerCall: 2 },
  request: {
    model: 'Qwen/Qwen-Image',
    prompt: 'a lighthouse',
    n: 2,
    width: 96,
    height: 64,
    seed: 5,
    sources: [],
    options: {},
  },
  writing: {
    request: { model: 'llama-3.2', instructions: 'Say more.', text: 'a fox', maxTokens: 4000 },
    start: async (behaviour) => {
      const failure = behaviour === 'stalled' ? 'stall' : behaviour
      const fake = await startFakeCompatible({ dialect: 'localai', ...(failure !== 'normal' && { failure }) })
      const asked = () => fake.requests.filter(({ path }) => path === '/v1/chat/completions')
      return { baseUrl: fake.baseUrl, calls: () => asked().map((seen) => seen.json()), close: () => fake.close() }
    },
    expectedCall: {
      model: 'llama-3.2',
      messages: [
        { role: 'system', content: 'Say more.' },
        { role: 'user', content: 'a fox' },
      ],
      max_tokens: 4000,
    },
    expectedCallWithPicture: {
      model: 'llama-3.2',
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
      max_tokens: 4000,
    },
  },
  openHttp: (options) => createEngineHttp({ ...options, allowPrivateBase: true }),
  engine: {
    start: async (behaviour) => {
      const failure = failures[behaviour]
      const fake = await startFakeCompatible(failure === null ? {} : { failure })
      return {
        baseUrl: fake.baseUrl,
        imageCalls: () => fake.drawn().map((seen) => seen.json()),
        close: () => fake.close(),
      }
    },
    expectedCalls: [
      {
        model: 'Qwen/Qwen-Image',
        prompt: 'a lighthouse',
        n: 2,
        size: '96x64',
        response_format: 'b64_json',
        seed: 5,
      },
    ],
  },
})
