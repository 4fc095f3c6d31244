import { describe, expect, it } from 'vitest'
import { startFakeEngine } from '../kit/fake-engine.ts'
import { contextsWith, done, fixturesOf, mask, openEngines, source } from '../kit/testing.ts'
import { decodePng } from '../spec/png-codec.ts'
import type { ImageRequest, RunContext } from '../spec/provider.ts'
import { startFakeCompatible, type CompatibleBehaviour } from './fake-openai-compatible.ts'
import { capabilitiesOf } from './models.ts'
import { settings } from './options.ts'
import { provider } from './provider.ts'

const engines = openEngines()
const contextFor = contextsWith()
const fixture = fixturesOf(import.meta.url)
const fake = (behaviour: CompatibleBehaviour = {}) => engines.keep(startFakeCompatible(behaviour))

async function canned(body: string | Uint8Array, status = 200, headers = {}): Promise<string> {
  return (await engines.canned(body, { status, headers })).baseUrl
}

const key = 'gateway-key-5f4e3d2c1b'
const request: ImageRequest = { model: 'flux.1-dev', prompt: 'a lighthouse', n: 1, sources: [], options: {} }

async function draw(url: string, more: Partial<ImageRequest> = {}, context: Partial<RunContext> = {}) {
  return done(await provider.start({ ...request, ...more }, contextFor(url, context))).images
}

describe('OpenAI-compatible: models', () => {
  const ids = async (url: string, chosen = {}) =>
    (await provider.listModels(contextFor(url, { settings: chosen }))).map(({ id }) => id)

  it('takes what draws where the server tells, as LocalAI does', async () => {
    const models = await provider.listModels(contextFor(await canned(await fixture('localai-capabilities.json'))))
    expect(models.map(({ id, description }) => [id, description])).toEqual([
      ['flux.1-dev', undefined],
      ['stablediffusion', undefined],
    ])
  })

  it('else everything that may draw, and says that the server does not tell', async () => {
    const engine = await fake()
    const models = await provider.listModels(contextFor(engine.baseUrl, { key }))
    expect(models.map(({ id }) => id)).toEqual(['flux.1-dev', 'Qwen/Qwen-Image'])
    expect(models[0]?.description).toContain('does not tell')
    expect(engine.requests.map(({ method, path, headers }) => [method, path, headers.authorization])).toEqual([
      ['GET', '/v1/models/capabilities', `Bearer ${key}`],
      ['GET', '/v1/models', `Bearer ${key}`],
    ])
  })

  it('or what the settings name, even where there is no list', async () => {
    expect(await ids((await fake()).baseUrl, { models: 'mine, yours ,mine' })).toEqual(['mine', 'yours'])
    expect(await ids(await canned('Not Found', 404), { models: 'mine' })).toEqual(['mine'])
  })

  it('a page for unknown routes does not hide the list', async () => {
    const engine = await engines.keep(
      startFakeEngine(({ path }, reply) =>
        path === '/v1/models' ? reply.json(200, { data: [{ id: 'sdxl' }] }) : reply.send(200, '<html>UI</html>'),
      ),
    )
    expect(await ids(engine.baseUrl)).toEqual(['sdxl'])
  })

  it('PR2: fails rather than listing nothing, and tells a bad key from a missing list', async () => {
    await expect(ids(await canned('Not Found', 404))).rejects.toMatchObject({
      kind: 'not-found',
      message: expect.stringContaining("connection's settings"),
    })
    await expect(ids((await fake({ failure: 'unauthorized' })).baseUrl, { models: 'mine' })).rejects.toMatchObject({
      kind: 'auth',
    })
  })

  it('can do what the settings say', () => {
    expect(capabilitiesOf(settings.parse({}))).toMatchObject({
      imagesPerCall: 1,
      size: { kind: 'free', max: 2048, default: '1024x1024' },
      sources: 1,
      mask: false,
      negativePrompt: false,
      seedMax: 4_294_967_295,
      steps: null,
      guidance: null,
      quality: null,
    })
    const all = {
      sizes: '512x512, 768x512',
      imagesPerCall: 4,
      edits: 'form',
      sources: 3,
      mask: true,
      seed: false,
      negativePrompt: 'field',
      steps: 'num_inference_steps',
      guidance: true,
      quality: 'low, auto, high',
    } as const
    expect(capabilitiesOf(settings.parse(all))).toMatchObject({
      imagesPerCall: 4,
      size: { kind: 'fixed', sizes: ['512x512', '768x512'], default: '512x512' },
      sources: 3,
      mask: true,
      negativePrompt: true,
      seedMax: null,
      steps: { max: 200 },
      guidance: { max: 20 },
      quality: { values: ['low', 'auto', 'high'], default: 'auto' },
    })
    expect(capabilitiesOf(settings.parse({ ...all, edits: 'none' }))).toMatchObject({ sources: 0, mask: false })
    expect(capabilitiesOf(settings.parse({ longestSide: 500 })).size).toMatchObject({ default: '496x496' })
    for (const sizes of ['large', '10x', '1024x1024;1x1']) expect(settings.safeParse({ sizes }).success).toBe(false)
  })
})

