// OpenAI's own client, and the AI SDK's, take Easel for OpenAI. Rules in docs/spec/openai.md.
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { generateImage } from 'ai'
import OpenAI, { AuthenticationError, NotFoundError, PermissionDeniedError, RateLimitError, toFile } from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { draws, picturesFor, stalls } from '#generation/testing/paint.ts'
import { fakePicture } from '#providers/kit/fake-picture.ts'
import { decodePng } from '#providers/spec/png-codec.ts'
import { until } from '../../testing/server.ts'
import { openAiModels, openWithEngines, ratePerMinute, type WithEngines } from '../testing/with-engines.ts'

// There are two servers to start, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 180_000 })

let all: WithEngines
beforeAll(async () => {
  all = await openWithEngines()
})
afterAll(() => all.close())
afterEach(() => {
  all.paint.onDraw(draws)
  all.openai.behave({ models: openAiModels })
})

const clientOf = (baseUrl: string, apiKey = 'anything') =>
  new OpenAI({ apiKey, organization: null, project: null, baseURL: `${baseUrl}/v1`, maxRetries: 0 })
const local = () => clientOf(all.local.baseUrl)
const sizeOf = (base64: string | undefined) => {
  const { width, height } = decodePng(Buffer.from(base64 ?? '', 'base64'))
  return `${width}x${height}`
}
const picture = (words: string, name = 'a.png') => toFile(fakePicture(16, 16, words), name, { type: 'image/png' })
const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  )
const library = () => all.library()

describe('models', () => {
  it('OA1: lists every model by the name that it can be asked by', async () => {
    const { data } = await local().models.list()
    expect(data.map(({ id }) => id)).toEqual(expect.arrayContaining(['single', 'batch', 'gpt-image-2']))
    expect(data[0]).toMatchObject({ object: 'model', created: expect.any(Number), owned_by: 'Paint' })
  })

  it('OA1: tells of one model, also by its long name', async () => {
    expect(await local().models.retrieve('single')).toMatchObject({ id: 'single', owned_by: 'Paint' })
    expect(await local().models.retrieve('OpenAI/gpt-image-2')).toMatchObject({ id: 'OpenAI/gpt-image-2' })
    expect(await errorOf(local().models.retrieve('nonesuch'))).toMatchObject({ status: 404, code: 'model_not_found' })
  })
})

it.each(['%00', '..%2f..%2fetc%2fpasswd', '%F0%9F%A6%8A', 'a%5cb', 'x'.repeat(400)])(
  'OA1, SD4: no spelling of a name is more than a name that is not there: %s',
  async (name) => {
    for (const path of [`/v1/models/${name}`, `/sdapi/v1/${name}`, `/ollama/api/${name}`]) {
      const { status } = await all.local.ask(path)
      expect(status, path).toBeGreaterThanOrEqual(400)
      expect(status, path).toBeLessThan(500)
    }
  },
)

