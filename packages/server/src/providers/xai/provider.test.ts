import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { bodyOf, contextsWith, done, fixturesOf, openEngines, source } from '../kit/testing.ts'
import { startFakeEngine } from '../kit/fake-engine.ts'
import { decodePng } from '../spec/png-codec.ts'
import type { ImageRequest } from '../spec/provider.ts'
import { startFakeXai, type XaiBehaviour, type XaiFailure } from './fake-xai.ts'
import { cataloguedModels, describeModel } from './models.ts'
import { provider } from './provider.ts'

const engines = openEngines()
const key = 'xai-test-0123456789abcdef'
const contextFor = contextsWith({ key })
const fixture = fixturesOf(import.meta.url)
const fake = (behaviour: XaiBehaviour = {}) => engines.keep(startFakeXai(behaviour))
const canned = async (value: unknown, status = 200) => (await engines.canned(bodyOf(value), { status })).baseUrl

const model = 'grok-imagine-image-2.0'
const request: ImageRequest = { model, prompt: 'a lighthouse', n: 1, sources: [], options: {} }
const start = (url: string, more: Partial<ImageRequest> = {}) =>
  provider.start({ ...request, ...more }, contextFor(url))

const draw = async (url: string, more: Partial<ImageRequest> = {}) => done(await start(url, more))

describe('xAI: models', () => {
  it('lists what draws with its price, retired models last with what to take instead', async () => {
    const url = await canned(await fixture('image-generation-models.json'))
    const listed = await provider.listModels(contextFor(url))
    expect(listed.map(({ id, priceHint }) => [id, priceHint])).toEqual([
      ['grok-imagine-image', 'about $0.02 a picture'],
      ['grok-imagine-image-quality', 'about $0.05 a picture'],
      ['grok-imagine-image-2.0', 'about $0.04 a picture'],
      ['grok-2-image-1212', 'about $0.07 a picture'],
    ])
    const gone = { on: null, instead: ['grok-imagine-image-2.0'] }
    expect(listed.map(({ retired }) => retired)).toEqual([undefined, undefined, undefined, gone])
  })

  it('asks the list of models that draw, with the key', async () => {
    const engine = await fake()
    const [first] = await provider.listModels(contextFor(engine.apiUrl))
    expect(first?.id).toBe(model)
    expect(engine.requests.map(({ method, path }) => [method, path])).toEqual([['GET', '/v1/image-generation-models']])
    expect(engine.requests[0]?.headers.authorization).toBe(`Bearer ${key}`)
  })

  it('PR2: takes the catalogue where there is no list, and fails where nothing draws', async () => {
    const without = await fake({ models: null })
    expect(await provider.listModels(contextFor(without.apiUrl))).toEqual(cataloguedModels())
    expect(cataloguedModels().every(({ description }) => description === undefined)).toBe(true)
    const list = (url: string, more = {}) => provider.listModels(contextFor(url, more))
    const empty = await fake({ models: [] })
    await expect(list(empty.apiUrl)).rejects.toMatchObject({ kind: 'not-found' })
    await expect(list(empty.apiUrl, { key: null })).rejects.toMatchObject({ kind: 'auth' })
    await expect(list(await canned({ models: 'none' }))).rejects.toMatchObject({ kind: 'malformed-response' })
    const guarded = await canned({ error: 'Content violates usage guidelines.' }, 403)
    await expect(list(guarded)).rejects.toMatchObject({ kind: 'content-rejected' })
  })

  it.each([
    [model, ['low', 'medium'], 3, 'ratio'],
    ['grok-imagine-image-2.1-fast', ['low', 'medium'], 3, 'ratio'],
    ['grok-imagine-image-quality', ['1k', '2k'], 3, 'ratio'],
    ['grok-imagine-image', ['1k', '2k'], 3, 'ratio'],
    ['grok-2-image-1212', undefined, 0, 'fixed'],
  ])('knows what %s can do', (id, qualities, sources, size) => {
    const { capabilities } = describeModel({ id })
    expect(capabilities).toMatchObject({ imagesPerCall: 10, sources, mask: false, seedMax: null })
    expect([capabilities.quality?.values, capabilities.size.kind]).toEqual([qualities, size])
  })

  it('names every ratio as a request can ask for it', () => {
    const { size } = describeModel({ id: model }).capabilities
    if (size.kind !== 'ratio') expect.unreachable('xAI goes by ratio')
    expect(size.ratios).toHaveLength(13)
    for (const ratio of size.ratios) expect(ratio).toMatch(/^\d+:\d+$/)
  })
})

