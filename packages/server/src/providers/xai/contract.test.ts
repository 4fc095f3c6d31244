import { createEngineHttp } from '../kit/engine-http.ts'
import { describeProvider } from '../spec/contract-suite.ts'
import { startFakeXai } from './fake-xai.ts'
import { provider } from './provider.ts'

describeProvider(provider, {
  folder: 'xai',
  request: {
    model: 'grok-imagine-image-2.0',
    prompt: 'a lighthouse',
    n: 2,
    aspectRatio: '16:9',
    quality: 'low',
    sources: [],
    options: { resolution: '2k' },
  },
  openHttp: (options) => createEngineHttp({ ...options, allowPrivateBase: true }),
  engine: {
    start: async (behaviour) => {
      const failure = behaviour === 'stalled' ? 'stall' : behaviour
      const fake = await startFakeXai(failure === 'normal' ? {} : { failure })
      return {
        baseUrl: fake.apiUrl,
        imageCalls: () => fake.drawn().map((seen) => seen.json()),
        close: () => fake.close(),
      }
    },
    expectedCalls: [
      {
        model: 'grok-imagine-image-2.0',
        prompt: 'a lighthouse',
        n: 2,
        response_format: 'b64_json',
        aspect_ratio: '16:9',
        resolution: '2k',
        quality: 'low',
      },
    ],
  },
})
