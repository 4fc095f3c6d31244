import { chatFixtures } from '../kit/chat-suite.ts'
import { createEngineHttp } from '../kit/engine-http.ts'
import { outgoing } from '../kit/fake-outgoing.ts'
import { mask, source } from '../kit/testing.ts'
import { describeProvider, failing } from '../spec/contract-suite.ts'
import { startFakeXai } from './fake-xai.ts'
import { provider } from './provider.ts'

const base = { model: 'grok-imagine-image-2.0', prompt: 'at night', n: 1, response_format: 'b64_json' }
const edit = { model: base.model, prompt: base.prompt, n: 1, options: {} }
const image = { url: 'data:image/jpeg;base64,AQID', type: 'image_url' }
const second = { url: 'data:image/png;base64,CQk=', type: 'image_url' }
const sent = (body: unknown) => [
  {
    method: 'POST',
    path: '/v1/images/edits',
    headers: { 'content-type': 'application/json', authorization: 'Bearer KEY' },
    body,
  },
]

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
  writing: chatFixtures({
    model: 'grok-4',
    limit: 'max_completion_tokens',
    start: async (failing) => {
      const fake = await startFakeXai(failing)
      return { ...fake, baseUrl: fake.apiUrl }
    },
  }),
  openHttp: (options) => createEngineHttp({ ...options, allowPrivateBase: true }),
  engine: {
    start: async (behaviour) => {
      const fake = await startFakeXai(failing(behaviour))
      return {
        baseUrl: fake.apiUrl,
        imageCalls: () => fake.drawn().map((seen) => seen.json()),
        sent: () => Promise.all(fake.drawn().map(outgoing)),
        close: () => fake.close(),
      }
    },
    examples: [
      { name: 'an edit of one picture', request: { ...edit, sources: [source] }, sent: sent({ ...base, image }) },
      {
        name: 'an edit of several pictures',
        request: { ...edit, sources: [source, mask] },
        sent: sent({ ...base, images: [image, second] }),
      },
    ],
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
