import { chatFixtures } from '../kit/chat-suite.ts'
import { createEngineHttp } from '../kit/engine-http.ts'
import { outgoing } from '../kit/fake-outgoing.ts'
import { source } from '../kit/testing.ts'
import { describeProvider, failing } from '../spec/contract-suite.ts'
import { startFakeHuggingFace } from './fake-huggingface.ts'
import { provider } from './provider.ts'

const inline = 'data:image/jpeg;base64,AQID'
const headers = { 'content-type': 'application/json', authorization: 'Bearer KEY' }
const shape = { n: 1, width: 96, height: 64, seed: 7 }
const all = { ...shape, prompt: 'a lighthouse', negativePrompt: 'fog', steps: 12, guidance: 4.5, sources: [] }
const common = {
  prompt: 'a lighthouse',
  negative_prompt: 'fog',
  seed: 7,
  guidance_scale: 4.5,
  num_inference_steps: 12,
  image_size: { width: 96, height: 64 },
}

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
  writing: chatFixtures({ model: 'openai/gpt-oss-120b', limit: 'max_tokens', start: startFakeHuggingFace }),
  openHttp: (options) => createEngineHttp({ ...options, allowPrivateBase: true }),
  engine: {
    start: async (behaviour) => {
      const fake = await startFakeHuggingFace({ ahead: 1, drawing: 1, ...failing(behaviour) })
      return {
        baseUrl: fake.baseUrl,
        imageCalls: () => fake.drawn().map((seen) => seen.json()),
        sent: () => Promise.all(fake.drawn().map(outgoing)),
        close: () => fake.close(),
      }
    },
    working: async () => {
      const fake = await startFakeHuggingFace({ ahead: 2, held: true })
      return {
        baseUrl: fake.baseUrl,
        imageCalls: () => fake.drawn().map((seen) => seen.json()),
        close: () => fake.close(),
      }
    },
    examples: [
      {
        name: 'fal-ai with every option',
        settings: { backends: 'fal-ai' },
        request: {
          ...all,
          model: 'black-forest-labs/FLUX.1-dev',
          outputFormat: 'png',
          options: { safety_checker: false },
        },
        sent: [
          {
            method: 'POST',
            path: '/fal-ai/fal-ai/flux/dev?_subdomain=queue',
            headers,
            body: { ...common, output_format: 'png', enable_safety_checker: false },
          },
        ],
      },
      {
        name: 'fal-ai, from pictures',
        settings: { backends: 'fal-ai' },
        request: { ...all, model: 'Qwen/Qwen-Image-Edit-2511', sources: [source, source], options: {} },
        sent: [
          {
            method: 'POST',
            path: '/fal-ai/fal-ai/qwen-image-edit-2511?_subdomain=queue',
            headers,
            body: { ...common, image_url: inline, image_urls: [inline, inline] },
          },
        ],
      },
      {
        name: 'hf-inference with every option, for an organization',
        settings: { backends: 'hf-inference', billTo: 'easel-org' },
        request: {
          ...all,
          model: 'black-forest-labs/FLUX.1-schnell',
          options: { scheduler: 'EulerDiscreteScheduler' },
        },
        sent: [
          {
            method: 'POST',
            path: '/hf-inference/models/black-forest-labs/FLUX.1-schnell',
            headers: { ...headers, 'x-hf-bill-to': 'easel-org' },
            body: {
              inputs: 'a lighthouse',
              parameters: {
                guidance_scale: 4.5,
                num_inference_steps: 12,
                negative_prompt: 'fog',
                height: 64,
                width: 96,
                scheduler: 'EulerDiscreteScheduler',
                seed: 7,
              },
            },
          },
        ],
      },
    ],
    expectedCalls: [{ prompt: 'a fox', image_size: { width: 96, height: 64 }, seed: 4 }],
  },
})
