import { createEngineHttp } from '../kit/engine-http.ts'
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

describeProvider(provider, {
  folder: 'sdcpp',
  request: {
    model: 'flux1-dev-q4_0.gguf',
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
        close: () => fake.close(),
      }
    },
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
