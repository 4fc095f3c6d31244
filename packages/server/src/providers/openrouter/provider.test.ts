import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { bodyOf, contextsWith, done, fixturesOf, openEngines, source } from '../kit/testing.ts'
import { startFakeEngine } from '../kit/fake-engine.ts'
import { decodePng } from '../spec/png-codec.ts'
import type { ImageRequest, RunContext } from '../spec/provider.ts'
import { startFakeOpenRouter, type OpenRouterBehaviour, type OpenRouterFailure } from './fake-openrouter.ts'
import { cataloguedModels } from './models.ts'
import { provider } from './provider.ts'

const engines = openEngines()
const key = 'sk-or-v1-0123456789abcdef'
const contextFor = contextsWith({ key })
const fixture = fixturesOf(import.meta.url)
const fake = (behaviour: OpenRouterBehaviour = {}) => engines.keep(startFakeOpenRouter(behaviour))
const canned = async (value: unknown, status = 200, headers: Record<string, string> = {}) =>
  (await engines.canned(bodyOf(value), { status, headers })).baseUrl

const model = 'google/gemini-3.1-flash-image'
const request: ImageRequest = { model, prompt: 'a lighthouse', n: 1, sources: [], options: {} }
const inlined = { type: 'image_url', image_url: { url: 'data:image/jpeg;base64,AQID' } }
const sse = { 'content-type': 'text/event-stream' }
const inChat = { api: 'chat' }
const start = (url: string, more: Partial<ImageRequest> = {}, settings = {}) =>
  provider.start({ ...request, ...more }, contextFor(url, { settings }))

const draw = async (url: string, more: Partial<ImageRequest> = {}, settings = {}) =>
  done(await start(url, more, settings))

const list = (url: string, more: Partial<RunContext> = {}) => provider.listModels(contextFor(url, more))

describe('OpenRouter: models', () => {
  it('lists what draws pixels, retired models last with what to take instead', async () => {
    const models = await list(await canned(await fixture('image-models.json')))
    expect(models.map(({ id, label, description }) => [id, label, description])).toEqual([
      ['openai/gpt-image-2', 'OpenAI: GPT Image 2', undefined],
      [model, 'Google: Gemini 3.1 Flash Image', undefined],
      ['seed/free-form', 'Seed: Free Form', 'It chooses the shape of a picture itself.'],
      ['google/imagen-4', 'Google: Imagen 4', undefined],
    ])
    const gone = { on: '2026-08-17', instead: ['google/gemini-3.1-flash-image'] }
    expect(models.map(({ retired }) => retired)).toEqual([undefined, undefined, undefined, gone])
  })

  it('knows what each can do from what it says that it takes', async () => {
    const [gpt, flash, free] = await list(await canned(await fixture('image-models.json')))
    const ratios = ['1:1', '3:2', '2:3', '4:3', '3:4', '16:9', '9:16', '21:9']
    expect(gpt?.capabilities).toMatchObject({
      imagesPerCall: 10,
      sources: 16,
      seedMax: null,
      size: { kind: 'ratio', ratios, default: '1:1' },
      quality: { values: ['auto', 'low', 'medium', 'high'], default: 'auto' },
      background: { values: ['auto', 'opaque'], default: 'auto' },
      outputFormat: { values: ['png', 'jpeg', 'webp'], default: 'png' },
      progress: 'previews',
    })
    expect(flash?.capabilities).toMatchObject({
      imagesPerCall: 1,
      sources: 14,
      seedMax: 2_147_483_647,
      size: { kind: 'ratio', ratios: ['1:1', '1:4', '6:13', '47:20'], default: '1:1' },
      quality: { values: ['512', '1K', '2K', '4K'], default: '1K' },
      background: null,
      outputFormat: null,
      progress: 'none',
    })
    expect(free?.capabilities).toMatchObject({
      sources: 0,
      seedMax: 4_294_967_295,
      size: { kind: 'fixed' },
      quality: null,
      outputFormat: { values: ['webp'], default: 'webp' },
    })
  })

  it('asks whether the key is good first, for the lists are open to everybody', async () => {
    const engine = await fake()
    expect((await list(engine.apiUrl)).map(({ id }) => id)).toEqual([model])
    expect(engine.requests.map(({ path }) => path)).toEqual(['/api/v1/key', '/api/v1/images/models'])
    expect(engine.requests[0]?.headers.authorization).toBe(`Bearer ${key}`)
    const wrong = await fake({ failure: 'unauthorized' })
    await expect(list(wrong.apiUrl)).rejects.toMatchObject({ kind: 'auth', status: 401 })
    expect(wrong.requests).toHaveLength(1)
    await expect(list(engine.apiUrl, { key: null })).rejects.toMatchObject({ kind: 'auth' })
    const proxy = await fake({ tellsOfKey: false })
    expect(await list(proxy.apiUrl)).toHaveLength(1)
  })

  it('takes the models that draw from the list of all where there is no Images API', async () => {
    const engine = await fake({ models: null, chatModels: [model, 'x-ai/grok-2-image', 'a/b'] })
    const models = await list(engine.apiUrl)
    expect(models.map(({ id }) => id)).toEqual([model, 'a/b', 'x-ai/grok-2-image'])
    expect(models[0]?.capabilities).toMatchObject({ imagesPerCall: 1, sources: 3, seedMax: 2_147_483_647 })
    const chosen = await fake()
    await list(chosen.apiUrl, { settings: inChat })
    expect(chosen.requests.map(({ path }) => path)).toEqual(['/api/v1/key', '/api/v1/models?output_modalities=image'])
  })

  it('PR2: takes the catalogue where there is no list at all, and fails where nothing draws', async () => {
    const without = await fake({ models: null, chatModels: null })
    expect(await list(without.apiUrl)).toEqual(cataloguedModels())
    const only = { settings: { api: 'images' } }
    expect(await list(without.apiUrl, only)).toEqual(cataloguedModels())
    expect(without.requests.filter(({ path }) => path.includes('output_modalities'))).toHaveLength(1)
    const empty = await fake({ models: [] })
    await expect(list(empty.apiUrl)).rejects.toMatchObject({ kind: 'not-found' })
    await expect(list(await canned({ data: 'none' }))).rejects.toMatchObject({ kind: 'malformed-response' })
    await expect(list(await canned({ error: { code: 500 } }, 500))).rejects.toMatchObject({ kind: 'unavailable' })
    const flagged = await canned({ error: { code: 403, message: 'Flagged' } }, 403)
    await expect(list(flagged)).rejects.toMatchObject({ kind: 'content-rejected' })
  })
})

