import { chatFixtures } from '../kit/chat-suite.ts'
import { createEngineHttp } from '../kit/engine-http.ts'
import { outgoing } from '../kit/fake-outgoing.ts'
import { describeProvider, failing } from '../spec/contract-suite.ts'
import { startFakeGab } from './fake-gab.ts'
import { provider } from './provider.ts'

describeProvider(provider, {
  folder: 'gab',
  settings: { sizes: '96x64' },
  request: { model: 'nano-banana', prompt: 'a lighthouse', n: 1, width: 96, height: 64, sources: [], options: {} },
  writing: chatFixtures({
    model: 'arya',
    limit: 'max_tokens',
    start: startFakeGab,
  }),
  openHttp: (options) => createEngineHttp({ ...options, allowPrivateBase: true }),
  engine: {
    start: async (behaviour) => {
      const fake = await startFakeGab(failing(behaviour))
      return {
        baseUrl: fake.apiUrl,
        imageCalls: () => fake.drawn().map((seen) => seen.json()),
        sent: () => Promise.all(fake.drawn().map(outgoing)),
        close: () => fake.close(),
      }
    },
    expectedCalls: [{ model: 'nano-banana', prompt: 'a lighthouse', n: 1, size: '96x64' }],
    examples: [
      {
        name: 'a picture of no particular size',
        request: { model: 'nano-banana', prompt: 'a lighthouse', n: 1, sources: [], options: {} },
        sent: [
          {
            method: 'POST',
            path: '/v1/images/generations',
            headers: { 'content-type': 'application/json', authorization: 'Bearer KEY' },
            body: { model: 'nano-banana', prompt: 'a lighthouse', n: 1 },
          },
        ],
      },
    ],
  },
})
