import { describe, expect, it } from 'vitest'
import { startFakeEngine } from '../kit/fake-engine.ts'
import { contextsWith, done, fixturesOf, openEngines } from '../kit/testing.ts'
import { decodePng } from '../spec/png-codec.ts'
import type { ImageRequest } from '../spec/provider.ts'
import { startFakeOpenAi, type OpenAiBehaviour } from './fake-openai.ts'
import { cataloguedModels, describeModel, drawingModels } from './models.ts'
import { provider } from './provider.ts'
import { costOf } from './wire.ts'

const engines = openEngines()
const contextFor = contextsWith({ key: 'sk-test' })
const fixture = fixturesOf(import.meta.url)
const fake = (behaviour: OpenAiBehaviour = {}) => engines.keep(startFakeOpenAi(behaviour))

async function canned(body: string | Uint8Array, headers: Record<string, string>, status = 200): Promise<string> {
  return (await engines.canned(body, { headers, status })).baseUrl
}

const request: ImageRequest = { model: 'gpt-image-2', prompt: 'a lighthouse', n: 1, sources: [], options: {} }
const json = { 'content-type': 'application/json' }
const sse = { 'content-type': 'text/event-stream' }

async function draw(url: string, more: Partial<ImageRequest> = {}) {
  return done(await provider.start({ ...request, ...more }, contextFor(url)))
}

describe('OpenAI: models', () => {
  it('lists what draws, retired models last with what to take instead', async () => {
    const models = await provider.listModels(contextFor(await canned(await fixture('models.json'), json)))
    expect(models.map(({ id }) => id)).toEqual([
      'gpt-image-2',
      'gpt-image-2-2026-04-21',
      'gpt-image-1.5',
      'gpt-image-2.6-flare',
      'chatgpt-image-latest',
      'dall-e-3',
    ])
    expect(models.at(-1)?.retired).toEqual({ on: '2026-05-12', instead: ['gpt-image-2'] })
  })

  it('knows what each family can do', () => {
    const of = (id: string) => describeModel(id).capabilities
    expect(of('gpt-image-1.5').size).toMatchObject({ kind: 'fixed', sizes: ['1024x1024', '1536x1024', '1024x1536'] })
    expect(of('gpt-image-1-mini').size.kind).toBe('fixed')
    expect(of('chatgpt-image-latest').size.kind).toBe('fixed')
    expect(of('gpt-image-2-2026-04-21')).toMatchObject({ size: { kind: 'free', multiple: 16, maxRatio: 3, max: 3840 } })
    expect(of('gpt-image-2').quality?.values).toEqual(['auto', 'low', 'medium', 'high'])
    expect(of('gpt-image-2.5-sunburst-2026-09-08').quality?.values.at(-1)).toBe('max')
    expect(of('gpt-image-3').size.kind).toBe('free')
    expect(of('dall-e-3')).toMatchObject({ imagesPerCall: 1, sources: 0, style: { default: 'vivid' } })
    expect(of('dall-e-2')).toMatchObject({ imagesPerCall: 10, sources: 1, quality: null })
    expect(drawingModels(['gpt-image-1']).map(({ retired }) => retired?.instead[0])).toEqual(['gpt-image-1.5'])
  })

  it('falls back to its catalogue where there is no list or the key may not read it', async () => {
    const engine = await fake({ models: null })
    expect(await provider.listModels(contextFor(engine.apiUrl))).toEqual(cataloguedModels())
    const scopes = JSON.stringify({
      error: { message: 'You have insufficient permissions. Missing scopes: api.model.read.' },
    })
    const narrow = await canned(scopes, json, 403)
    expect(await provider.listModels(contextFor(narrow))).toEqual(cataloguedModels())
    expect(cataloguedModels().every(({ retired }) => retired === undefined)).toBe(true)
  })

  it('PR2: fails rather than listing nothing', async () => {
    const engine = await fake({ models: ['gpt-5'] })
    const list = () => provider.listModels(contextFor(engine.apiUrl))
    await expect(list()).rejects.toMatchObject({ kind: 'not-found' })
    engine.behave({ failure: 'unauthorized' })
    await expect(list()).rejects.toMatchObject({ kind: 'auth', status: 401 })
    const forbidden = await canned('{"error":{"message":"country not supported"}}', json, 403)
    await expect(provider.listModels(contextFor(forbidden))).rejects.toMatchObject({ kind: 'auth', status: 403 })
  })

  it('needs a key', async () => {
    const context = contextFor('http://127.0.0.1:9', { key: null })
    await expect(provider.listModels(context)).rejects.toMatchObject({ kind: 'auth' })
    await expect(provider.start(request, context)).rejects.toMatchObject({ kind: 'auth' })
  })
})

