import { describe, expect, it } from 'vitest'
import { startFakeEngine } from '../kit/fake-engine.ts'
import { contextsWith, done, fixturesOf, openEngines } from '../kit/testing.ts'
import { decodePng } from '../spec/png-codec.ts'
import type { ImageRequest } from '../spec/provider.ts'
import { startFakeOllama, type OllamaBehaviour } from './fake-ollama.ts'
import { describeModel, eraOf } from './models.ts'
import { provider } from './provider.ts'

const engines = openEngines()
const contextFor = contextsWith()
const fixture = fixturesOf(import.meta.url)
const fake = (behaviour: OllamaBehaviour = {}) => engines.keep(startFakeOllama(behaviour))

const request: ImageRequest = {
  model: 'x/z-image-turbo:latest',
  prompt: 'a lighthouse',
  n: 1,
  width: 64,
  height: 48,
  seed: 7,
  steps: 3,
  sources: [],
  options: {},
}

async function draw(engine: { baseUrl: string }, more: Partial<ImageRequest> = {}) {
  return done(await provider.start({ ...request, ...more }, contextFor(engine.baseUrl))).images
}

describe('Ollama: models', () => {
  it.each([
    ['0.14.2', 'before'],
    ['0.9.9', 'before'],
    ['0.14.3', 'drawing'],
    ['v0.23.1', 'drawing'],
    ['0.32.5-rc1', 'drawing'],
    ['0.32.6', 'after'],
    ['0.33.0-rc2', 'after'],
    ['1.0.0', 'after'],
    ['0.0.0', 'unknown'],
    ['main', 'unknown'],
  ])('version %s is %s', (version, era) => {
    expect(eraOf(version)).toBe(era)
  })

  it('lists what can draw, from the list alone where it tells', async () => {
    const tags = await fixture('tags.json')
    const engine = await engines.keep(
      startFakeEngine(({ path }, reply) => {
        if (path === '/api/version') reply.json(200, { version: '0.32.5' })
        else if (path === '/api/tags') reply.send(200, tags)
        else reply.send(500, '')
      }),
    )
    const models = await provider.listModels(contextFor(engine.baseUrl))
    expect(models.map(({ id, label, description }) => [id, label, description])).toEqual([
      ['x/z-image-turbo:latest', 'x/z-image-turbo', undefined],
      ['x/flux2-klein:4b', 'x/flux2-klein:4b', undefined],
    ])
  })

  it('asks for each model where the list does not tell', async () => {
    const engine = await fake({ capabilitiesInTags: false, version: '0.20.0' })
    const models = await provider.listModels(contextFor(engine.baseUrl))
    expect(models.map(({ id }) => id)).toEqual(['x/z-image-turbo:latest', 'x/flux2-klein:4b'])
    expect(engine.requests.filter(({ path }) => path === '/api/show')).toHaveLength(3)
  })

  it('asks for a few models at a time', async () => {
    const models = Array.from({ length: 30 }, (_, i) => ({
      name: `m${i}`,
      capabilities: [i % 2 ? 'image' : 'completion'],
    }))
    const engine = await fake({ capabilitiesInTags: false, models })
    expect(await provider.listModels(contextFor(engine.baseUrl))).toHaveLength(15)
    expect(engine.mostInFlight()).toBeLessThanOrEqual(4)
  })

  it('edits only with flux2-klein, and knows no steps of a model it does not know', () => {
    const of = (name: string) => describeModel(name, '0.32.5').capabilities
    expect(of('x/flux2-klein:9b')).toMatchObject({ sources: 4, steps: { default: 4 }, size: { maxPixels: 4_194_304 } })
    expect(of('x/z-image-turbo')).toMatchObject({ sources: 0, steps: { default: 9 }, seedMax: 4_294_967_295 })
    expect(of('x/other')).toMatchObject({ sources: 0, steps: null })
  })

  it('says in words that the server is too old, too new or has no model that draws', async () => {
    const engine = await fake({ version: '0.13.5' })
    const list = () => provider.listModels(contextFor(engine.baseUrl))
    await expect(list()).rejects.toMatchObject({
      kind: 'unsupported',
      message: expect.stringMatching(/0\.13\.5\. Take 0\.32\.5/),
    })
    const models = [{ name: 'llama3.2', capabilities: ['completion'] }]
    engine.behave({ version: '0.33.0', models })
    await expect(list()).rejects.toMatchObject({
      kind: 'unsupported',
      message: expect.stringMatching(/0\.33\.0.*ComfyUI/),
    })
    engine.behave({ models })
    await expect(list()).rejects.toMatchObject({ kind: 'not-found', message: expect.stringContaining('ollama pull') })
  })

  it('decides by behaviour: a newer server that lists a drawing model is tried, and its refusal explained', async () => {
    const engine = await fake({ version: '0.33.0' })
    const [model] = await provider.listModels(contextFor(engine.baseUrl))
    expect(model?.description).toContain('0.33.0')
    await expect(draw(engine)).rejects.toMatchObject({
      kind: 'unsupported',
      advice: 'never',
      message: expect.stringMatching(/0\.14\.3 to 0\.32\.5.*Take Ollama 0\.32\.5.*not currently supported/),
    })
  })
})