describe('OpenAI-compatible: what is sent', () => {
  it('PR4: what LocalAI takes: step, what to avoid after a bar, bare base64; its answer is fetched by URL', async () => {
    const engine = await fake({ dialect: 'localai' })
    const chosen = { edits: 'inline', sources: 3, negativePrompt: 'bar', steps: 'step', responseFormat: 'url' }
    const more = { prompt: 'day|night', negativePrompt: 'fog', steps: 9, seed: 3, width: 64, height: 48 }
    const images = await draw(engine.baseUrl, { ...more, sources: [source, mask] }, { settings: chosen })
    expect(engine.drawn()[0]?.body.toString()).toBe(
      '{"model":"flux.1-dev","prompt":"day,night|fog","n":1,"size":"64x48","response_format":"url","seed":3,"step":9,' +
        '"file":"AQID","ref_images":["CQk="]}',
    )
    expect(images.map(({ bytes }) => decodePng(bytes).height)).toEqual([48])
  })

  it('PR4: an edit of one picture calls it image', async () => {
    const engine = await fake()
    await draw(engine.baseUrl, { sources: [source] })
    const form = await engine.drawn()[0]?.form()
    expect([...(form?.keys() ?? [])]).toEqual(['model', 'prompt', 'n', 'response_format', 'image'])
  })

  it('an address with a path is taken as it stands, one without gets /v1', async () => {
    const engine = await fake()
    await draw(`${engine.baseUrl}/v1`)
    await draw(engine.baseUrl)
    expect(engine.requests.map(({ path }) => path)).toEqual(['/v1/images/generations', '/v1/images/generations'])
    expect(engine.requests[0]?.headers.authorization).toBeUndefined()
  })
})

describe('OpenAI-compatible: what comes back', () => {
  it('reads a whole answer, with revised prompts and without seeds it does not know', async () => {
    const images = await draw(await canned(await fixture('vllm-generations.json')), { n: 2, seed: 4 })
    expect(images.map(({ bytes, revisedPrompt, seed }) => [decodePng(bytes).width, revisedPrompt, seed])).toEqual([
      [16, undefined, undefined],
      [16, 'A tall lighthouse', undefined],
    ])
  })

  it('takes addresses that are relative or data URLs', async () => {
    const [image] = await draw((await fake({ links: 'relative' })).baseUrl, { width: 32, height: 16 })
    expect(decodePng(image?.bytes ?? Buffer.of()).width).toBe(32)
    const url = await canned(JSON.stringify({ data: [null, { url: 'data:image/png;base64,AQID' }] }))
    expect(await draw(url)).toEqual([{ bytes: Buffer.from([1, 2, 3]) }])
  })

  it('a sent seed gives the same picture with SGLang, and is told', async () => {
    const engine = await fake({ dialect: 'sglang' })
    const [first, second, other] = await Promise.all([5, 5, 6].map((seed) => draw(engine.baseUrl, { seed })))
    expect(first).toEqual(second)
    expect(first).not.toEqual(other)
  })

  it('takes a picture of 30 MB, byte for byte', async () => {
    const picture = Buffer.alloc(30_000_000, 'picture')
    for (const behaviour of [{ picture }, { picture, links: 'relative' }] as const) {
      const [image] = await draw((await fake(behaviour)).baseUrl)
      expect(picture.equals(image?.bytes ?? Buffer.of())).toBe(true)
    }
  }, 30_000)

  it('keeps ten at once apart', async () => {
    const engine = await fake({ together: 10 })
    const seeds = Array.from({ length: 10 }, (_, seed) => seed)
    const drawn = await Promise.all(seeds.map((seed) => draw(engine.baseUrl, { seed, width: 64, height: 64 })))
    expect(drawn.map(([image]) => image?.seed)).toEqual(seeds)
    expect(new Set(drawn.map(([image]) => Buffer.from(image?.bytes ?? []).toString('base64'))).size).toBe(10)
    expect(engine.mostInFlight()).toBe(10)
  })
})

