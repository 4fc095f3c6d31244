// OpenAI's own client against our fake, so that the fake speaks the protocol as it is and not as we take it to be.
import OpenAI, {
  type APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  toFile,
} from 'openai'
import { afterEach, expect, it } from 'vitest'
import { decodePng } from '../spec/png-codec.ts'
import { startFakeOpenAi, type FakeOpenAi, type OpenAiBehaviour, type OpenAiFailure } from './fake-openai.ts'

const open: FakeOpenAi[] = []
afterEach(async () => {
  for (const engine of open.splice(0)) await engine.close()
})

async function begin(behaviour: OpenAiBehaviour = {}, maxRetries = 0) {
  const engine = await startFakeOpenAi(behaviour)
  open.push(engine)
  const client = new OpenAI({
    apiKey: 'sk-test',
    organization: null,
    project: null,
    baseURL: engine.apiUrl,
    maxRetries,
  })
  return { engine, client }
}

const model = 'gpt-image-2'
const sizeOf = (base64: string | undefined) => {
  const { width, height } = decodePng(Buffer.from(base64 ?? '', 'base64'))
  return `${width}x${height}`
}

it('lists the models', async () => {
  const { client } = await begin({ models: [model, 'gpt-5'] })
  const { data } = await client.models.list()
  expect(data).toEqual([model, 'gpt-5'].map((id) => ({ id, object: 'model', created: 1, owned_by: 'system' })))
})

it('draws two pictures with every parameter of a drawing', async () => {
  const { client, engine } = await begin()
  const asked = {
    model,
    prompt: 'a lighthouse',
    n: 2,
    size: '64x40',
    quality: 'low',
    background: 'opaque',
    output_format: 'png',
    output_compression: 90,
    moderation: 'low',
    safety_identifier: 'somebody',
  } as const
  const answer = await client.images.generate(asked)
  expect(answer.data?.map(({ b64_json }) => sizeOf(b64_json))).toEqual(['64x40', '64x40'])
  expect(answer).toEqual({
    created: expect.any(Number),
    background: 'opaque',
    output_format: 'png',
    quality: 'low',
    size: '64x40',
    safety_identifier: 'somebody',
    data: [{ b64_json: expect.any(String) }, { b64_json: expect.any(String) }],
    usage: {
      input_tokens: 50,
      input_tokens_details: { text_tokens: 50, image_tokens: 0 },
      output_tokens: 8320,
      output_tokens_details: { text_tokens: 0, image_tokens: 8320 },
      total_tokens: 8370,
    },
  })
  expect(engine.requests[0]).toMatchObject({ method: 'POST', path: '/v1/images/generations' })
  expect(engine.requests[0]?.json()).toEqual(asked)
})

it('edits several pictures with a mask', async () => {
  const { client, engine } = await begin()
  const image = await Promise.all([1, 2].map((n) => toFile(Buffer.of(n), `${n}.png`, { type: 'image/png' })))
  const mask = await toFile(Buffer.of(9, 9), 'mask.png', { type: 'image/png' })
  const answer = await client.images.edit({
    model: 'gpt-image-1.5',
    prompt: 'at night',
    size: '64x64',
    image,
    mask,
    input_fidelity: 'high',
  })
  expect(sizeOf(answer.data?.[0]?.b64_json)).toBe('64x64')
  expect(answer.usage?.input_tokens_details).toEqual({ text_tokens: 50, image_tokens: 0 })
  const form = await engine.requests[0]?.form()
  expect([...(form?.keys() ?? [])].toSorted()).toEqual([
    'image[]',
    'image[]',
    'input_fidelity',
    'mask',
    'model',
    'prompt',
    'size',
  ])
})

it('edits one picture', async () => {
  const { client, engine } = await begin()
  const image = await toFile(Buffer.of(1), '1.png', { type: 'image/png' })
  const answer = await client.images.edit({ model, prompt: 'at night', image, size: '40x64' })
  expect(sizeOf(answer.data?.[0]?.b64_json)).toBe('40x64')
  expect([...((await engine.requests[0]?.form())?.keys() ?? [])]).toContain('image')
})

