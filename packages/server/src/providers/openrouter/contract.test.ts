import { createEngineHttp } from '../kit/engine-http.ts'
import { describeProvider } from '../spec/contract-suite.ts'
import type { ImageRequest } from '../spec/provider.ts'
import { startFakeOpenRouter, type OpenRouterBehaviour } from './fake-openrouter.ts'
import { settings } from './options.ts'
import { provider } from './provider.ts'

const model = 'google/gemini-3.1-flash-image'
const request: ImageRequest = {
  model,
  prompt: 'a fox',
  n: 1,
  aspectRatio: '3:2',
  quality: '2K',
  seed: 4,
  sources: [],
  options: {},
}
const body = { model, prompt: 'a fox', aspect_ratio: '3:2', resolution: '2K', seed: 4 }
const chat = {
  model,
  messages: [{ role: 'user', content: 'a fox' }],
  modalities: ['image', 'text'],
  image_config: { aspect_ratio: '3:2', image_size: '2K' },
  seed: 4,
}

interface Case {
  readonly request: ImageRequest
  readonly fake?: OpenRouterBehaviour
  readonly settings?: Readonly<Record<string, unknown>>
  readonly expectedCalls: readonly unknown[]
}

const cases: readonly Case[] = [
  // A single picture may be streamed; here the model has no streaming, and here it has.
  { request, expectedCalls: [{ ...body, stream: true }] },
  { request, fake: { previews: 1 }, expectedCalls: [{ ...body, stream: true }] },
  { request: { ...request, n: 2 }, expectedCalls: [{ ...body, n: 2 }] },
  { request, settings: { api: 'chat' }, expectedCalls: [chat] },
]

for (const one of cases) {
  describeProvider(provider, {
    folder: 'openrouter',
    request: one.request,
    settings: settings.parse(one.settings ?? {}),
    openHttp: (options) => createEngineHttp({ ...options, allowPrivateBase: true }),
    engine: {
      start: async (behaviour) => {
        const failure = behaviour === 'stalled' ? 'stall' : behaviour
        const fake = await startFakeOpenRouter({ ...one.fake, ...(failure !== 'normal' && { failure }) })
        return {
          baseUrl: fake.apiUrl,
          imageCalls: () => fake.drawn().map((seen) => seen.json()),
          close: () => fake.close(),
        }
      },
      expectedCalls: one.expectedCalls,
    },
  })
}