describe('Ollama: drawing', () => {
  it('reads a whole answer: progress from 0 to the last step, then the picture', async () => {
    const recorded = await fixture('generate.ndjson')
    const engine = await engines.keep(
      startFakeEngine(async (_, reply) => {
        reply.begin(200, { 'content-type': 'application/x-ndjson' })
        for (let at = 0; at < recorded.length; at += 57) await reply.write(recorded.subarray(at, at + 57))
        reply.end()
      }),
    )
    const context = contextFor(engine.baseUrl)
    const outcome = await provider.start(request, context)
    expect(context.signs).toEqual([0, 1, 2, 3, 4].map((completed) => ({ completed, total: 4 })))
    expect(outcome).toMatchObject({ kind: 'done', images: [{ seed: 7 }] })
    if (outcome.kind === 'done') expect(decodePng(outcome.images[0]?.bytes ?? Buffer.of()).width).toBe(16)
  })

  it('gives the same picture for the same prompt and seed, also for seed 0', async () => {
    const engine = await fake({ pieceBytes: 700 })
    for (const seed of [0, 7]) {
      const [first] = await draw(engine, { seed })
      const [second] = await draw(engine, { seed })
      expect(first?.seed).toBe(seed)
      expect(Buffer.from(first?.bytes ?? []).equals(second?.bytes ?? Buffer.of())).toBe(true)
    }
    const seeds = engine.requests.map((seen) => seen.json())
    expect(seeds[0]).toMatchObject({ options: { seed: 4_294_967_296 } })
    expect(seeds[2]).toMatchObject({ options: { seed: 7 } })
  })

  it('PR4: says how long to keep the model in its own words, and sends no key where there is none', async () => {
    const engine = await fake()
    await provider.start(request, contextFor(engine.baseUrl, { settings: { keepAlive: '10m' } }))
    expect(engine.requests[0]?.json()).toMatchObject({ keep_alive: '10m' })
    expect(engine.requests[0]?.headers.authorization).toBeUndefined()
  })

  it('PR5: a cancel closes the connection, and the server stops', async () => {
    const engine = await fake({ steps: 1000, stepDelayMs: 5 })
    const abort = new AbortController()
    const context = contextFor(engine.baseUrl, { signal: abort.signal })
    const call = provider.start(request, context)
    await expect.poll(() => context.signs.length).toBeGreaterThan(2)
    abort.abort()
    await expect(call).rejects.toMatchObject({ kind: 'interrupted' })
    await expect.poll(() => [engine.cancelled(), engine.drawing()]).toEqual([1, 0])
  })

  it('counts calls and calls at once', async () => {
    const engine = await fake({ stepDelayMs: 10 })
    await Promise.all([draw(engine), draw(engine)])
    expect([engine.calls(), engine.mostDrawing(), engine.drawing(), engine.cancelled()]).toEqual([2, 2, 0, 0])
  })

  it('takes a picture of 30 MB', async () => {
    const picture = Buffer.alloc(30_000_000, 'picture')
    const line = JSON.stringify({ image: picture.toString('base64'), done: true, done_reason: 'stop' })
    const engine = await engines.keep(startFakeEngine((_, reply) => reply.send(200, `${line}\n`)))
    const [image] = await draw(engine)
    expect(picture.equals(image?.bytes ?? Buffer.of())).toBe(true)
  }, 30_000)

  it('keeps ten at once apart', async () => {
    const engine = await fake({ pieceBytes: 300 })
    const seeds = Array.from({ length: 10 }, (_, seed) => seed)
    const drawn = await Promise.all(seeds.map((seed) => draw(engine, { seed })))
    expect(drawn.map(([image]) => image?.seed)).toEqual(seeds)
    expect(new Set(drawn.map(([image]) => Buffer.from(image?.bytes ?? []).toString('base64'))).size).toBe(10)
  })

  it('hands on a damaged picture as it came: whoever stores it checks it', async () => {
    const [image] = await draw(await fake({ failure: 'truncated-png' }))
    expect(() => decodePng(image?.bytes ?? Buffer.of())).toThrow(/cut short/)
  })
})

