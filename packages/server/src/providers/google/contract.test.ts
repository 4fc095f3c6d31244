import { createEngineHttp } from '../kit/engine-http.ts'
import { describeProvider } from '../spec/contract-suite.ts'
import { startFakeGoogle } from './fake-google.ts'
import { provider } from './provider.ts'

describeProvider(provider, {
  folder: 'google',
  request: {
    model: 'gemini-3.1-flash-image',
    prompt: 'a fox',
    n: 1,
    aspectRatio: '3:2',
    seed: 4,
    sources: [],
    options: {},
  },
  writing: {
    request: { model: 'gemini-3-pro', instructions: 'Say more.', text: 'a fox', maxTokens: 4000 },
    start: async (behaviour) => {
      const failure = behaviour === 'stalled' ? 'stall' : behaviour
      const fake = await startFakeGoogle(failure === 'normal' ? {} : { failure })
      const asked = () => fake.requests.filter(({ path }) => path.includes(':generateContent'))
      return { baseUrl: fake.apiUrl, calls: () => asked().map((seen) => seen.json()), close: () => fake.close() }
    },
    expectedCall: {
      systemInstruction: { parts: [{ text: 'Say more.' }] },
      contents: [{ role: 'user', parts: [{ text: 'a fox' }] }],
      generationConfig: { maxOutputTokens: 4000 },
    },
    expectedCallWithPicture: {
      systemInstruction: { parts: [{ text: 'Say more.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'a fox' }, { inlineData: { mimeType: 'image/jpeg', data: 'AQID' } }] },
      ],
      generationConfig: { maxOutputTokens: 4000 },
    },
  },
  openHttp: (options) => createEngineHttp({ ...options, allowPrivateBase: true }),
  engine: {
    start: async (behaviour) => {
      const failure = behaviour === 'stalled' ? 'stall' : behaviour
      const fake = await startFakeGoogle(failure === 'normal' ? {} : { failure })
      return {
        baseUrl: fake.apiUrl,
        imageCalls: () => fake.drawn().map((seen) => seen.json()),
        close: () => fake.close(),
      }
    },
    expectedCalls: [
      {
        contents: [{ role: 'user', parts: [{ text: 'a fox' }] }],
        generationConfig: { responseModalities: ['IMAGE'], seed: 4, imageConfig: { aspectRatio: '3:2' } },
      },
    ],
  },
})