describe('OpenAI: what is sent', () => {
  it('PR4: dall-e gets its own parameters, and no streaming', async () => {
    const engine = await fake({ revisedPrompt: 'A tall lighthouse' })
    const outcome = await draw(engine.apiUrl, {
      model: 'dall-e-3',
      width: 1024,
      height: 1024,
      quality: 'hd',
      style: 'natural',
    })
    expect(engine.requests[0]?.body.toString()).toBe(
      '{"model":"dall-e-3","prompt":"a lighthouse","n":1,"size":"1024x1024","quality":"hd","style":"natural","response_format":"b64_json"}',
    )
    expect(outcome.images[0]?.revisedPrompt).toBe('A tall lighthouse')
    expect(outcome.cost).toBeUndefined()
  })

  it('a parameter that the model refuses is a bad request in its words', async () => {
    const engine = await fake()
    await expect(draw(engine.apiUrl, { style: 'vivid' })).rejects.toMatchObject({
      kind: 'bad-request',
      advice: 'never',
      message: "OpenAI: Unknown parameter: 'style'.",
    })
  })

  it('the fake refuses response_format for gpt-image as the real one does', async () => {
    const engine = await fake()
    const response = await contextFor(engine.apiUrl).http.request('/images/generations', {
      method: 'POST',
      headers: { authorization: 'Bearer x' },
      json: { model: 'gpt-image-2', prompt: 'x', response_format: 'b64_json' },
      headersTimeoutMs: 5000,
      bodyTimeoutMs: 5000,
      maxBytes: 10_000,
    })
    expect([response.status, await response.json()]).toMatchObject([400, { error: { code: 'unknown_parameter' } }])
  })
})

describe('OpenAI: what comes back', () => {
  it('reads a whole answer, with its cost by list price', async () => {
    const outcome = await draw(await canned(await fixture('generations.json'), json), { n: 2 })
    expect(outcome.images.map(({ bytes }) => decodePng(bytes).width)).toEqual([16, 16])
    // 40 × $5, 10 × $8 and 4160 × $30, each for a million tokens.
    expect(outcome.cost).toEqual({ amount: 0.12508, currency: 'USD' })
  })

  it('reads a whole stream: two previews, then the picture', async () => {
    const context = contextFor(await canned(await fixture('generations.sse'), sse))
    const outcome = await provider.start(request, context)
    expect(context.signs.map(({ completed, total }) => [completed, total])).toEqual([
      [1, 3],
      [2, 3],
    ])
    for (const { preview } of context.signs) expect(decodePng(preview ?? Buffer.of()).width).toBe(16)
    expect(outcome).toMatchObject({ kind: 'done', images: [{}], cost: { currency: 'USD' } })
  })

  it('takes an answer in one piece though it asked for a stream', async () => {
    const engine = await fake({ ignoresStream: true })
    expect((await draw(engine.apiUrl)).images).toHaveLength(1)
    expect(engine.requests[0]?.json()).toMatchObject({ stream: true, partial_images: 2 })
  })

  it('PR22: fetches pictures that are named by URL', async () => {
    const engine = await fake({ byUrl: true })
    const { images } = await draw(engine.apiUrl, { n: 2, width: 640, height: 480 })
    expect(images.map(({ bytes }) => decodePng(bytes).height)).toEqual([480, 480])
  })

  it('keeps every byte as it came: content credentials are signed over them', async () => {
    const picture = Buffer.from('\x89PNG\r\n\x1a\n not decoded here, with a caBX chunk', 'latin1')
    const engine = await fake({ picture })
    const { images } = await draw(engine.apiUrl)
    expect(picture.equals(images[0]?.bytes ?? Buffer.of())).toBe(true)
  })

  it('takes a picture of 30 MB, streamed and in one piece', async () => {
    const picture = Buffer.alloc(30_000_000, 'picture')
    for (const ignoresStream of [true, false]) {
      const { images } = await draw((await fake({ picture, ignoresStream })).apiUrl)
      expect(picture.equals(images[0]?.bytes ?? Buffer.of())).toBe(true)
    }
  }, 30_000)

  it('keeps ten at once apart', async () => {
    const engine = await fake()
    const prompts = Array.from({ length: 10 }, (_, i) => `lighthouse ${i}`)
    const drawn = await Promise.all(prompts.map((prompt) => draw(engine.apiUrl, { prompt, width: 64, height: 64 })))
    const different = new Set(drawn.map(({ images }) => Buffer.from(images[0]?.bytes ?? []).toString('base64')))
    expect([different.size, engine.calls()]).toEqual([10, 10])
  })

  it('knows no cost from usage that is missing, negative or of another model', () => {
    const used = { input_tokens: 10, output_tokens: 100 }
    expect(costOf('gpt-image-2', used)).toEqual({ amount: 0.00305, currency: 'USD' })
    expect(costOf('gpt-image-2', undefined)).toBeNull()
    expect(costOf('gpt-image-20', used)).toBeNull()
    expect(costOf('gpt-image-1.5', used)).toBeNull()
  })

  it('gives the picture without a cost when the usage is nonsense', async () => {
    const body = { data: [null, { b64_json: 'AQID' }], usage: { input_tokens: -1, output_tokens: 'many' } }
    const outcome = await draw(await canned(JSON.stringify(body), json), { n: 2 })
    expect(outcome.images).toHaveLength(1)
    expect(outcome.cost).toBeUndefined()
  })
})