describe('OpenRouter: what is sent', () => {
  // Every option stands in the example of the contract test.
  it('PR4: the key in a header only', async () => {
    const engine = await fake()
    await draw(engine.apiUrl)
    const [seen] = engine.drawn()
    expect(seen?.headers.authorization).toBe(`Bearer ${key}`)
    expect(`${seen?.path} ${JSON.stringify(seen?.json())}`).not.toContain(key)
  })

  it('PR4: nothing that was not asked for, since a model refuses what it does not list', async () => {
    const engine = await fake()
    await draw(engine.apiUrl, { width: 1024, height: 1024 })
    await draw(engine.apiUrl, { quality: '4K' }, { previews: false })
    const base = { model, prompt: 'a lighthouse' }
    expect(engine.drawn().map((seen) => seen.json())).toEqual([
      { ...base, stream: true },
      { ...base, resolution: '4K' },
    ])
  })

  it('PR4: by chat, with pictures, ratio, size, seed and providers', async () => {
    const engine = await fake()
    const more = { aspectRatio: '16:9', quality: '2K', seed: 7, sources: [source] }
    const { images } = await draw(engine.apiUrl, more, { ...inChat, only: 'google-vertex' })
    expect(images[0]?.seed).toBe(7)
    expect(engine.drawn().map((seen) => [seen.path, seen.json()])).toEqual([
      [
        '/api/v1/chat/completions',
        {
          model,
          messages: [{ role: 'user', content: [{ type: 'text', text: 'a lighthouse' }, inlined] }],
          modalities: ['image', 'text'],
          image_config: { aspect_ratio: '16:9', image_size: '2K' },
          seed: 7,
          provider: { only: ['google-vertex'] },
        },
      ],
    ])
  })

  it('turns to the chat where the Images API is missing, and asks models that only draw for nothing else', async () => {
    const engine = await fake({ models: null, drawsOnly: true })
    expect((await draw(engine.apiUrl)).images).toHaveLength(1)
    expect(engine.drawn().map(({ path }) => path.replace('/api/v1', ''))).toEqual([
      '/images',
      '/chat/completions',
      '/chat/completions',
    ])
    expect(engine.drawn()[2]?.json()).toMatchObject({ modalities: ['image'] })
  })

  it('does not turn to the chat with what it has no words for, nor where the settings forbid it', async () => {
    const engine = await fake({ models: null })
    await expect(start(engine.apiUrl, { n: 2 })).rejects.toMatchObject({ kind: 'not-found', advice: 'never' })
    await expect(start(engine.apiUrl, { background: 'opaque' })).rejects.toMatchObject({ kind: 'not-found' })
    await expect(start(engine.apiUrl, {}, { api: 'images' })).rejects.toMatchObject({ kind: 'not-found' })
    expect(engine.drawn().map(({ path }) => path)).toEqual(['/api/v1/images', '/api/v1/images', '/api/v1/images'])
    const asked = start(engine.apiUrl, { quality: 'high' }, inChat)
    await expect(asked).rejects.toMatchObject({ kind: 'unsupported', advice: 'never' })
    expect(engine.drawn()).toHaveLength(3)
  })

  it('needs a key', async () => {
    const context = contextFor('http://127.0.0.1:9', { key: null })
    await expect(provider.start(request, context)).rejects.toMatchObject({ kind: 'auth' })
  })
})

