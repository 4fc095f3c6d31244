import { expect } from 'vitest'
import { createEngineHttp } from '../kit/engine-http.ts'
import { outgoing } from '../kit/fake-outgoing.ts'
import { hole, source, whiteHole } from '../kit/testing.ts'
import { describeProvider, type Behaviour } from '../spec/contract-suite.ts'
import { startFakeA1111, type A1111Failure } from './fake-a1111.ts'
import { provider } from './provider.ts'

const failures: Readonly<Record<Behaviour, A1111Failure | null>> = {
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

const xl = 'sd_xl_base_1.0.safetensors [31e35c80fc]'
const headers = { 'content-type': 'application/json', authorization: 'Bearer KEY' }

for (const server of ['a1111', 'forge', 'sdnext'] as const) {
  describeProvider(provider, {
    folder: 'a1111',
    request: {
      model: 'v1-5-pruned.safetensors [6ce0161689]',
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
        const fake = await startFakeA1111({ server, ...(failure !== null && { failure }) })
        return {
          baseUrl: fake.baseUrl,
          imageCalls: () => fake.drawn().map((seen) => seen.json()),
          sent: () => Promise.all(fake.drawn().map(outgoing)),
          close: () => {
            // Lets go of what a stalled server still draws.
            fake.interrupt()
            return fake.close()
          },
        }
      },
      working: async () => {
        const fake = await startFakeA1111({ server, looks: 1_000_000 })
        return {
          baseUrl: fake.baseUrl,
          imageCalls: () => fake.drawn().map((seen) => seen.json()),
          stopped: () => fake.interrupts(),
          close: () => fake.close(),
        }
      },
      examples: [
        {
          name: 'text to image with every option',
          settings: { restoreModel: true },
          request: {
            model: xl,
            prompt: 'a lighthouse',
            negativePrompt: 'fog',
            n: 2,
            width: 64,
            height: 48,
            seed: 7,
            steps: 20,
            guidance: 5.5,
            sampler: 'DPM++ 2M',
            sources: [],
            options: {
              scheduler: 'karras',
              distilled_cfg_scale: 3.5,
              clip_skip: 2,
              vae: 'ae.safetensors',
              styles: ['Cinematic'],
              tiling: true,
              restore_faces: false,
              enable_hr: true,
              hr_scale: 1.5,
              hr_upscaler: 'Latent',
              hr_second_pass_steps: 10,
              hr_denoising_strength: 0.4,
            },
          },
          sent: [
            {
              method: 'POST',
              path: '/sdapi/v1/txt2img',
              headers,
              body: {
                prompt: 'a lighthouse',
                negative_prompt: 'fog',
                batch_size: 1,
                n_iter: 2,
                steps: 20,
                cfg_scale: 5.5,
                width: 64,
                height: 48,
                seed: 7,
                sampler_name: 'DPM++ 2M',
                scheduler: 'karras',
                styles: ['Cinematic'],
                tiling: true,
                restore_faces: false,
                distilled_cfg_scale: 3.5,
                enable_hr: true,
                hr_scale: 1.5,
                hr_upscaler: 'Latent',
                hr_second_pass_steps: 10,
                denoising_strength: 0.4,
                override_settings: {
                  sd_model_checkpoint: xl,
                  sd_vae: 'ae.safetensors',
                  CLIP_stop_at_last_layers: 2,
                },
                override_settings_restore_afterwards: true,
                send_images: true,
                save_images: false,
                ...(server !== 'sdnext' && { force_task_id: expect.any(String) }),
              },
            },
          ],
        },
        {
          name: 'inpainting with every option of it',
          request: {
            model: xl,
            prompt: 'a lighthouse',
            n: 1,
            width: 64,
            height: 48,
            seed: 7,
            steps: 20,
            strength: 0.4,
            sources: [source],
            mask: hole,
            options: {
              mask_blur: 0,
              inpainting_fill: 'latent noise',
              inpaint_full_res: true,
              inpaint_full_res_padding: 32,
            },
          },
          sent: [
            {
              method: 'POST',
              path: '/sdapi/v1/img2img',
              headers,
              body: {
                prompt: 'a lighthouse',
                negative_prompt: '',
                batch_size: 1,
                n_iter: 1,
                steps: 20,
                cfg_scale: 7,
                width: 64,
                height: 48,
                seed: 7,
                init_images: ['AQID'],
                denoising_strength: 0.4,
                mask: whiteHole,
                mask_blur: 0,
                inpainting_fill: 2,
                inpainting_mask_invert: 0,
                inpaint_full_res: true,
                inpaint_full_res_padding: 32,
                override_settings: { sd_model_checkpoint: xl },
                override_settings_restore_afterwards: false,
                send_images: true,
                save_images: false,
                ...(server !== 'sdnext' && { force_task_id: expect.any(String) }),
              },
            },
          ],
        },
      ],
      expectedCalls: [
        {
          prompt: 'a lighthouse',
          negative_prompt: '',
          batch_size: 1,
          n_iter: 2,
          steps: 3,
          cfg_scale: 7,
          width: 64,
          height: 96,
          seed: 42,
          override_settings: { sd_model_checkpoint: 'v1-5-pruned.safetensors [6ce0161689]' },
          override_settings_restore_afterwards: false,
          send_images: true,
          save_images: false,
          ...(server !== 'sdnext' && { force_task_id: expect.stringMatching(/^task\(easel-[0-9a-f-]{36}\)$/) }),
        },
      ],
      impossible: { blocked: 'these servers refuse nothing on grounds of content' },
    },
  })
}
