import { chatFixtures } from '../kit/chat-suite.ts'
import { createEngineHttp } from '../kit/engine-http.ts'
import { outgoing } from '../kit/fake-outgoing.ts'
import { source } from '../kit/testing.ts'
import { describeProvider, failing } from '../spec/contract-suite.ts'
import type { Example } from '../spec/claims-suite.ts'
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

const inlined = { type: 'image_url', image_url: { url: 'data:image/jpeg;base64,AQID' } }
const headers = { 'content-type': 'application/json', authorization: 'Bearer KEY' }
const everything: Example = {
  name: 'several pictures from several, with every option and the providers that are wanted',
  settings: settings.parse({ api: 'images', only: 'openai, google-vertex/global', ignore: 'azure', fallbacks: false }),
  request: {
    model,
    prompt: 'a lighthouse',
    n: 2,
    aspectRatio: '47:20',
    quality: 'high',
    background: 'transparent',
    outputFormat: 'webp',
    seed: 0,
    sources: [source, source],
    options: { resolution: '2K', output_compression: 80 },
  },
  sent: [
    {
      method: 'POST',
      path: '/api/v1/images',
      headers,
      body: {
        model,
        prompt: 'a lighthouse',
        n: 2,
        aspect_ratio: '2.35:1',
        resolution: '2K',
        quality: 'high',
        background: 'transparent',
        output_format: 'webp',
        output_compression: 80,
        seed: 0,
        input_references: [inlined, inlined],
        provider: { only: ['openai', 'google-vertex/global'], ignore: ['azure'], allow_fallbacks: false },
      },
    },
  ],
}
const inChat: Example = {
  name: 'by chat, with a picture',
  settings: settings.parse({ api: 'chat', only: 'google-vertex' }),
  request: {
    model,
    prompt: 'a lighthouse',
    n: 1,
    aspectRatio: '16:9',
    quality: '2K',
    seed: 7,
    sources: [source],
    options: {},
  },
  sent: [
    {
      method: 'POST',
      path: '/api/v1/chat/completions',
      headers,
      body: {
        model,
        messages: [{ role: 'user', content: [{ type: 'text', text: 'a lighthouse' }, inlined] }],
        modalities: ['image', 'text'],
        image_config: { aspect_ratio: '16:9', image_size: '2K' },
        seed: 7,
        provider: { only: ['google-vertex'] },
      },
    },
  ],
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
    writing: chatFixtures({
      model: 'a/words',
      limit: 'max_tokens',
      start: startFakeOpenRouter,
    }),
    openHttp: (options) => createEngineHttp({ ...options, allowPrivateBase: true }),
    engine: {
      start: async (behaviour) => {
        const fake = await startFakeOpenRouter({ ...one.fake, ...failing(behaviour) })
        return {
          baseUrl: fake.apiUrl,
          imageCalls: () => fake.drawn().map((seen) => seen.json()),
          sent: () => Promise.all(fake.drawn().map(outgoing)),
          close: () => fake.close(),
        }
      },
      examples: [everything, inChat],
      expectedCalls: one.expectedCalls,
    },
  })
}