describe('Ollama: failures', () => {
  it.each([
    [{ failure: 'busy' }, { kind: 'unavailable', advice: 'safe-to-resend', status: 503 }, 'server busy'],
    [{ failure: 'server-error' }, { kind: 'unavailable', advice: 'never', status: 500 }, 'exited unexpectedly'],
    [{ failure: 'unauthorized' }, { kind: 'auth', advice: 'never', status: 401 }, 'unauthorized'],
    [{ failure: 'rate-limited' }, { kind: 'rate-limited', advice: 'safe-to-resend', retryAfterMs: 7000 }, 'slow down'],
    [{ failure: 'html' }, { kind: 'malformed-response', advice: 'never' }, 'Ollama'],
    [{ failure: 'broken-base64' }, { kind: 'malformed-response', advice: 'never' }, 'base64'],
    [{ failure: 'not-supported' }, { kind: 'unsupported', advice: 'never', status: 400 }, '0.32.5'],
    [{ failure: 'error-line' }, { kind: 'unavailable', advice: 'never', status: null }, 'out of memory'],
    [{ failure: 'drop' }, { kind: 'malformed-response', advice: 'never' }, 'broke off'],
    [{ failure: 'no-image' }, { kind: 'malformed-response', advice: 'never' }, 'without a picture'],
    [{ models: [] }, { kind: 'not-found', advice: 'never', status: 404 }, 'ollama pull x/z-image-turbo'],
  ] as const)('%j', async (behaviour, expected, words) => {
    const engine = await fake(behaviour)
    await expect(draw(engine)).rejects.toMatchObject({ ...expected, message: expect.stringContaining(words) })
    expect(engine.calls()).toBe(1)
  })

  it('an answer that ends before it is done broke off', async () => {
    const engine = await engines.keep(startFakeEngine((_, reply) => reply.send(200, '{"done":false,"total":4}\n')))
    await expect(draw(engine)).rejects.toMatchObject({
      kind: 'malformed-response',
      message: expect.stringContaining('broke off'),
    })
  })

  it('a size that the server refuses is a bad request in its words', async () => {
    const engine = await fake()
    await expect(draw(engine, { width: 4112 })).rejects.toMatchObject({
      kind: 'bad-request',
      message: 'Ollama: width and height must be <= 4096',
    })
  })

  it('something that is not Ollama is said to answer strangely', async () => {
    const engine = await engines.keep(startFakeEngine((_, reply) => reply.json(200, { hello: 'world' })))
    await expect(provider.listModels(contextFor(engine.baseUrl))).rejects.toMatchObject({ kind: 'malformed-response' })
    await expect(draw(engine)).rejects.toMatchObject({ kind: 'malformed-response' })
  })
})