describe('OpenAI-compatible: failures', () => {
  it.each([
    ['unauthorized', { kind: 'auth', advice: 'never', status: 401 }, 'Invalid key'],
    ['rate-limited', { kind: 'rate-limited', advice: 'safe-to-resend', retryAfterMs: 7000 }, 'slow down'],
    ['server-error', { kind: 'unavailable', advice: 'never', status: 500 }, 'rpc error'],
    ['opaque', { kind: 'unavailable', advice: 'never', status: 500 }, 'no explanation'],
    ['loading', { kind: 'unavailable', advice: 'safe-to-resend', retryAfterMs: 5000 }, 'is loading'],
    ['no-money', { kind: 'quota', advice: 'never', status: 402 }, 'Budget'],
    ['too-long', { kind: 'bad-request', advice: 'never', status: 400 }, 'longer than 512'],
    ['model-missing', { kind: 'not-found', advice: 'never', status: 404 }, 'does not exist'],
    ['task', { kind: 'unsupported', advice: 'never' }, 'task'],
    ['drop', { kind: 'unavailable', advice: 'never' }, 'unknown'],
    ['html', { kind: 'malformed-response', advice: 'never' }, 'web page'],
    ['no-image', { kind: 'malformed-response', advice: 'never' }, 'without a picture'],
    ['broken-base64', { kind: 'malformed-response', advice: 'never' }, 'base64'],
  ] as const)('%s', async (failure, expected, words) => {
    const engine = await fake({ failure })
    const error: unknown = await draw(engine.baseUrl, {}, { key }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ ...expected, message: expect.stringContaining(words) })
    expect(String(error)).not.toContain(key)
    expect(engine.drawn()).toHaveLength(1)
  })

  it('LocalAI that loads a model is asked again, by what it sends', async () => {
    const url = await canned(await fixture('localai-loading.json'), 503, { 'retry-after': '12' })
    await expect(draw(url)).rejects.toMatchObject({ advice: 'safe-to-resend', retryAfterMs: 12_000 })
  })

  it('what a server refuses is a bad request in its words', async () => {
    const vllm = await fake()
    await expect(draw(vllm.baseUrl, {}, { settings: { responseFormat: 'url' } })).rejects.toMatchObject({
      kind: 'bad-request',
      message: "The server: response_format 'url' is not supported",
    })
    const gateway = await fake({ dialect: 'litellm' })
    await expect(draw(gateway.baseUrl, { seed: 1 })).rejects.toMatchObject({ kind: 'bad-request' })
    expect(await draw(gateway.baseUrl, {}, { settings: { seed: false } })).toHaveLength(1)
  })

  it('a route that is missing is explained', async () => {
    const studio = await fake({ dialect: 'lmstudio' })
    await expect(draw(studio.baseUrl)).rejects.toMatchObject({ message: expect.stringContaining('LM Studio') })
    const localAi = await fake({ dialect: 'localai' })
    await expect(draw(localAi.baseUrl, { sources: [source] })).rejects.toMatchObject({
      kind: 'not-found',
      message: expect.stringContaining('no /images/edits'),
    })
  })

  it('PR17: a refusal is an outcome, also inside a success and without words', async () => {
    const start = (url: string) => provider.start(request, contextFor(url))
    const engine = await fake({ failure: 'blocked' })
    expect(await start(engine.baseUrl)).toEqual({ kind: 'blocked', reason: 'Violates our policy' })
    const late = await canned('{"error":{"type":"content_filter","message":""}}')
    expect(await start(late)).toMatchObject({ kind: 'blocked', reason: expect.stringContaining('without saying why') })
    await expect(start(await canned('{"error":"out of memory"}'))).rejects.toMatchObject({
      kind: 'unavailable',
      message: 'The server: out of memory',
    })
  })

  it('an address that expired, or that leads to a private one, gives no picture', async () => {
    const engine = await fake({ links: 'expired' })
    await expect(draw(engine.baseUrl)).rejects.toMatchObject({ kind: 'not-found', status: 410 })
    engine.behave({ links: 'to-private' })
    await expect(draw(engine.baseUrl)).rejects.toMatchObject({ kind: 'bad-request' })
    const url = await canned('{"data":[{"url":"http://127.0.0.1:1/x.png"}]}')
    await expect(draw(url)).rejects.toMatchObject({ kind: 'bad-request' })
    await expect(draw(await canned('{"data":[{"url":"file:///etc/passwd"}]}'))).rejects.toMatchObject({
      kind: 'bad-request',
    })
  })

  it('PR5: an abort closes the connection', async () => {
    const engine = await fake({ failure: 'stall' })
    const abort = new AbortController()
    const call = provider.start(request, contextFor(engine.baseUrl, { signal: abort.signal }))
    await expect.poll(() => engine.drawn().length).toBe(1)
    abort.abort()
    await expect(call).rejects.toMatchObject({ kind: 'interrupted', advice: 'never' })
    await expect.poll(() => engine.requests[0]?.left.aborted).toBe(true)
  })
})
