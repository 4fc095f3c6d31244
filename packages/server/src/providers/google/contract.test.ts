import { createEngineHttp } from '../kit/engine-http.ts'
import { outgoing } from '../kit/fake-outgoing.ts'
import { source } from '../kit/testing.ts'
import { describeProvider, failing } from '../spec/contract-suite.ts'
import { startFakeGoogle } from './fake-google.ts'
import { provider } from './provider.ts'

const inlineData = { mimeType: 'image/jpeg', data: 'AQID' }
const threshold = 'BLOCK_ONLY_HIGH'
const headers = { 'content-type': 'application/json', 'x-goog-api-key': 'KEY' }

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
      const fake = await startFakeGoogle(failing(behaviour))
      return {
        baseUrl: fake.apiUrl,
        imageCalls: () => fake.drawn().map((seen) => seen.json()),
        sent: () => Promise.all(fake.drawn().map(outgoing)),
        close: () => fake.close(),
      }
    },
    examples: [
      {
        name: 'an edit of several pictures with every option',
        request: {
          model: 'gemini-3.1-flash-image',
          prompt: 'a lighthouse',
          n: 1,
          aspectRatio: '16:9',
          quality: '2K',
          seed: 42,
          sources: [source, source],
          options: { temperature: 0.5, threshold, commentary: true },
        },
        sent: [
          {
            method: 'POST',
            path: '/v1beta/models/gemini-3.1-flash-image:generateContent',
            headers,
            body: {
              contents: [{ role: 'user', parts: [{ text: 'a lighthouse' }, { inlineData }, { inlineData }] }],
              generationConfig: {
                responseModalities: ['TEXT', 'IMAGE'],
                seed: 42,
                temperature: 0.5,
                imageConfig: { aspectRatio: '16:9', imageSize: '2K' },
              },
              safetySettings: [
                { category: 'HARM_CATEGORY_HARASSMENT', threshold },
                { category: 'HARM_CATEGORY_HATE_SPEECH', threshold },
                { category: 'HARM_CATEGORY_SEXUALLY_EXPLICIT', threshold },
                { category: 'HARM_CATEGORY_DANGEROUS_CONTENT', threshold },
              ],
            },
          },
        ],
      },
      {
        name: 'several pictures of Imagen, where it still is',
        request: {
          model: 'imagen-4.0-generate-001',
          prompt: 'a lighthouse',
          n: 3,
          aspectRatio: '4:3',
          quality: '2K',
          sources: [],
          options: {},
        },
        sent: [
          {
            method: 'POST',
            path: '/v1beta/models/imagen-4.0-generate-001:predict',
            headers,
            body: {
              instances: [{ prompt: 'a lighthouse' }],
              parameters: { sampleCount: 3, aspectRatio: '4:3', sampleImageSize: '2K' },
            },
          },
        ],
      },
    ],
    expectedCalls: [
      {
        contents: [{ role: 'user', parts: [{ text: 'a fox' }] }],
        generationConfig: { responseModalities: ['IMAGE'], seed: 4, imageConfig: { aspectRatio: '3:2' } },
      },
    ],
  },
})