describe('xAI: what is sent', () => {
  it('PR4: every option, and the key in a header only', async () => {
    const engine = await fake()
    const options = { resolution: '2k' }
    await draw(engine.apiUrl, { n: 3, aspectRatio: '6:13', quality: 'medium', options })
    const [seen] = engine.drawn()
    expect([seen?.method, seen?.path]).toEqual(['POST', '/v1/images/generations'])
    expect(seen?.headers).toMatchObject({ authorization: `Bearer ${key}`, 'content-type': 'application/json' })
    expect(seen?.body.toString()).toBe(
      '{"model":"grok-imagine-image-2.0","prompt":"a lighthouse","n":3,"response_format":"b64_json",' +
        '"aspect_ratio":"9:19.5","resolution":"2k","quality":"medium"}',
    )
  })

  it('PR4: the resolution of a model that has no other quality', async () => {
    const engine = await fake()
    await draw(engine.apiUrl, { model: 'grok-imagine-image', quality: '2k' })
    await draw(engine.apiUrl, { model: 'grok-imagine-image', quality: '2k', options: { resolution: '1k' } })
    const base = { model: 'grok-imagine-image', prompt: 'a lighthouse', n: 1, response_format: 'b64_json' }
    expect(engine.drawn().map((seen) => seen.json())).toEqual([
      { ...base, resolution: '2k' },
      { ...base, resolution: '1k' },
    ])
  })

  it('PR4: neither size nor ratio to grok-2-image, where a server still has it', async () => {
    const engine = await fake()
    await draw(engine.apiUrl, { model: 'grok-2-image', width: 1024, height: 768 })
    expect(engine.drawn()[0]?.json()).toEqual({
      model: 'grok-2-image',
      prompt: 'a lighthouse',
      n: 1,
      response_format: 'b64_json',
    })
  })

  it('PR4: an edit of one picture, and of several, in JSON', async () => {
    const engine = await fake()
    await draw(engine.apiUrl, { sources: [source] })
    await draw(engine.apiUrl, { sources: [source, { ...source, mimeType: 'image/png' }] })
    const base = { model, prompt: 'a lighthouse', n: 1, response_format: 'b64_json' }
    const image = { url: 'data:image/jpeg;base64,AQID', type: 'image_url' }
    const second = { url: 'data:image/png;base64,AQID', type: 'image_url' }
    expect(engine.drawn().map((seen) => [seen.path, seen.json()])).toEqual([
      ['/v1/images/edits', { ...base, image }],
      ['/v1/images/edits', { ...base, images: [image, second] }],
    ])
  })

  it('needs a key', async () => {
    const context = contextFor('http://127.0.0.1:9', { key: null })
    await expect(provider.start(request, context)).rejects.toMatchObject({ kind: 'auth' })
  })

  it('the fake refuses what xAI does not know, as the real one does', async () => {
    const engine = await fake()
    const response = await contextFor(engine.apiUrl).http.request('/images/generations', {
      method: 'POST',
      headers: { authorization: 'Bearer x' },
      json: { model, prompt: 'x', size: '1024x1024' },
      headersTimeoutMs: 5000,
      bodyTimeoutMs: 5000,
      maxBytes: 10_000,
    })
    expect([response.status, await response.json()]).toMatchObject([400, { error: 'Argument not supported: size' }])
  })
})

describe('xAI: what comes back', () => {
  it('reads a whole answer: base64 with and without a prefix, the exact cost, without what was held back', async () => {
    const { images, cost } = await draw(await canned(await fixture('generations.json')), { n: 3 })
    expect(images.map(({ bytes }) => decodePng(bytes).width)).toEqual([16, 16])
    expect(images.map(({ revisedPrompt }) => revisedPrompt)).toEqual([undefined, 'A tall lighthouse'])
    expect(cost).toEqual({ amount: 0.06, currency: 'USD' })
  })

  it('knows no cost where none is said or it is nonsense', async () => {
    for (const usage of [undefined, null, {}, { cost_in_usd_ticks: -1 }, { cost_in_usd_ticks: 'much' }]) {
      const outcome = await draw(await canned({ data: [{ b64_json: 'AQID' }], usage }))
      expect(outcome).toEqual({ kind: 'done', images: [{ bytes: Buffer.of(1, 2, 3) }] })
    }
  })

  it('PR22: fetches pictures that are named by URL', async () => {
    const { images } = await draw((await fake({ byUrl: true })).apiUrl, { n: 2 })
    expect(images.map(({ bytes }) => decodePng(bytes).height)).toEqual([64, 64])
  })

  it('an address that expired, or that leads to a private one, gives no picture', async () => {
    let path = '/gone.png'
    const engine = await engines.keep(
      startFakeEngine((seen, reply) => {
        if (seen.path === '/gone.png') return reply.send(404, 'expired')
        if (seen.path === '/away.png') return reply.send(302, '', { location: 'http://169.254.169.254/latest' })
        return reply.json(200, { data: [{ url: `http://${seen.headers.host}${path}` }] })
      }),
    )
    await expect(draw(engine.baseUrl)).rejects.toMatchObject({ kind: 'not-found', status: 404 })
    path = '/away.png'
    const message = expect.stringContaining('not on the public internet')
    await expect(draw(engine.baseUrl)).rejects.toMatchObject({ kind: 'bad-request', message })
  })

  it.each([false, true])(
    'takes a picture of 30 MB (as a data URL: %s)',
    async (prefixed) => {
      const picture = Buffer.alloc(30_000_000, 'picture')
      const { images } = await draw((await fake({ picture, prefixed })).apiUrl)
      expect(picture.equals(images[0]?.bytes ?? Buffer.of())).toBe(true)
    },
    30_000,
  )

  it('draws ten at once, each its own', async () => {
    const engine = await fake({ delayMs: 50 })
    const done = await Promise.all(Array.from({ length: 10 }, (_, i) => draw(engine.apiUrl, { prompt: `fox ${i}` })))
    expect(new Set(done.map(({ images }) => Buffer.from(images[0]?.bytes ?? []).toString('hex'))).size).toBe(10)
    expect(engine.drawn()).toHaveLength(10)
  })

  it('PR5: an abort while it draws closes the connection', async () => {
    const engine = await fake({ failure: 'stall' })
    const abort = new AbortController()
    const call = provider.start(request, contextFor(engine.apiUrl, { signal: abort.signal }))
    await expect.poll(() => engine.drawn().length).toBe(1)
    abort.abort()
    await expect(call).rejects.toMatchObject({ kind: 'interrupted', advice: 'never' })
    await expect.poll(() => engine.drawn()[0]?.left.aborted).toBe(true)
  })
})