describe('drawing', () => {
  it('OA10: draws as many pictures as asked, which are in the library', async () => {
    const answer = await local().images.generate({ model: 'single', prompt: 'two foxes', n: 2, size: '32x16' })
    expect(answer.data?.map(({ b64_json }) => sizeOf(b64_json))).toEqual(['32x16', '32x16'])
    expect(answer).toMatchObject({ created: expect.any(Number), output_format: 'png', size: '32x16' })
    expect((await library()).filter(({ generationPrompt }) => generationPrompt === 'two foxes')).toHaveLength(2)
  })

  it('OA11: without a model the default connection draws, and `auto` leaves it to the model', async () => {
    const answer = await local().images.generate({
      prompt: 'whatever',
      size: 'auto',
      quality: 'auto',
      background: 'auto',
    })
    expect(sizeOf(answer.data?.[0]?.b64_json)).toBe('16x16')
    const [image] = await library()
    const { data } = await all.local.process.generations.list(all.local.pipeline.userId, { limit: 1 })
    expect([image?.generationModel, data[0]?.adjustments]).toEqual(['single', []])
  })

  it('OA12: what a model lacks is mapped or left out, never refused', async () => {
    const answer = await local().images.generate({
      model: 'Paint/single',
      prompt: 'odd',
      size: '1792x1024',
      quality: 'hd',
      style: 'vivid',
      output_format: 'webp',
      background: 'transparent',
      moderation: 'low',
      user: 'somebody',
    })
    expect(answer).toMatchObject({ output_format: 'png', size: '64x40' })
    const { data } = await all.local.process.generations.list(all.local.pipeline.userId, { limit: 1 })
    expect(data[0]?.adjustments.map(({ field }) => field)).toEqual(
      expect.arrayContaining(['size', 'quality', 'style', 'outputFormat', 'background']),
    )
  })

  it('OA13: takes what other servers of this interface take: seed, negative prompt, steps', async () => {
    const body = { model: 'single', prompt: 'more', seed: '7', negative_prompt: 'fog', num_inference_steps: 9, n: null }
    const answer = await all.local.ask({ method: 'POST', path: '/v1/images/generations', body })
    expect(answer.status).toBe(200)
    expect(all.paint.asked.at(-1)).toMatchObject({ seed: 7, steps: 9 })
    const [image] = await library()
    expect(image).toMatchObject({ seed: 7, negativePrompt: 'fog' })
  })

  it('OA14: keeps the prompt as it is: braces and underscores are letters', async () => {
    await local().images.generate({ model: 'single', prompt: 'a {red|blue} __fox__' })
    expect(all.paint.asked.at(-1)?.prompt).toBe('a {red|blue} __fox__')
  })

  it('OA21: gives an address where it is asked for, and for dall-e where nothing is said', async () => {
    const asked = await local().images.generate({ model: 'single', prompt: 'a link', response_format: 'url' })
    const url = asked.data?.[0]?.url ?? ''
    expect(url).toMatch(new RegExp(`^${all.local.baseUrl}/uploads/generated/`))
    const file = await fetch(url)
    expect([file.status, file.headers.get('content-type')]).toEqual([200, 'image/png'])
    const old = await local().images.generate({ model: 'dall-e-3', prompt: 'as of old' })
    expect(old.data?.[0]).toEqual({ url: expect.stringMatching(/^http/) })
    const bytes = await local().images.generate({ model: 'dall-e-3', prompt: 'new', response_format: 'b64_json' })
    expect(bytes.data?.[0]).toEqual({ b64_json: expect.any(String) })
  })

  it('OA22: tells the prompt as the engine revised it', async () => {
    all.paint.onDraw((reply, asked) => reply.json(200, { images: picturesFor(asked), revised: 'a red fox' }))
    const answer = await local().images.generate({ model: 'single', prompt: 'a fox' })
    expect(answer.data?.[0]?.revised_prompt).toBe('a red fox')
  })

  it('OA23: tells the tokens that an engine counted, and none where it counts none', async () => {
    const counted = await local().images.generate({ model: 'gpt-image-2', prompt: 'counted' })
    expect(counted.usage).toEqual({
      input_tokens: 50,
      input_tokens_details: { image_tokens: 0, text_tokens: 50 },
      output_tokens: 4160,
      total_tokens: 4210,
    })
    expect(await local().images.generate({ model: 'single', prompt: 'free' })).not.toHaveProperty('usage')
  })

  it('OA15: the same Idempotency-Key is one generation', async () => {
    const before = all.paint.asked.length
    const options = { headers: { 'idempotency-key': 'once-and-again' } }
    const request = { model: 'single', prompt: 'once' } as const
    const [first, second] = [
      await local().images.generate(request, options),
      await local().images.generate(request, options),
    ]
    expect(second).toEqual(first)
    expect(all.paint.asked.length).toBe(before + 1)
    const other = errorOf(local().images.generate({ ...request, prompt: 'other' }, options))
    expect(await other).toMatchObject({ status: 409, code: 'idempotency_key_in_use' })
  })

  it('OA10: everybody who asks at once gets what they asked for', async () => {
    const prompts = Array.from({ length: 12 }, (_, index) => `at once ${index}`)
    const ask = async (prompt: string) => {
      const body = { model: 'single', prompt, seed: 1, size: '16x16' }
      const answer = await all.local.ask({ method: 'POST', path: '/v1/images/generations', body })
      return z.object({ data: z.array(z.object({ b64_json: z.string() })) }).parse(answer.json()).data[0]?.b64_json
    }
    const pixels = (base64: string | undefined) =>
      Buffer.from(decodePng(Buffer.from(base64 ?? '', 'base64')).rgba).toString('base64')
    const wanted = prompts.map((prompt) => Buffer.from(fakePicture(16, 16, `${prompt} 1`)).toString('base64'))
    expect((await Promise.all(prompts.map(ask))).map(pixels)).toEqual(wanted.map(pixels))
  })

  it('OA16: a client that leaves right after asking finds its picture in the library', async () => {
    await all.leaveRightAway((signal) => local().images.generate({ model: 'single', prompt: 'left alone' }, { signal }))
  })
})

