import { createEngineHttp } from '../kit/engine-http.ts'
import { describeProvider } from '../spec/contract-suite.ts'
import { startFakeHuggingFace } from './fake-huggingface.ts'
import { provider } from './provider.ts'

describeProvider(provider, {
  folder: 'huggingface',
  request: {
    model: 'black-forest-labs/FLUX.1-dev',
    prompt: 'a fox',
    n: 1,
    width: 96,
    height: 64,
    seed: 4,
    sources: [],
    options: {},
  },
  openHttp: (options) => createEngineHttp({ ...options, allowPrivateBase: true }),
  engine: {
    start: async (behaviour) => {
      const failure = behaviour === 'stalled' ? 'stall' : behaviour
      const fake = await startFakeHuggingFace({ ahead: 1, drawing: 1, ...(failure !== 'normal' && { failure }) })
      return {
        baseUrl: fake.baseUrl,
        imageCalls: () => fake.drawn().map((seen) => seen.json()),
        close: () => fake.close(),
      }
    },
    expectedCalls: [{ prompt: 'a fox', image_size: { width: 96, height: 64 }, seed: 4 }],
  },
})