describe('xAI: refusals', () => {
  it.each<[XaiFailure, string]>([
    ['blocked', 'moderation did not let it pass'],
    ['blocked-empty', 'moderation did not let it pass'],
    ['blocked-400', 'Generated image rejected by content moderation.'],
    ['blocked-403', 'Content violates usage guidelines.'],
  ])('PR17: %s is an outcome', async (failure, words) => {
    const outcome = await start((await fake({ failure })).apiUrl, { n: 2 })
    expect(outcome).toEqual({ kind: 'blocked', reason: expect.stringContaining(words) })
  })

  it('PR17: also inside a success', async () => {
    const url = await canned({ code: 'x', error: 'Rejected by content moderation.' })
    expect(await start(url)).toEqual({ kind: 'blocked', reason: 'Rejected by content moderation.' })
  })

  it.each([[{}], [{ data: null }], [{ data: [null, {}] }], [{ data: [{ b64_json: '', url: '' }] }], [{ data: 'x' }]])(
    'PR12: success without a picture is malformed: %j',
    async (answer) => {
      await expect(start(await canned(answer))).rejects.toMatchObject({ kind: 'malformed-response', advice: 'never' })
    },
  )
})

describe('xAI: errors', () => {
  it.each<[XaiFailure, Record<string, unknown>, string]>([
    ['unauthorized', { kind: 'auth', status: 401 }, 'credentials'],
    ['bad-key', { kind: 'auth', status: 400 }, 'Incorrect API key'],
    ['no-permission', { kind: 'auth', status: 403 }, 'blocked'],
    ['no-credits', { kind: 'quota', advice: 'never', status: 403 }, 'credits'],
    ['credits-used', { kind: 'quota', advice: 'never', status: 429 }, 'all available credits'],
    ['rate-limited', { kind: 'rate-limited', advice: 'safe-to-resend', retryAfterMs: 7000 }, 'Too many requests'],
    ['too-long', { kind: 'bad-request', status: 400 }, 'longer than 8000'],
    ['body-format', { kind: 'bad-request', status: 422 }, 'invalid type'],
    ['media-type', { kind: 'bad-request', status: 415 }, 'Expected request'],
    ['not-allowed', { kind: 'bad-request', status: 405 }, 'Only POST'],
    ['model-missing', { kind: 'not-found', status: 404 }, 'does not exist'],
    ['server-error', { kind: 'unavailable', advice: 'never', status: 500 }, 'internal error'],
    ['overloaded', { kind: 'unavailable', advice: 'never', status: 503 }, 'at capacity'],
    ['drop', { kind: 'unavailable', advice: 'never' }, 'unknown'],
    ['broken-base64', { kind: 'malformed-response', advice: 'never' }, 'base64'],
  ])('tells %s in the words of the engine', async (failure, expected, words) => {
    const engine = await fake({ failure })
    const error: unknown = await start(engine.apiUrl).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ advice: 'never', ...expected, message: expect.stringContaining(words) })
    expect(inspect(error, { depth: 9 })).not.toContain(key)
    expect(engine.drawn()).toHaveLength(1)
  })

  it.each([
    ['grok-2-image-1212', null, 'grok-imagine-image-2.0'],
    ['grok-imagine-image-pro', '2026-05-15', 'grok-imagine-image-quality'],
  ])('PR27: %s is gone, and what to take instead is known', (gone, on, instead) => {
    expect(provider.retirement?.(gone)).toEqual({ on, instead: [instead] })
    expect(provider.retirement?.(instead)).toBeNull()
  })

  it('an error that a proxy sends as success is an error', async () => {
    const url = await canned({ error: { message: 'upstream failed', code: 502 } })
    await expect(start(url)).rejects.toMatchObject({ kind: 'unavailable', message: 'xAI: upstream failed' })
  })
})