describe('OpenRouter: what comes back', () => {
  it('reads a whole answer, with its exact cost', async () => {
    const { images, cost } = await draw(await canned(await fixture('images.json')), { n: 2, seed: 4 })
    expect(images.map(({ bytes, seed }) => [decodePng(bytes).width, seed])).toEqual([
      [16, undefined],
      [16, undefined],
    ])
    expect(cost).toEqual({ amount: 0.0387, currency: 'USD' })
  })

  it('reads a whole stream: comments, two previews, then the picture with its cost', async () => {
    const context = contextFor(await canned(await fixture('images.sse'), 200, sse))
    const outcome = await provider.start({ ...request, seed: 4 }, context)
    expect(context.signs.map(({ completed, total }) => [completed, total])).toEqual([
      [1, 2],
      [2, 3],
    ])
    for (const { preview } of context.signs) expect(decodePng(preview ?? Buffer.of()).width).toBe(16)
    expect(outcome).toMatchObject({ kind: 'done', images: [{ seed: 4 }], cost: { amount: 0.0421, currency: 'USD' } })
  })

  it('reads the message of a chat', async () => {
    const { images, cost } = await draw(await canned(await fixture('chat.json')), {}, inChat)
    expect(images.map(({ bytes }) => decodePng(bytes).width)).toEqual([16])
    expect(cost).toEqual({ amount: 0.0387, currency: 'USD' })
  })

  it.each([
    [{ cost: 0.01, is_byok: true, cost_details: { upstream_inference_cost: 0.25 } }, 0.26],
    [{ cost: 0.01, is_byok: false, cost_details: { upstream_inference_cost: 0.25 } }, 0.01],
    [{ cost: 0 }, 0],
    [{ cost: -1 }, undefined],
    [{ cost: 'much' }, undefined],
    [undefined, undefined],
  ])('reckons the cost of %j', async (usage, amount) => {
    const { cost } = await draw(await canned({ data: [null, { b64_json: 'AQID' }], usage }), { n: 2 })
    expect(cost?.amount).toBe(amount)
  })

  it('a picture that is named by URL is fetched, unless it expired or leads to a private address', async () => {
    let path = '/picture.png'
    const engine = await engines.keep(
      startFakeEngine((seen, reply) => {
        if (seen.path === '/picture.png') return reply.send(200, 'picture')
        if (seen.path === '/gone.png') return reply.send(410, 'expired')
        if (seen.path === '/away.png') return reply.send(302, '', { location: 'http://169.254.169.254/latest' })
        const images = [{ image_url: { url: `http://${seen.headers.host}${path}` } }]
        return reply.json(200, { choices: [{ message: { images } }] })
      }),
    )
    expect((await draw(engine.baseUrl, {}, inChat)).images[0]?.bytes).toEqual(Buffer.from('picture'))
    path = '/gone.png'
    await expect(start(engine.baseUrl, {}, inChat)).rejects.toMatchObject({ kind: 'not-found', status: 410 })
    path = '/away.png'
    const message = expect.stringContaining('not on the public internet')
    await expect(start(engine.baseUrl, {}, inChat)).rejects.toMatchObject({ kind: 'bad-request', message })
  })

  it.each<[string, OpenRouterBehaviour, object]>([
    ['in one piece', {}, {}],
    ['streamed', { previews: 0 }, {}],
    ['by chat', {}, inChat],
  ])(
    'takes a picture of 30 MB %s',
    async (_, behaviour, settings) => {
      const picture = Buffer.alloc(30_000_000, 'picture')
      const { images } = await draw((await fake({ ...behaviour, picture })).apiUrl, {}, settings)
      expect(picture.equals(images[0]?.bytes ?? Buffer.of())).toBe(true)
    },
    30_000,
  )

  it('draws ten at once, each its own', async () => {
    const engine = await fake({ delayMs: 50, previews: 1 })
    const done = await Promise.all(Array.from({ length: 10 }, (_, i) => draw(engine.apiUrl, { prompt: `fox ${i}` })))
    expect(new Set(done.map(({ images }) => Buffer.from(images[0]?.bytes ?? []).toString('hex'))).size).toBe(10)
    expect(engine.drawn()).toHaveLength(10)
  })

  it('PR5: an abort in the middle of the stream closes the connection', async () => {
    const [comment, firstPreview] = (await fixture('images.sse')).toString().split('\n\n')
    const engine = await engines.keep(
      startFakeEngine(async (_, reply) => {
        reply.begin(200, sse)
        await reply.write(`${comment}\n\n${firstPreview}\n\n`)
      }),
    )
    const abort = new AbortController()
    const context = contextFor(engine.baseUrl, { signal: abort.signal })
    const call = provider.start(request, context)
    await expect.poll(() => context.signs.length).toBe(1)
    abort.abort()
    await expect(call).rejects.toMatchObject({ kind: 'interrupted', advice: 'never' })
    await expect.poll(() => engine.requests[0]?.left.aborted).toBe(true)
  })
})

