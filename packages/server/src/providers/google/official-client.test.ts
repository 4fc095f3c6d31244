// Google's own client against our fake, so that the fake speaks the protocol as it is and not as we take it to be.
import {
  ApiError,
  GoogleGenAI,
  HarmBlockThreshold,
  HarmCategory,
  Modality,
  type GenerateContentResponse,
} from '@google/genai'
import { afterEach, expect, it } from 'vitest'
import { decodePng } from '../spec/png-codec.ts'
import { startFakeGoogle, type FakeGoogle, type GoogleBehaviour, type GoogleFailure } from './fake-google.ts'

const open: FakeGoogle[] = []
afterEach(async () => {
  for (const engine of open.splice(0)) await engine.close()
})

async function begin(behaviour: GoogleBehaviour = {}, vertexai = false) {
  const engine = await startFakeGoogle(behaviour)
  open.push(engine)
  const client = new GoogleGenAI({ vertexai, apiKey: 'AIza-test', httpOptions: { baseUrl: engine.baseUrl } })
  return { engine, client }
}

const model = 'gemini-3.1-flash-image'
const pictureOf = ({ candidates }: GenerateContentResponse) => candidates?.[0]?.content?.parts?.[0]?.inlineData
const widthOf = (base64: string | undefined) => decodePng(Buffer.from(base64 ?? '', 'base64')).width

it('lists the models of every page', async () => {
  const models = ['gemini-3.1-flash-image', 'gemini-3-pro', 'gemini-2.5-flash-image']
  const { client } = await begin({ models })
  const listed = []
  for await (const { name, displayName } of await client.models.list()) listed.push([name, displayName])
  expect(listed).toEqual(models.map((id) => [`models/${id}`, id]))
})

it('draws, and finds picture, reason and usage where it looks for them', async () => {
  const { client, engine } = await begin()
  const answer = await client.models.generateContent({
    model,
    contents: 'a lighthouse',
    config: {
      responseModalities: [Modality.IMAGE],
      seed: 42,
      temperature: 0.5,
      imageConfig: { aspectRatio: '16:9', imageSize: '2K' },
      safetySettings: [
        { category: HarmCategory.HARM_CATEGORY_HARASSMENT, threshold: HarmBlockThreshold.BLOCK_ONLY_HIGH },
      ],
    },
  })
  expect(widthOf(pictureOf(answer)?.data)).toBe(96)
  expect(answer.candidates?.[0]).toMatchObject({ finishReason: 'STOP', content: { role: 'model' } })
  expect(pictureOf(answer)?.mimeType).toBe('image/png')
  expect(answer).toMatchObject({
    modelVersion: model,
    responseId: 'fake',
    usageMetadata: { candidatesTokenCount: 1290 },
  })
  const [seen] = engine.drawn()
  expect([seen?.method, seen?.path]).toEqual(['POST', `/v1/models/${model}:generateContent`])
  expect(seen?.json()).toEqual({
    contents: [{ role: 'user', parts: [{ text: 'a lighthouse' }] }],
    generationConfig: {
      responseModalities: ['IMAGE'],
      seed: 42,
      temperature: 0.5,
      imageConfig: { aspectRatio: '16:9', imageSize: '2K' },
    },
    safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_ONLY_HIGH' }],
  })
})

it('edits several pictures', async () => {
  const { client, engine } = await begin()
  const inlineData = { mimeType: 'image/png', data: 'AQID' }
  const contents = [{ role: 'user', parts: [{ text: 'at night' }, { inlineData }, { inlineData }] }]
  const answer = await client.models.generateContent({
    model,
    contents,
    config: { responseModalities: [Modality.IMAGE] },
  })
  expect(widthOf(pictureOf(answer)?.data)).toBe(96)
  expect(engine.drawn()[0]?.json()).toEqual({ contents, generationConfig: { responseModalities: ['IMAGE'] } })
})

// The client has Imagen for Vertex AI alone by now; the body is the same that the Gemini API took.
it('draws with Imagen', async () => {
  const { client, engine } = await begin({}, true)
  const { generatedImages = [] } = await client.models.generateImages({
    model: 'imagen-4.0-generate-001',
    prompt: 'a lighthouse',
    config: { numberOfImages: 3, aspectRatio: '4:3', imageSize: '2K' },
  })
  expect(generatedImages.map(({ image }) => [widthOf(image?.imageBytes), image?.mimeType])).toEqual(
    Array.from({ length: 3 }, () => [96, 'image/png']),
  )
  expect(engine.drawn()[0]?.path).toBe('/v1beta1/publishers/google/models/imagen-4.0-generate-001:predict')
  expect(engine.drawn()[0]?.json()).toEqual({
    instances: [{ prompt: 'a lighthouse' }],
    parameters: { sampleCount: 3, aspectRatio: '4:3', sampleImageSize: '2K' },
  })
})

it('finds why a prompt or a picture was blocked', async () => {
  const { client } = await begin({ failure: 'blocked' })
  const answer = await client.models.generateContent({ model, contents: 'a lighthouse' })
  expect([answer.promptFeedback?.blockReason, pictureOf(answer)]).toEqual(['SAFETY', undefined])
  const vertex = await begin({ failure: 'blocked' }, true)
  const { generatedImages } = await vertex.client.models.generateImages({
    model: 'imagen-4.0-x',
    prompt: 'a lighthouse',
  })
  expect(generatedImages).toEqual([expect.objectContaining({ raiFilteredReason: 'Filtered for violence.' })])
})

it.each<[GoogleFailure, number, string]>([
  ['bad-key', 400, 'API_KEY_INVALID'],
  ['unauthorized', 401, 'UNAUTHENTICATED'],
  ['forbidden', 403, 'PERMISSION_DENIED'],
  ['billing', 400, 'FAILED_PRECONDITION'],
  ['too-long', 400, 'INVALID_ARGUMENT'],
  ['model-missing', 404, 'NOT_FOUND'],
  ['rate-limited-info', 429, '34s'],
  ['server-error', 500, 'INTERNAL'],
  ['overloaded', 503, 'UNAVAILABLE'],
  ['deadline', 504, 'DEADLINE_EXCEEDED'],
])('tells %s as it tells it of the real one', async (failure, status, words) => {
  const { client } = await begin({ failure })
  const error: unknown = await client.models
    .generateContent({ model, contents: 'a lighthouse' })
    .catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ApiError)
  expect(error).toMatchObject({ status, message: expect.stringContaining(words) })
})