describe('streaming', () => {
  it('OA25: previews, then the picture', async () => {
    const stream = await local().images.generate({
      model: 'gpt-image-2',
      prompt: 'a fox',
      size: '1024x1024',
      stream: true,
      partial_images: 2,
    })
    const events = []
    for await (const event of stream) events.push(event)
    expect(events.at(-1)).toMatchObject({ type: 'image_generation.completed', usage: { total_tokens: 4210 } })
    for (const [index, event] of events.slice(0, -1).entries()) {
      expect(event).toMatchObject({ type: 'image_generation.partial_image', partial_image_index: index })
    }
    expect(events.length).toBeLessThanOrEqual(3)
    expect(events.map(({ b64_json }) => b64_json.length > 0)).not.toContain(false)
  })

  it('OA25: the previews of an engine that works bit by bit', async () => {
    let looks = 0
    const preview = Buffer.from(fakePicture(8, 8, 'preview')).toString('base64')
    all.paint.onDraw((reply) => reply.json(200, { operation: 'slow' }))
    all.paint.onLook((reply) => {
      looks += 1
      if (looks < 100) reply.json(200, { operation: 'slow', progress: { completed: looks, total: 100, preview } })
      else reply.json(200, { images: [preview] })
    })
    const stream = await local().images.generate({ model: 'single', prompt: 'slow', stream: true, partial_images: 1 })
    const events = []
    for await (const event of stream) events.push(event)
    expect(events).toMatchObject([
      { type: 'image_generation.partial_image', partial_image_index: 0, b64_json: preview, output_format: 'png' },
      {
        type: 'image_generation.completed',
        size: '8x8',
        usage: { input_tokens: 0, output_tokens: 0, total_tokens: 0 },
      },
    ])
  })

  it('OA26: an engine that refuses at once is an HTTP error, later the last event', async () => {
    all.paint.onDraw((reply) => reply.json(200, { blocked: 'Not that.' }))
    const request = { model: 'single', prompt: 'bad', stream: true } as const
    expect(await errorOf(local().images.generate(request))).toMatchObject({ status: 400, code: 'moderation_blocked' })
    all.paint.onDraw((reply) => reply.json(200, { operation: 'x', progress: { completed: 1, total: 2 } }))
    all.paint.onLook((reply) => reply.json(200, { blocked: 'Not that.' }))
    const read = async () => {
      for await (const event of await local().images.generate(request)) expect(event.type).toBe('no event')
    }
    expect(await errorOf(read())).toMatchObject({ code: 'moderation_blocked' })
  })
})

describe('editing', () => {
  it('OA17: one picture, several pictures, a mask', async () => {
    const one = await local().images.edit({ model: 'single', prompt: 'at night', image: await picture('one') })
    expect(sizeOf(one.data?.[0]?.b64_json)).toBe('16x16')
    const image = [await picture('two'), await picture('three', 'b.png')]
    await local().images.edit({ model: 'single', prompt: 'both', image, mask: await picture('mask'), n: 2 })
    const asked = all.paint.asked.at(-1)
    expect([asked?.sources.length, asked?.mask === null]).toEqual([2, false])
    const sources = (await library()).filter(({ source }) => source === 'upload')
    expect(sources).toHaveLength(4)
  })

  it('OA25: streams an edit', async () => {
    const stream = await local().images.edit({
      model: 'gpt-image-2',
      prompt: 'at dusk',
      image: await picture('dusk'),
      stream: true,
      partial_images: 1,
    })
    const types = []
    for await (const { type } of stream) types.push(type)
    expect(types.at(-1)).toBe('image_edit.completed')
  })

  it('OA18: a variation needs no words', async () => {
    const form = new FormData()
    form.append('image', new Blob([fakePicture(16, 16, 'vary')], { type: 'image/png' }), 'a.png')
    form.append('model', 'single')
    form.append('n', '2')
    const answer = await fetch(`${all.local.baseUrl}/v1/images/variations`, { method: 'POST', body: form })
    expect([answer.status, await answer.json()]).toMatchObject([200, { data: [{}, {}] }])
  })

  it.each<[string, () => Promise<FormData>, object]>([
    ['no picture', async () => new FormData(), { param: 'image', code: 'missing_required_parameter' }],
    ['what is no picture', () => formWith('<svg onload="x()"/>'), { param: 'image' }],
    ['a cut picture', () => formWith(fakePicture(16, 16, 'cut').slice(0, 200)), { param: 'image' }],
    ['an empty file', () => formWith(''), { param: 'image' }],
    ['a mask of another size', () => formWith(fakePicture(16, 16, 'a'), fakePicture(8, 8, 'b')), { param: 'mask' }],
    [
      'more pictures than the model takes',
      () => formWith(fakePicture(8, 8, '1'), fakePicture(8, 8, '2'), fakePicture(8, 8, '3')),
      { param: 'image' },
    ],
  ])('OA31: refuses %s', async (_, make, facts) => {
    const before = (await library()).length
    const answer = await fetch(`${all.local.baseUrl}/v1/images/edits`, { method: 'POST', body: await make() })
    const body = await answer.json()
    expect([answer.status, body], JSON.stringify(body)).toMatchObject([
      400,
      { error: { type: 'invalid_request_error', ...facts } },
    ])
    expect((await library()).length - before).toBeLessThanOrEqual(2)
  })

  async function formWith(first: Uint8Array | string, ...more: Uint8Array[]): Promise<FormData> {
    const form = new FormData()
    form.append('model', 'single')
    form.append('prompt', 'x')
    const blob = (bytes: Uint8Array | string) => new Blob([Buffer.from(bytes)], { type: 'image/png' })
    form.append('image', blob(first), 'a.png')
    if (more.length === 1) form.append('mask', blob(more[0] ?? ''), 'mask.png')
    else for (const bytes of more) form.append('image[]', blob(bytes), 'b.png')
    return form
  }
})

