import { createEngineHttp } from '../kit/engine-http.ts'
import { describeProvider, type Behaviour } from '../spec/contract-suite.ts'
import { startFakeOllama, type OllamaFailure } from './fake-ollama.ts'
import { provider } from './provider.ts'

const failures: Partial<Record<Behaviour, OllamaFailure>> = { stalled: 'stall' }

describeProvider(provider, {
  folder: 'ollama',
  request: {
    model: 'x/z-image-turbo:latest',
    prompt: 'a lighthouse',
    n: 1,
    width: 64,
    height: 96,
    seed: 42,
    steps: 3,
    sources: [],
    options: {},
  },
  openHttp: (options) => createEngineHttp({ ...options, allowPrivateBase: true }),
  engine: {
    start: async (behaviour) => {
      const failure =
        failures[behaviour] ??
        (behaviour === 'normal' || behaviour === 'blocked' || behaviour === 'stalled' ? null : behaviour)
      const fake = await startFakeOllama(failure === null ? {} : { failure })
      const drawn = () => fake.requests.filter(({ path }) => path === '/api/generate')
      return {
        baseUrl: fake.baseUrl,
        imageCalls: () => drawn().map((request) => request.json()),
        close: () => fake.close(),
      }
    },
    expectedCalls: [
      {
        model: 'x/z-image-turbo:latest',
        prompt: 'a lighthouse',
        width: 64,
        height: 96,
        steps: 3,
        options: { seed: 42 },
        stream: true,
      },
    ],
    impossible: { blocked: 'Ollama refuses nothing on grounds of content' },
  },
})