describe('OpenRouter: refusals', () => {
  it.each<[OpenRouterFailure, string]>([
    ['flagged', 'Your input was flagged (violence, gore)'],
    ['flagged-behind', 'Provider returned error (OpenAI: Your request was rejected by the safety system.)'],
    ['flagged-by-words', 'openai/gpt-image-2 requires moderation and your input was rejected.'],
    ['blocked-mid-stream', 'Rejected by the safety system.'],
  ])('PR17: %s is an outcome', async (failure, reason) => {
    expect(await start((await fake({ failure, previews: 1 })).apiUrl)).toEqual({ kind: 'blocked', reason })
  })

  const said = (choice: object) => ({ choices: [choice] })
  it.each([
    [said({ message: { content: null, refusal: 'I will not.' } }), 'I will not.'],
    [said({ finish_reason: 'content_filter', message: { content: '' } }), 'content_filter'],
    [said({ native_finish_reason: 'IMAGE_SAFETY', message: { content: 'No fox.' } }), 'No fox.'],
    [said({ error: { code: 403, message: 'Flagged', metadata: { reasons: ['sexual'] } } }), 'Flagged (sexual)'],
    [{ error: { code: 403, message: 'The output was flagged.' } }, 'The output was flagged.'],
  ])('PR17: a refusal of status 200 is an outcome: %j', async (answer, words) => {
    const outcome = await start(await canned(answer), {}, inChat)
    expect(outcome).toEqual({ kind: 'blocked', reason: expect.stringContaining(words) })
  })

  it.each<[object, string, object]>([
    [said({ message: { content: 'Which fox?' } }), 'Which fox?', inChat],
    [{}, 'without a picture', inChat],
    [said({ message: { images: [{ image_url: { url: '' } }] } }), 'without a picture', inChat],
    [said({ message: { images: [{ image_url: 'x' }] } }), 'choices.0.message.images', inChat],
    [{ data: [null, { b64_json: '' }] }, 'without a picture', {}],
    [{ data: 'none' }, 'data', {}],
  ])('PR12: anything else without a picture is malformed: %j', async (answer, words, settings) => {
    const message = expect.stringContaining(words)
    const failed = start(await canned(answer), {}, settings)
    await expect(failed).rejects.toMatchObject({ kind: 'malformed-response', advice: 'never', message })
  })

  it('says that it does not keep a drawing in SVG', async () => {
    const url = await canned({ data: [{ b64_json: 'PHN2Zy8+', media_type: 'image/svg+xml' }] })
    await expect(start(url)).rejects.toMatchObject({ kind: 'unsupported', message: expect.stringContaining('SVG') })
  })
})

