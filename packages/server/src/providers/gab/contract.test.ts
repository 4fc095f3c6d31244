import { createEngineHttp } from '../kit/engine-http.ts'
import { describeProvider } from '../spec/contract-suite.ts'
import { startFakeGab } from './fake-gab.ts'
import { provider } from './provider.ts'

describeProvider(provider, {
  folder: 'gab',
  settings: { sizes: '96x64' },
  request: { model: 'nano-banana', prompt: 'a lighthouse', n: 1, width: 96, height: 64, sources: [], options: {} },
  openHttp: (options) => createEngineHttp({ ...options, allowPrivateBase: true }),
  engine: {
    start: async (behaviour) => {
      const failure = behaviour === 'stalled' ? 'stall' : behaviour
      const fake = await startFakeGab(failure === 'normal' ? {} : { failure })
      return {
        baseUrl: fake.apiUrl,
        imageCalls: () => fake.drawn().map((seen) => seen.json()),
        close: () => fake.close(),
      }
    },
    expectedCalls: [{ model: 'nano-banana', prompt: 'a lighthouse', n: 1, size: '96x64' }],
  },
})
