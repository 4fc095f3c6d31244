import { createEngineHttp } from '../kit/engine-http.ts'
import { outgoing } from '../kit/fake-outgoing.ts'
import { describeProvider } from '../spec/contract-suite.ts'
import { startFakeGab } from './fake-gab.ts'
import { provider } from './provider.ts'

describeProvider(provider, {
  folder: 'gab',
  settings: { sizes: '96x64' },
  request: { model: 'nano-banana', prompt: 'a lighthouse', n: 1, width: 96, height: 64, sources: [], options: {} },
  writing: {
    request: { model: 'arya', instructions: 'Say more.', text: 'a fox', maxTokens: 4000 },
    start: async (behaviour) => {
      const failure = behaviour === 'stalled' ? 'stall' : behaviour
      const fake = await startFakeGab(failure === 'normal' ? {} : { failure })
      const asked = () => fake.requests.filter(({ path }) => path === '/v1/chat/completions')
      return { baseUrl: fake.apiUrl, calls: () => asked().map((seen) => seen.json()), close: () => fake.close() }
    },
    expectedCall: {
      model: 'arya',
      messages: [
        { role: 'system', content: 'Say more.' },
        { role: 'user', content: 'a fox' },
      ],
      max_tokens: 4000,
    },
    expectedCallWithPicture: {
      model: 'arya',
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
      const failure = behaviour === 'stalled' ? 'stall' : behaviour
      const fake = await startFakeGab(failure === 'normal' ? {} : { failure })
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