it('streams a drawing: two previews, then the picture', async () => {
  const { client } = await begin()
  const stream = await client.images.generate({
    model,
    prompt: 'a fox',
    size: '64x64',
    stream: true,
    partial_images: 2,
  })
  const events = []
  for await (const event of stream) events.push(event)
  const facts = {
    created_at: expect.any(Number),
    size: '64x64',
    quality: 'high',
    background: 'opaque',
    output_format: 'png',
  }
  expect(events).toEqual([
    ...[0, 1].map((partial_image_index) => ({
      type: 'image_generation.partial_image',
      b64_json: expect.any(String),
      partial_image_index,
      ...facts,
    })),
    {
      type: 'image_generation.completed',
      b64_json: expect.any(String),
      ...facts,
      usage: expect.objectContaining({ input_tokens: 50, output_tokens: 4160 }),
    },
  ])
  expect(events.map(({ b64_json }) => sizeOf(b64_json))).toEqual(['64x64', '64x64', '64x64'])
})

it('streams an edit', async () => {
  const { client } = await begin()
  const image = await toFile(Buffer.of(1), '1.png', { type: 'image/png' })
  const stream = await client.images.edit({
    model,
    prompt: 'at night',
    image,
    size: '64x64',
    stream: true,
    partial_images: 1,
  })
  const types = []
  for await (const { type } of stream) types.push(type)
  expect(types).toEqual(['image_edit.partial_image', 'image_edit.completed'])
})

it.each<[OpenAiFailure, new (...args: never[]) => APIError, Record<string, unknown>]>([
  ['unauthorized', AuthenticationError, { status: 401, code: 'invalid_api_key' }],
  ['forbidden', PermissionDeniedError, { status: 403 }],
  ['model-missing', NotFoundError, { status: 404, code: 'model_not_found' }],
  ['blocked', BadRequestError, { status: 400, code: 'moderation_blocked', type: 'image_generation_user_error' }],
  ['billing-limit', BadRequestError, { status: 400, code: 'billing_hard_limit_reached' }],
  ['rate-limited', RateLimitError, { status: 429, code: 'rate_limit_exceeded' }],
  ['insufficient-quota', RateLimitError, { status: 429, code: 'insufficient_quota' }],
  ['server-error', InternalServerError, { status: 500, code: 'server_error' }],
  ['overloaded', InternalServerError, { status: 503 }],
])('tells %s as it tells it of the real one', async (failure, kind, facts) => {
  const { client } = await begin({ failure })
  const error: unknown = await client.images.generate({ model, prompt: 'a fox' }).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(kind)
  expect(error).toMatchObject({ ...facts, requestID: 'req_fake' })
})

it('tells an error in the middle of a stream', async () => {
  const { client } = await begin({ failure: 'blocked-mid-stream' })
  const stream = await client.images.generate({
    model,
    prompt: 'a fox',
    size: '64x64',
    stream: true,
    partial_images: 1,
  })
  const read = async () => {
    for await (const event of stream) expect(event.type).toBe('image_generation.partial_image')
  }
  await expect(read()).rejects.toMatchObject({ code: 'moderation_blocked' })
})

it('asks again after 429 and as often as it was told to', async () => {
  const { client, engine } = await begin({ failure: 'rate-limited-ms' }, 1)
  await expect(client.images.generate({ model, prompt: 'a fox' })).rejects.toMatchObject({ status: 429 })
  expect(engine.calls()).toBe(2)
})

it('names the parameter that a model does not know', async () => {
  const { client } = await begin()
  const asked = { model, prompt: 'a fox', response_format: 'b64_json' } as const
  await expect(client.images.generate(asked)).rejects.toMatchObject({
    status: 400,
    code: 'unknown_parameter',
    param: 'response_format',
  })
})
