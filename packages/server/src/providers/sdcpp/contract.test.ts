import { createEngineHttp } from '../kit/engine-http.ts'
import { outgoing } from '../kit/fake-outgoing.ts'
import { hole, source, whiteHole } from '../kit/testing.ts'
import { describeProvider, type Behaviour } from '../spec/contract-suite.ts'
import { startFakeSdcpp, type SdcppFailure } from './fake-sdcpp.ts'
import { provider } from './provider.ts'

const failures: Readonly<Record<Behaviour, SdcppFailure | null>> = {
  normal: null,
  unauthorized: 'unauthorized',
  'rate-limited': 'rate-limited',
  'server-error': 'server-error',
  html: 'html',
  'broken-base64': 'broken-base64',
  'no-image': 'no-image',
  blocked: null,
  endless: 'endless',
  stalled: 'stall',
}

const model = 'flux1-dev-q4_0.gguf'
const asked = { model, prompt: 'a lighthouse', n: 1, width: 64, height: 48, seed: 7, options: {} }
const plain = { prompt: 'a lighthouse', negative_prompt: '', batch_count: 1, width: 64, height: 48, seed: 7 }
const sent = (body: object) => [
  {
    method: 'POST',
    path: '/sdcpp/v1/img_gen',
    headers: { 'content-type': 'application/json', authorization: 'Bearer KEY' },
    body: { ...plain, ...body },
  },
]

describeProvider(provider, {
  folder: 'sdcpp',
  request: {
    model,
    prompt: 'a lighthouse',
    n: 2,
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
      const failure = failures[behaviour]
      const fake = await startFakeSdcpp({ ahead: 1, drawing: 1, ...(failure !== null && { failure }) })
      return {
        baseUrl: fake.baseUrl,
        imageCalls: () => fake.submitted().map((seen) => seen.json()),
        sent: () => Promise.all(fake.submitted().map(outgoing)),
        close: () => fake.close(),
      }
    },
    working: async () => {
      const fake = await startFakeSdcpp({ ahead: 3, held: true, cancelGenerating: true })
      return {
        baseUrl: fake.baseUrl,
        imageCalls: () => fake.submitted().map((seen) => seen.json()),
        stopped: () => fake.cancelled(),
        close: () => fake.close(),
      }
    },
    examples: [
      {
        name: 'text to image with every option',
        request: {
          ...asked,
          negativePrompt: 'fog',
          n: 3,
          steps: 12,
          guidance: 4.5,
          sampler: 'euler_a',
          outputFormat: 'webp',
          sources: [],
          options: {
            scheduler: 'karras',
            distilled_guidance: 3.5,
            img_cfg: 2,
            eta: 0.5,
            flow_shift: 3,
            clip_skip: 2,
            output_compression: 80,
            lora: [{ path: 'detail.safetensors', multiplier: 0.8 }, { path: 'plain.safetensors' }],
            hires: { upscaler: 'Latent', scale: 2, steps: 10, denoising_strength: 0.5 },
            vae_tiling: true,
          },
        },
        sent: sent({
          negative_prompt: 'fog',
          batch_count: 3,
          clip_skip: 2,
          sample_params: {
            sample_method: 'euler_a',
            scheduler: 'karras',
            sample_steps: 12,
            eta: 0.5,
            flow_shift: 3,
            guidance: { txt_cfg: 4.5, img_cfg: 2, distilled_guidance: 3.5 },
          },
          lora: [
            { path: 'detail.safetensors', multiplier: 0.8 },
            { path: 'plain.safetensors', multiplier: 1 },
          ],
          hires: { enabled: true, upscaler: 'Latent', scale: 2, steps: 10, denoising_strength: 0.5 },
          vae_tiling_params: { enabled: true },
          output_format: 'webp',
          output_compression: 80,
        }),
      },
      {
        name: 'image to image with a mask, and nothing that was not asked for',
        request: { ...asked, strength: 0.4, sources: [source], mask: hole },
        sent: sent({ strength: 0.4, init_image: 'AQID', mask_image: whiteHole }),
      },
      {
        name: 'several pictures to refer to',
        settings: { sources: 'refer' },
        request: { ...asked, sources: [source, source] },
        sent: sent({ ref_images: ['AQID', 'AQID'] }),
      },
    ],
    expectedCalls: [
      {
        prompt: 'a lighthouse',
        negative_prompt: '',
        batch_count: 2,
        width: 64,
        height: 96,
        seed: 42,
        sample_params: { sample_steps: 3 },
      },
    ],
    impossible: { blocked: 'stable-diffusion.cpp refuses nothing on grounds of content' },
  },
})