describe('errors', () => {
  it.each<[string, object, string]>([
    ['no prompt', {}, 'prompt'],
    ['a blank prompt', { prompt: ' ' }, 'prompt'],
    ['a prompt that is too long', { prompt: 'x'.repeat(32_001) }, 'prompt'],
    ['NUL', { prompt: 'a\u0000b' }, 'prompt'],
    ['too many', { prompt: 'x', n: 11 }, 'n'],
    ['none', { prompt: 'x', n: 0 }, 'n'],
    ['a size that is none', { prompt: 'x', size: 'large' }, 'size'],
    ['an unknown format', { prompt: 'x', response_format: 'file' }, 'response_format'],
    ['too many previews', { prompt: 'x', partial_images: 4 }, 'partial_images'],
  ])('OA30: refuses %s, naming the parameter', async (_, body, param) => {
    const answer = await all.local.ask({ method: 'POST', path: '/v1/images/generations', body })
    expect([answer.status, answer.json()]).toMatchObject([
      400,
      { error: { message: expect.any(String), type: 'invalid_request_error', param } },
    ])
  })

  it('OA30: takes any words', async () => {
    const prompt = '狐 🦊 ../../etc "quoted" \\ <script>'
    await local().images.generate({ model: 'single', prompt })
    expect(all.paint.asked.at(-1)?.prompt).toBe(prompt)
  })

  it('OA30: an unknown model and an unknown address are 404, a body that is too large 413', async () => {
    const asked = errorOf(local().images.generate({ model: 'nonesuch', prompt: 'x' }))
    const unknown = await asked
    expect(unknown).toBeInstanceOf(NotFoundError)
    expect(unknown).toMatchObject({ code: 'model_not_found', type: 'invalid_request_error' })
    const chat = await all.local.ask({ method: 'POST', path: '/v1/chat/completions', body: {} })
    expect([chat.status, chat.json()]).toMatchObject([404, { error: { type: 'invalid_request_error' } }])
    const body = { prompt: 'x', user: 'y'.repeat(3_000_000) }
    const large = await all.local.ask({ method: 'POST', path: '/v1/images/generations', body })
    expect([large.status, large.json()]).toMatchObject([413, { error: { code: 'request_too_large' } }])
    const broken = await all.local.ask({
      method: 'POST',
      path: '/v1/images/generations',
      headers: { 'content-type': 'application/json' },
      body: '{"prompt":',
    })
    expect([broken.status, broken.json()]).toMatchObject([400, { error: { type: 'invalid_request_error' } }])
  })

  it.each([
    [
      'the content was refused',
      (reply: Parameters<typeof draws>[0]) => reply.json(200, { blocked: 'No.' }),
      400,
      'moderation_blocked',
    ],
    [
      'the engine’s own key is bad',
      (reply: Parameters<typeof draws>[0]) => reply.json(401, { error: 'bad key' }),
      502,
      'engine_refused_key',
    ],
    [
      'the engine broke',
      (reply: Parameters<typeof draws>[0]) => reply.json(500, { error: 'oops' }),
      503,
      'engine_unavailable',
    ],
    [
      'there is no credit',
      (reply: Parameters<typeof draws>[0]) => reply.json(402, { error: 'pay' }),
      429,
      'insufficient_quota',
    ],
  ])('OA32: %s, and no library asks again by itself', async (_, turn, status, code) => {
    all.paint.onDraw(turn)
    const before = all.paint.asked.length
    const client = new OpenAI({ apiKey: 'x', baseURL: `${all.local.baseUrl}/v1`, maxRetries: 2 })
    expect(await errorOf(client.images.generate({ model: 'single', prompt: 'x' }))).toMatchObject({ status, code })
    expect(all.paint.asked.length).toBe(before + 1)
  })

  it('OA33: a cancelled generation is told', async () => {
    all.paint.onDraw(stalls)
    const asked = errorOf(local().images.generate({ model: 'single', prompt: 'stop me' }))
    const { generations } = all.local.process
    const { userId } = all.local.pipeline
    const find = async () => (await generations.list(userId, { limit: 1, state: 'running' })).data[0]
    await until(async () => (await find()) !== undefined)
    await generations.cancel(userId, (await find())?.id ?? '')
    expect(await asked).toMatchObject({ status: 400, code: 'generation_ended' })
  })
})