describe('OpenAI: failures', () => {
  it.each([
    ['unauthorized', { kind: 'auth', advice: 'never', status: 401 }],
    ['forbidden', { kind: 'auth', advice: 'never', status: 403, message: expect.stringContaining('must be verified') }],
    ['rate-limited', { kind: 'rate-limited', advice: 'safe-to-resend', retryAfterMs: 7000, status: 429 }],
    ['rate-limited-ms', { kind: 'rate-limited', advice: 'safe-to-resend', retryAfterMs: 1250, status: 429 }],
    ['insufficient-quota', { kind: 'quota', advice: 'never', status: 429 }],
    ['billing-limit', { kind: 'quota', advice: 'never', status: 400 }],
    ['model-missing', { kind: 'not-found', advice: 'never', status: 404 }],
    ['server-error', { kind: 'unavailable', advice: 'never', status: 500 }],
    ['overloaded', { kind: 'unavailable', advice: 'safe-to-resend', retryAfterMs: 3000, status: 503 }],
    ['drop', { kind: 'unavailable', advice: 'never', message: expect.stringContaining('unknown') }],
    [
      'truncated-stream',
      { kind: 'malformed-response', advice: 'never', message: expect.stringContaining('broke off') },
    ],
    ['error-mid-stream', { kind: 'unavailable', advice: 'never', message: 'OpenAI: The server had an error' }],
    ['broken-base64', { kind: 'malformed-response', advice: 'never' }],
  ] as const)('%s', async (failure, expected) => {
    const engine = await fake({ failure })
    await expect(draw(engine.apiUrl)).rejects.toMatchObject(expected)
    expect(engine.calls()).toBe(1)
  })

  it.each([
    ['dall-e-2', '2026-05-12', ['gpt-image-1-mini']],
    ['dall-e-3', '2026-05-12', ['gpt-image-2']],
    ['gpt-image-1', '2026-10-23', ['gpt-image-1.5', 'gpt-image-2']],
    ['gpt-image-1-2025-04-23', '2026-10-23', ['gpt-image-1.5', 'gpt-image-2']],
  ])('PR27: %s is gone, and what to take instead is known', (model, on, instead) => {
    expect(provider.retirement?.(model)).toEqual({ on, instead })
    for (const id of instead) expect(provider.retirement?.(id)).toBeNull()
  })

  it('a prompt that is too long is a bad request in its words', async () => {
    const message = 'Invalid prompt: string too long. Expected a string with maximum length 32000.'
    const error = { message, type: 'invalid_request_error', param: 'prompt', code: 'string_above_max_length' }
    await expect(draw(await canned(JSON.stringify({ error }), json, 400))).rejects.toMatchObject({
      kind: 'bad-request',
      advice: 'never',
      message: `OpenAI: ${message}`,
    })
  })

  it('an address that expired, or that leads to a private one, gives no picture', async () => {
    const answers = { data: [{ url: '/gone.png' }] }
    const engine = await engines.keep(
      startFakeEngine(({ path, headers }, reply) => {
        if (path === '/gone.png') return reply.send(403, 'Signature expired')
        if (path === '/away.png') return reply.send(302, '', { location: 'http://169.254.169.254/latest/meta-data' })
        return reply.json(200, { data: answers.data.map(({ url }) => ({ url: `http://${headers.host}${url}` })) })
      }),
    )
    await expect(draw(engine.baseUrl)).rejects.toMatchObject({ kind: 'not-found', status: 403 })
    answers.data = [{ url: '/away.png' }]
    await expect(draw(engine.baseUrl)).rejects.toMatchObject({
      kind: 'bad-request',
      message: expect.stringContaining('not on the public internet'),
    })
  })

  it.each(['blocked', 'blocked-mid-stream'] as const)('PR17: %s is an outcome', async (failure) => {
    const engine = await fake({ failure })
    const outcome = await provider.start(request, contextFor(engine.apiUrl))
    expect(outcome).toEqual({ kind: 'blocked', reason: expect.stringContaining('safety_violations=[violence]') })
  })

  it('PR17: also by the older code, and when a proxy sends it as success', async () => {
    const error = { message: 'no', code: 'content_policy_violation' }
    const url = await canned(JSON.stringify({ error }), json)
    expect(await provider.start(request, contextFor(url))).toEqual({ kind: 'blocked', reason: 'no' })
    const silent = await canned(JSON.stringify({ error: { code: 'moderation_blocked' } }), json, 400)
    expect(await provider.start(request, contextFor(silent))).toMatchObject({
      reason: expect.stringContaining('without'),
    })
  })

  it('an error that a proxy sends as success is an error', async () => {
    const url = await canned('{"error":{"message":"upstream failed","code":502}}', json)
    await expect(draw(url)).rejects.toMatchObject({ kind: 'unavailable', message: 'OpenAI: upstream failed' })
  })

  it('PR5: an abort in the middle of the stream closes the connection', async () => {
    const [firstPreview] = (await fixture('generations.sse')).toString().split('\n\n')
    const engine = await engines.keep(
      startFakeEngine(async (_, reply) => {
        reply.begin(200, sse)
        await reply.write(`${firstPreview}\n\n`)
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
