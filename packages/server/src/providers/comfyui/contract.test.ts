import { createEngineHttp } from '../kit/engine-http.ts'
import { describeProvider, type Behaviour } from '../spec/contract-suite.ts'
import { startFakeComfyUi, type ComfyFailure } from './fake-comfyui.ts'
import { provider } from './provider.ts'

const failures: Readonly<Record<Behaviour, ComfyFailure | null>> = {
  normal: null,
  unauthorized: 'unauthorized',
  'rate-limited': 'rate-limited',
  'server-error': 'server-error',
  html: 'html',
  'broken-base64': null,
  'no-image': 'no-image',
  blocked: null,
  endless: 'endless',
  stalled: 'stall',
}

describeProvider(provider, {
  folder: 'comfyui',
  request: {
    model: 'checkpoints/sd_xl_base_1.0.safetensors',
    prompt: 'a lighthouse',
    negativePrompt: 'fog',
    n: 1,
    width: 64,
    height: 96,
    seed: 42,
    steps: 3,
    guidance: 5.5,
    sampler: 'euler',
    sources: [],
    options: { scheduler: 'normal' },
  },
  openHttp: (options) => createEngineHttp({ ...options, allowPrivateBase: true }),
  engine: {
    start: async (behaviour) => {
      const failure = failures[behaviour]
      const fake = await startFakeComfyUi(failure === null ? {} : { failure })
      const calls = () => fake.requests.filter(({ path }) => path === '/prompt')
      return { baseUrl: fake.baseUrl, imageCalls: () => calls().map(sent), close: () => fake.close() }
    },
    expectedCalls: [
      {
        prompt: {
          '3': {
            class_type: 'KSampler',
            inputs: {
              seed: 42,
              steps: 3,
              cfg: 5.5,
              sampler_name: 'euler',
              scheduler: 'normal',
              denoise: 1,
              model: ['4', 0],
              positive: ['6', 0],
              negative: ['7', 0],
              latent_image: ['5', 0],
            },
          },
          '4': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'sd_xl_base_1.0.safetensors' } },
          '5': { class_type: 'EmptyLatentImage', inputs: { width: 64, height: 96, batch_size: 1 } },
          '6': { class_type: 'CLIPTextEncode', inputs: { text: 'a lighthouse', clip: ['4', 1] } },
          '7': { class_type: 'CLIPTextEncode', inputs: { text: 'fog', clip: ['4', 1] } },
          '8': { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['4', 2] } },
          '9': { class_type: 'PreviewImage', inputs: { images: ['8', 0] } },
        },
        client_id: 'a UUID',
        prompt_id: 'a UUID',
        extra_data: { preview_method: 'auto' },
      },
    ],
    impossible: {
      'broken-base64': 'ComfyUI sends pictures as bytes',
      blocked: 'ComfyUI refuses nothing on grounds of content',
    },
  },
})

/** The body of a request, with the ids that differ every time made alike. */
function sent(request: { json(): unknown }): unknown {
  const uuid = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/
  return JSON.parse(JSON.stringify(request.json()), (key, value: unknown) => {
    const id = (key === 'client_id' || key === 'prompt_id') && typeof value === 'string' && uuid.test(value)
    return id ? 'a UUID' : value
  })
}