describe('with accounts', () => {
  const mine = (key: string) => clientOf(all.people.server.baseUrl, key)

  it('OA2: a key acts as its owner, and addresses open without it', async () => {
    const key = await all.keyOf(all.people.user, 'read', 'generate')
    const asked = { model: 'single', prompt: 'mine', response_format: 'url' } as const
    const url = (await mine(key).images.generate(asked)).data?.[0]?.url ?? ''
    expect((await fetch(url)).status).toBe(200)
    expect((await fetch(url.split('?')[0] ?? '')).status).toBe(401)
    const other = await all.keyOf(all.people.other, 'read')
    expect((await fetch(url, { headers: { authorization: `Bearer ${other}` } })).status).toBe(403)
    expect((await mine(key).models.list()).data.map(({ id }) => id)).toContain('single')
    expect((await mine(other).models.list()).data.map(({ id }) => id)).not.toContain('single')
  })

  it('OA3: no key and a made-up one are 401, one without the scope is 403', async () => {
    for (const key of ['made-up', `easel_${'a'.repeat(43)}`]) {
      const error = await errorOf(mine(key).models.list())
      expect(error).toBeInstanceOf(AuthenticationError)
      expect(error).toMatchObject({ code: 'invalid_api_key' })
    }
    expect((await all.people.server.ask('/v1/models')).status).toBe(401)
    const reads = await all.keyOf(all.people.user, 'read')
    const error = await errorOf(mine(reads).images.generate({ prompt: 'x' }))
    expect(error).toBeInstanceOf(PermissionDeniedError)
    const makes = await all.keyOf(all.people.user, 'generate')
    expect(await errorOf(mine(makes).models.list())).toBeInstanceOf(PermissionDeniedError)
  })

  it('OA4: pages of every origin may call with a key, and no cookie counts', async () => {
    const { server } = all.people
    const headers = {
      origin: 'https://elsewhere.example',
      'access-control-request-headers': 'authorization,x-stainless-os',
    }
    const preflight = await server.ask({ method: 'OPTIONS', path: '/v1/images/generations', headers })
    expect([preflight.status, preflight.headers['access-control-allow-headers']]).toEqual([200, 'Authorization, *'])
    const cookie = await server.ask({ path: '/v1/models', headers: { ...headers, ...all.people.user.headers } })
    expect([cookie.status, cookie.headers['access-control-allow-origin']]).toEqual([401, '*'])
  })
})

describe('too often', () => {
  it('OA34: is 429 with the time to wait', async () => {
    const client = clientOf(all.people.server.baseUrl, await all.keyOf(all.people.admin, 'generate'))
    const ask = () => errorOf(client.images.generate({ model: 'nonesuch', prompt: 'x' }))
    for (let time = 0; time < ratePerMinute; time++) expect(await ask()).toBeInstanceOf(NotFoundError)
    const error = await ask()
    expect(error).toBeInstanceOf(RateLimitError)
    expect(error).toMatchObject({ code: 'rate_limit_exceeded' })
  })
})

describe('the AI SDK', () => {
  it('OA20: generates and edits, saying nothing about the form of the answer', async () => {
    const easel = createOpenAICompatible({ name: 'easel', baseURL: `${all.local.baseUrl}/v1`, apiKey: 'anything' })
    const model = easel.imageModel('Paint/single')
    const { images } = await generateImage({ model, prompt: 'a fox', n: 2, size: '32x32', maxRetries: 0 })
    expect(images.map(({ base64 }) => sizeOf(base64))).toEqual(['32x32', '32x32'])
    const edited = await generateImage({
      model,
      prompt: { text: 'at night', images: [fakePicture(16, 16, 'sdk')] },
      maxRetries: 0,
    })
    expect(sizeOf(edited.image.base64)).toBe('16x16')
  })
})
