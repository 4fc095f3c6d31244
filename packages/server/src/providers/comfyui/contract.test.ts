import { createEngineHttp } from '../kit/engine-http.ts'
import type { SeenRequest } from '../kit/fake-engine.ts'
import { outgoing } from '../kit/fake-outgoing.ts'
import { describeProvider, type Behaviour } from '../spec/contract-suite.ts'
import { encodePng } from '../spec/png-codec.ts'
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

const [width, height] = [64, 48]
const bytes = encodePng(new Uint8Array(width * height * 4).fill(0x80), width, height)
const source = { bytes, mimeType: 'image/png', width, height }
const sdxl = 'checkpoints/sd_xl_base_1.0.safetensors'
const drawn = { prompt: 'a lighthouse', n: 1, width, height, seed: 7, steps: 3, sources: [] }

/** What goes out for a graph. */
const submission = (prompt: unknown) => ({
  method: 'POST',
  path: '/prompt',
  headers: { 'content-type': 'application/json', authorization: 'Bearer KEY' },
  body: { prompt, client_id: 'a UUID', prompt_id: 'a UUID', extra_data: { preview_method: 'auto' } },
})
const upload = {
  method: 'POST',
  path: '/upload/image',
  headers: { 'content-type': 'multipart/form-data', authorization: 'Bearer KEY' },
  body: [
    ['image', 'easel-HASH.png image/png HASH'],
    ['overwrite', 'true'],
    ['type', 'input'],
  ],
}

describeProvider(provider, {
  folder: 'comfyui',
  request: {
    model: sdxl,
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
      return {
        baseUrl: fake.baseUrl,
        imageCalls: () => calls().map(sent),
        sent: () => allSent(fake),
        close: fake.close,
      }
    },
    working: async () => {
      const fake = await startFakeComfyUi({ steps: 1_000_000, stepDelayMs: 5 })
      const calls = () => fake.requests.filter(({ path }) => path === '/prompt')
      return {
        baseUrl: fake.baseUrl,
        imageCalls: () => calls().map(sent),
        stopped: () => fake.interrupted(),
        close: fake.close,
      }
    },
    unanswered: async () => {
      const fake = await startFakeComfyUi({ failure: 'answer-late' })
      const calls = () => fake.requests.filter(({ path }) => path === '/prompt')
      return { baseUrl: fake.baseUrl, imageCalls: () => calls().map(sent), close: fake.close }
    },
    examples: [
      {
        name: 'FLUX from its separate files',
        settings: { fluxWeights: 'fp8_e4m3fn', fluxTextEncoder1: 't5xxl_fp16.safetensors' },
        request: {
          ...drawn,
          model: 'diffusion_models/flux1-dev.safetensors',
          guidance: 2.5,
          sampler: 'euler_ancestral',
          options: { scheduler: 'normal' },
        },
        sent: [
          submission({
            '12': {
              class_type: 'UNETLoader',
              inputs: { unet_name: 'flux1-dev.safetensors', weight_dtype: 'fp8_e4m3fn' },
            },
            '11': {
              class_type: 'DualCLIPLoader',
              inputs: { clip_name1: 't5xxl_fp16.safetensors', clip_name2: 'clip_l.safetensors', type: 'flux' },
            },
            '10': { class_type: 'VAELoader', inputs: { vae_name: 'ae.safetensors' } },
            '6': { class_type: 'CLIPTextEncode', inputs: { text: 'a lighthouse', clip: ['11', 0] } },
            '26': { class_type: 'FluxGuidance', inputs: { guidance: 2.5, conditioning: ['6', 0] } },
            '27': { class_type: 'EmptySD3LatentImage', inputs: { width: 64, height: 48, batch_size: 1 } },
            '25': { class_type: 'RandomNoise', inputs: { noise_seed: 7 } },
            '22': { class_type: 'BasicGuider', inputs: { model: ['12', 0], conditioning: ['26', 0] } },
            '16': { class_type: 'KSamplerSelect', inputs: { sampler_name: 'euler_ancestral' } },
            '17': {
              class_type: 'BasicScheduler',
              inputs: { model: ['12', 0], scheduler: 'normal', steps: 3, denoise: 1 },
            },
            '13': {
              class_type: 'SamplerCustomAdvanced',
              inputs: {
                noise: ['25', 0],
                guider: ['22', 0],
                sampler: ['16', 0],
                sigmas: ['17', 0],
                latent_image: ['27', 0],
              },
            },
            '8': { class_type: 'VAEDecode', inputs: { samples: ['13', 0], vae: ['10', 0] } },
            '9': { class_type: 'PreviewImage', inputs: { images: ['8', 0] } },
          }),
        ],
      },
      {
        name: 'SDXL that repaints a part of a picture',
        request: {
          ...drawn,
          model: sdxl,
          negativePrompt: 'fog',
          guidance: 5.5,
          strength: 0.4,
          sampler: 'euler',
          sources: [source],
          mask: source,
          options: { scheduler: 'normal' },
        },
        sent: [
          upload,
          upload,
          submission({
            '4': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'sd_xl_base_1.0.safetensors' } },
            '30': { class_type: 'LoadImage', inputs: { image: 'easel-HASH.png' } },
            '31': { class_type: 'VAEEncode', inputs: { pixels: ['30', 0], vae: ['4', 2] } },
            '32': { class_type: 'LoadImageMask', inputs: { image: 'easel-HASH.png', channel: 'red' } },
            '33': { class_type: 'SetLatentNoiseMask', inputs: { samples: ['31', 0], mask: ['32', 0] } },
            '6': { class_type: 'CLIPTextEncode', inputs: { text: 'a lighthouse', clip: ['4', 1] } },
            '7': { class_type: 'CLIPTextEncode', inputs: { text: 'fog', clip: ['4', 1] } },
            '3': {
              class_type: 'KSampler',
              inputs: {
                seed: 7,
                steps: 3,
                cfg: 5.5,
                sampler_name: 'euler',
                scheduler: 'normal',
                denoise: 0.4,
                model: ['4', 0],
                positive: ['6', 0],
                negative: ['7', 0],
                latent_image: ['33', 0],
              },
            },
            '8': { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['4', 2] } },
            '9': { class_type: 'PreviewImage', inputs: { images: ['8', 0] } },
          }),
        ],
      },
    ],
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

const uuid = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/
const hash = /\b(?:[\da-f]{32}|[\da-f]{64})\b/g

/** A value with the ids that differ every time, and hashes of pictures, made alike. */
function alike(whole: unknown): unknown {
  return JSON.parse(JSON.stringify(whole), (_, value: unknown) => {
    if (typeof value !== 'string') return value
    return uuid.test(value) ? 'a UUID' : value.replaceAll(hash, 'HASH')
  })
}

/** The body of a request. */
function sent(request: { json(): unknown }): unknown {
  return alike(request.json())
}

/** Pictures that were handed up, and jobs. */
async function allSent({ requests }: { requests: readonly SeenRequest[] }): Promise<readonly unknown[]> {
  const made = requests.filter(({ path }) => path === '/prompt' || path === '/upload/image')
  return Promise.all(made.map(async (request) => alike(await outgoing(request))))
}
