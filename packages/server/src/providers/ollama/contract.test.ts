import { createEngineHttp } from '../kit/engine-http.ts'
import { outgoing } from '../kit/fake-outgoing.ts'
import { source } from '../kit/testing.ts'
import { describeProvider, type Behaviour } from '../spec/contract-suite.ts'
import { startFakeOllama, type OllamaFailure } from './fake-ollama.ts'
import { provider } from './provider.ts'

const failures: Partial<Record<Behaviour, OllamaFailure>> = { stalled: 'stall' }

describeProvider(provider, {
  folder: 'ollama',
  request: {
    model: 'x/z-image-turbo:latest',
    prompt: 'a lighthouse',
    n: 1,
    width: 64,
    height: 96,
    seed: 42,
    steps: 3,
    sources: [],
    options: {},
  },
  writing: {
    request: { model: 'llama3.2:latest', instructions: 'Say more.', text: 'a fox', maxTokens: 4000 },
    start: async (behaviour) => {
      const failure = behaviour === 'stalled' ? 'stall' : behaviour
      const fake = await startFakeOllama(failure === 'normal' || failure === 'blocked' ? {} : { failure })
      const asked = () => fake.requests.filter(({ path }) => path === '/api/chat')
      return { baseUrl: fake.baseUrl, calls: () => asked().map((seen) => seen.json()), close: () => fake.close() }
    },
    expectedCall: {
      model: 'llama3.2:latest',
      messages: [
        { role: 'system', content: 'Say more.' },
        { role: 'user', content: 'a fox' },
      ],
      options: { num_predict: 4000 },
      stream: false,
    },
    expectedCallWithPicture: {
      model: 'llama3.2:latest',
      messages: [
        { role: 'system', content: 'Say more.' },
        { role: 'user', content: 'a fox', images: ['AQID'] },
      ],
      options: { num_predict: 4000 },
      stream: false,
    },
    impossible: { blocked: 'Ollama refuses nothing on grounds of content' },
  },
  openHttp: (options) => createEngineHttp({ ...options, allowPrivateBase: true }),
  engine: {
    start: async (behaviour) => {
      const failure =
        failures[behaviour] ??
        (behaviour === 'normal' || behaviour === 'blocked' || behaviour === 'stalled' ? null : behaviour)
      const fake = await startFakeOllama(failure === null ? {} : { failure })
      const drawn = () => fake.requests.filter(({ path }) => path === '/api/generate')
      return {
        baseUrl: fake.baseUrl,
        imageCalls: () => drawn().map((request) => request.json()),
        sent: () => Promise.all(drawn().map(outgoing)),
        close: () => fake.close(),
      }
    },
    working: async () => {
      const fake = await startFakeOllama({ steps: 1_000_000, stepDelayMs: 2 })
      const drawn = () => fake.requests.filter(({ path }) => path === '/api/generate')
      return {
        baseUrl: fake.baseUrl,
        imageCalls: () => drawn().map((request) => request.json()),
        stopped: () => fake.cancelled(),
        close: () => fake.close(),
      }
    },
    examples: [
      {
        name: 'an edit of two pictures, after which the model is forgotten',
        settings: { keepAlive: '0' },
        request: {
          model: 'x/flux2-klein:4b',
          prompt: 'make it night',
          n: 1,
          sources: [source, source],
          options: {},
        },
        sent: [
          {
            method: 'POST',
            path: '/api/generate',
            headers: { 'content-type': 'application/json', authorization: 'Bearer KEY' },
            body: {
              model: 'x/flux2-klein:4b',
              prompt: 'make it night',
              images: ['AQID', 'AQID'],
              keep_alive: 0,
              stream: true,
            },
          },
        ],
      },
    ],
    expectedCalls: [
      {
        model: 'x/z-image-turbo:latest',
        prompt: 'a lighthouse',
        width: 64,
        height: 96,
        steps: 3,
        options: { seed: 42 },
        stream: true,
      },
    ],
    impossible: { blocked: 'Ollama refuses nothing on grounds of content' },
  },
})
