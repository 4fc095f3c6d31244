import { expect } from 'vitest'
import { createEngineHttp } from '../kit/engine-http.ts'
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
          close: () => {
            // Lets go of what a stalled server still draws.
            fake.interrupt()
            return fake.close()
          },
        }
      },
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
