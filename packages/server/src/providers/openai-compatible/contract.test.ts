import { chatFixtures } from '../kit/chat-suite.ts'
import { createEngineHttp } from '../kit/engine-http.ts'
import { outgoing } from '../kit/fake-outgoing.ts'
import { mask, source } from '../kit/testing.ts'
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
  writing: chatFixtures({
    model: 'llama-3.2',
    limit: 'max_tokens',
    start: (failing) => startFakeCompatible({ dialect: 'localai', ...failing }),
  }),
  openHttp: (options) => createEngineHttp({ ...options, allowPrivateBase: true }),
  engine: {
    start: async (behaviour) => {
      const failure = failures[behaviour]
      const fake = await startFakeCompatible(failure === null ? {} : { failure })
      return {
        baseUrl: fake.baseUrl,
        imageCalls: () => fake.drawn().map((seen) => seen.json()),
        sent: () => Promise.all(fake.drawn().map(outgoing)),
        close: () => fake.close(),
      }
    },
    examples: [
      {
        name: 'everything that vLLM takes',
        settings: { negativePrompt: 'field', steps: 'num_inference_steps', guidance: true, quality: 'low,high' },
        request: {
          model: 'flux.1-dev',
          prompt: 'a lighthouse',
          negativePrompt: 'fog',
          n: 1,
          width: 64,
          height: 96,
          seed: 7,
          steps: 12,
          guidance: 4.5,
          quality: 'high',
          sources: [],
          options: {},
        },
        sent: [
          {
            method: 'POST',
            path: '/v1/images/generations',
            headers: { 'content-type': 'application/json', authorization: 'Bearer KEY' },
            body: {
              model: 'flux.1-dev',
              prompt: 'a lighthouse',
              n: 1,
              size: '64x96',
              response_format: 'b64_json',
              quality: 'high',
              seed: 7,
              num_inference_steps: 12,
              guidance_scale: 4.5,
              negative_prompt: 'fog',
            },
          },
        ],
      },
      {
        name: 'an edit of several pictures with a mask, as a form',
        settings: { imagesPerCall: 2, responseFormat: 'none', sources: 2, mask: true },
        request: { model: 'flux.1-dev', prompt: 'at night', n: 2, seed: 1, sources: [source, mask], mask, options: {} },
        sent: [
          {
            method: 'POST',
            path: '/v1/images/edits',
            headers: { 'content-type': 'multipart/form-data', authorization: 'Bearer KEY' },
            body: [
              ['model', 'flux.1-dev'],
              ['prompt', 'at night'],
              ['n', '2'],
              ['seed', '1'],
              ['image[]', 'source-1.jpg image/jpeg AQID'],
              ['image[]', 'source-2.png image/png CQk='],
              ['mask', 'mask.png image/png CQk='],
            ],
          },
        ],
      },
    ],
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
