import { chatFixtures } from '../kit/chat-suite.ts'
import { createEngineHttp } from '../kit/engine-http.ts'
import { outgoing } from '../kit/fake-outgoing.ts'
import { mask, source } from '../kit/testing.ts'
import { describeProvider, type Behaviour } from '../spec/contract-suite.ts'
import { startFakeOpenAi, type OpenAiFailure } from './fake-openai.ts'
import { provider } from './provider.ts'

const failures: Readonly<Record<Behaviour, OpenAiFailure | null>> = {
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

const body = { model: 'gpt-image-2', prompt: 'a lighthouse', size: '64x48', quality: 'low', output_format: 'png' }
const fields = { model: body.model, prompt: body.prompt, width: 64, height: 48, quality: 'low', outputFormat: 'png' }

for (const n of [1, 2]) {
  describeProvider(provider, {
    folder: 'openai',
    request: { ...fields, n, sources: [], options: { moderation: 'low' } },
    writing: chatFixtures({
      model: 'gpt-5',
      limit: 'max_completion_tokens',
      start: startFakeOpenAi,
    }),
    openHttp: (options) => createEngineHttp({ ...options, allowPrivateBase: true }),
    engine: {
      start: async (behaviour) => {
        const failure = failures[behaviour]
        const fake = await startFakeOpenAi(failure === null ? {} : { failure })
        const asked = () => fake.requests.filter(({ path }) => path.startsWith('/v1/images/'))
        return {
          baseUrl: fake.apiUrl,
          imageCalls: () => asked().map((seen) => seen.json()),
          sent: () => Promise.all(asked().map(outgoing)),
          close: () => fake.close(),
        }
      },
      working: async () => {
        const fake = await startFakeOpenAi({ delayMs: 200 })
        const asked = () => fake.requests.filter(({ path }) => path.startsWith('/v1/images/'))
        return { baseUrl: fake.apiUrl, imageCalls: () => asked().map((seen) => seen.json()), close: () => fake.close() }
      },
      examples: [
        {
          name: 'several pictures with everything there is',
          settings: { organization: 'org-1', project: 'proj_2' },
          request: {
            model: 'gpt-image-2',
            prompt: 'a lighthouse',
            n: 2,
            width: 64,
            height: 48,
            quality: 'high',
            background: 'transparent',
            outputFormat: 'webp',
            sources: [],
            options: { moderation: 'low', output_compression: 80 },
          },
          sent: [
            {
              method: 'POST',
              path: '/v1/images/generations',
              headers: {
                'content-type': 'application/json',
                authorization: 'Bearer KEY',
                'openai-organization': 'org-1',
                'openai-project': 'proj_2',
              },
              body: {
                model: 'gpt-image-2',
                prompt: 'a lighthouse',
                n: 2,
                size: '64x48',
                quality: 'high',
                background: 'transparent',
                output_format: 'webp',
                output_compression: 80,
                moderation: 'low',
              },
            },
          ],
        },
        {
          name: 'an edit of several pictures with a mask',
          request: {
            model: 'gpt-image-1.5',
            prompt: 'at night',
            n: 2,
            width: 64,
            height: 48,
            sources: [source, mask],
            mask,
            options: { input_fidelity: 'high' },
          },
          sent: [
            {
              method: 'POST',
              path: '/v1/images/edits',
              headers: { 'content-type': 'multipart/form-data', authorization: 'Bearer KEY' },
              body: [
                ['model', 'gpt-image-1.5'],
                ['prompt', 'at night'],
                ['n', '2'],
                ['size', '64x48'],
                ['input_fidelity', 'high'],
                ['image[]', 'source-1.jpg image/jpeg AQID'],
                ['image[]', 'source-2.png image/png CQk='],
                ['mask', 'mask.png image/png CQk='],
              ],
            },
          ],
        },
        {
          name: 'an edit of one picture, streamed',
          settings: { previews: 1 },
          request: {
            model: 'gpt-image-2',
            prompt: 'at night',
            n: 1,
            width: 64,
            height: 48,
            sources: [source],
            options: {},
          },
          sent: [
            {
              method: 'POST',
              path: '/v1/images/edits',
              headers: { 'content-type': 'multipart/form-data', authorization: 'Bearer KEY' },
              body: [
                ['model', 'gpt-image-2'],
                ['prompt', 'at night'],
                ['n', '1'],
                ['size', '64x48'],
                ['stream', 'true'],
                ['partial_images', '1'],
                ['image', 'source-1.jpg image/jpeg AQID'],
              ],
            },
          ],
        },
      ],
      // A single picture is streamed, for its previews.
      expectedCalls: [{ ...body, n, moderation: 'low', ...(n === 1 && { stream: true, partial_images: 2 }) }],
    },
  })
}