describe('OpenRouter: errors', () => {
  it.each<[OpenRouterFailure, Record<string, unknown>, string]>([
    ['unauthorized', { kind: 'auth', status: 401 }, 'User not found'],
    ['bad-request', { kind: 'bad-request', status: 400 }, '"seed" is not supported'],
    ['too-long', { kind: 'bad-request', status: 400 }, 'longer than the 32000'],
    ['no-credits', { kind: 'quota', status: 402 }, 'Insufficient credits'],
    ['no-permission', { kind: 'auth', status: 403 }, 'not allowed'],
    ['timed-out', { kind: 'timeout', status: 408 }, 'timed out'],
    ['too-large', { kind: 'bad-request', status: 413 }, 'too large'],
    ['not-understood', { kind: 'bad-request', status: 422 }, 'Validation failed'],
    ['rate-limited', { kind: 'rate-limited', advice: 'safe-to-resend', retryAfterMs: 7000 }, 'Rate limit exceeded'],
    ['server-error', { kind: 'unavailable', status: 500 }, 'Internal Server Error'],
    ['provider-down', { kind: 'unavailable', status: 502 }, 'Provider returned error (Seed: upstream connect error)'],
    ['no-provider', { kind: 'unavailable', status: 503 }, 'routing requirements'],
    ['edge-timeout', { kind: 'timeout', status: 524 }, 'took too long'],
    ['overloaded', { kind: 'unavailable', status: 529 }, 'overloaded'],
    ['drop', { kind: 'unavailable', status: null }, 'unknown'],
    ['broken-base64', { kind: 'malformed-response' }, 'base64'],
    ['truncated-stream', { kind: 'malformed-response' }, 'broke off'],
    ['error-mid-stream', { kind: 'unavailable' }, 'The provider failed.'],
  ])('tells %s in the words of the engine, asked once', async (failure, expected, words) => {
    const engine = await fake({ failure, previews: 1 })
    const error: unknown = await start(engine.apiUrl).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ advice: 'never', ...expected, message: expect.stringContaining(words) })
    expect(inspect(error, { depth: 9 })).not.toContain(key)
    expect(engine.drawn()).toHaveLength(1)
  })

  it('503 with Retry-After may be sent again', async () => {
    const url = await canned({ error: { code: 503, message: 'Busy' } }, 503, { 'retry-after': '60' })
    await expect(start(url)).rejects.toMatchObject({ advice: 'safe-to-resend', retryAfterMs: 60_000 })
  })

  it('524 of the gateway itself, a page, is a timeout too', async () => {
    await expect(start(await canned('<!doctype html>', 524))).rejects.toMatchObject({ kind: 'timeout', status: 524 })
  })

  it.each([
    [402, 'quota'],
    [429, 'rate-limited'],
    [502, 'unavailable'],
    [524, 'timeout'],
  ])('%s inside a success is never sent again: the model had begun', async (code, kind) => {
    const error = {
      code,
      message: 'Failed late',
      metadata: { provider_name: 'Seed', raw: '{"error":"out of memory"}' },
    }
    const message = 'OpenRouter: Failed late (Seed: out of memory)'
    for (const answer of [{ error }, { choices: [{ error, finish_reason: 'error' }] }]) {
      const failed = start(await canned(answer), {}, inChat)
      await expect(failed).rejects.toMatchObject({ kind, advice: 'never', message })
    }
    await expect(start(await canned({ error }))).rejects.toMatchObject({ kind, advice: 'never', message })
  })

  it('a model that no way knows is not found, in the words that there are', async () => {
    const engine = await fake({ failure: 'model-missing' })
    const message = 'OpenRouter: No endpoints found for this model.'
    await expect(start(engine.apiUrl)).rejects.toMatchObject({ kind: 'not-found', status: 404, message })
    const silent = await fake({ models: null, failure: 'model-missing' })
    await expect(start(silent.apiUrl)).rejects.toMatchObject({ kind: 'not-found', message })
  })

  it.each([
    ['openai/dall-e-3', '2026-05-12', 'openai/gpt-image-2'],
    ['openai/gpt-image-1', '2026-10-23', 'openai/gpt-image-2'],
    ['google/imagen-4', '2026-08-17', 'google/gemini-3.1-flash-image'],
    ['x-ai/grok-2-image', null, 'x-ai/grok-imagine-image-2.0'],
  ])('PR27: %s is gone, and what to take instead is known', (gone, on, instead) => {
    expect(provider.retirement?.(gone)).toEqual({ on, instead: [instead] })
    expect(provider.retirement?.(instead)).toBeNull()
  })
})
