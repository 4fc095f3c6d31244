import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { contextsWith, done, fixturesOf, openEngines, source } from '../kit/testing.ts'
import type { ImageRequest } from '../spec/provider.ts'
import { startFakeGoogle, type GoogleBehaviour, type GoogleFailure } from './fake-google.ts'
import { cataloguedModels, describeModel } from './models.ts'
import { provider } from './provider.ts'

const engines = openEngines()
const key = 'AIzaSy-test-0123456789abcdef'
const contextFor = contextsWith({ key })
const fixture = fixturesOf(import.meta.url)
const fake = (behaviour: GoogleBehaviour = {}) => engines.keep(startFakeGoogle(behaviour))

async function canned(value: unknown): Promise<string> {
  const body = typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value)
  return (await engines.canned(body)).baseUrl
}

const model = 'gemini-3.1-flash-image'
const request: ImageRequest = { model, prompt: 'a lighthouse', n: 1, sources: [], options: {} }
const start = (url: string, more: Partial<ImageRequest> = {}) =>
  provider.start({ ...request, ...more }, contextFor(url))

async function draw(url: string, more: Partial<ImageRequest> = {}, settings = {}) {
  return done(await provider.start({ ...request, ...more }, contextFor(url, { settings })))
}

describe('Google: models', () => {
  it('reads every page, and lists what draws, retired models last with what to take instead', async () => {
    const models = ['imagen-4.0-generate-001', 'gemini-3-pro', 'gemini-3-pro-image', 'nano-banana-pro-preview', model]
    const engine = await fake({ models })
    const listed = await provider.listModels(contextFor(engine.apiUrl))
    expect(listed.map(({ id }) => id)).toEqual([
      'gemini-3-pro-image',
      'nano-banana-pro-preview',
      model,
      'imagen-4.0-generate-001',
    ])
    expect(listed.at(-1)?.retired).toEqual({ on: '2026-08-17', instead: ['gemini-3.1-flash-image'] })
    expect(engine.requests.map(({ path }) => path)).toEqual([
      '/v1beta/models?pageSize=1000',
      '/v1beta/models?pageSize=1000&pageToken=2',
      '/v1beta/models?pageSize=1000&pageToken=4',
    ])
  })

  it('PR2: takes the catalogue where there is no list, and fails where nothing draws', async () => {
    const without = await fake({ models: null })
    expect(await provider.listModels(contextFor(without.apiUrl))).toEqual(cataloguedModels())
    const empty = await fake({ models: ['gemini-3-pro'] })
    await expect(provider.listModels(contextFor(empty.apiUrl))).rejects.toMatchObject({ kind: 'not-found' })
    const keyless = contextFor(empty.apiUrl, { key: null })
    await expect(provider.listModels(keyless)).rejects.toMatchObject({ kind: 'auth' })
  })

  it.each([
    [model, 3, ['512', '1K', '2K', '4K'], 14],
    ['gemini-3-pro-image', 14, ['1K', '2K', '4K'], 10],
    ['gemini-nano-banana-2.1', 3, ['1K', '2K', '4K'], 10],
    ['gemini-2.5-flash-image', 3, undefined, 10],
    ['imagen-4.0-generate-001', 0, ['1K', '2K'], 5],
  ])('knows what %s can do', (id, sources, sizes, ratios) => {
    const { capabilities } = describeModel(id)
    expect([capabilities.sources, capabilities.quality?.values]).toEqual([sources, sizes])
    expect(capabilities.size.kind === 'ratio' && capabilities.size.ratios.length).toBe(ratios)
  })
})

describe('Google: requests', () => {
  it('does not send more than 20 MB of pictures', async () => {
    const engine = await fake()
    const sources = [{ ...source, bytes: new Uint8Array(15_000_003) }]
    await expect(start(engine.apiUrl, { sources })).rejects.toMatchObject({ kind: 'bad-request' })
    expect(engine.drawn()).toEqual([])
  })
})

describe('Google: answers', () => {
  it('tells the seed it was asked for, and gives what Imagen draws at once', async () => {
    const engine = await fake()
    expect((await draw(engine.apiUrl, { seed: 42 })).images[0]?.seed).toBe(42)
    expect((await draw(engine.apiUrl, { model: 'imagen-4.0-generate-001', n: 3 })).images).toHaveLength(3)
  })

  it('skips drafts, keeps the commentary, and reckons the cost where a price is named', async () => {
    const url = await canned(await fixture('generate-content.json'))
    const { images, cost } = await draw(url, {}, { outputPrice: 30, inputPrice: 0.5 })
    const bytes = Buffer.from('iVBORw0KGgo=', 'base64')
    const usage = { inputTokens: 12, outputTokens: 1290 }
    expect(images).toEqual([{ bytes, parameters: { commentary: 'Here you go', usage } }])
    expect(cost).toEqual({ amount: expect.closeTo(0.038706, 9), currency: 'USD' })
    expect(await draw(url)).not.toHaveProperty('cost')
  })

  const said = (finishReason: string, more = {}) => ({ candidates: [{ finishReason, ...more }] })
  it.each([
    [{ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }, 'PROHIBITED_CONTENT'],
    [said('IMAGE_SAFETY', { finishMessage: 'Unable to show the picture.' }), 'Unable to show the picture.'],
    [said('IMAGE_RECITATION'), 'IMAGE_RECITATION'],
    [said('NO_IMAGE', { content: { parts: [{ text: 'I only chat.' }] } }), 'I only chat.'],
  ])('PR17: a block of status 200 is an outcome: %j', async (answer, reason) => {
    const outcome = await start(await canned(answer))
    expect(outcome).toEqual({ kind: 'blocked', reason: expect.stringContaining(reason) })
  })

  it('PR17: a filter of Imagen is an outcome, too', async () => {
    const outcome = await start((await fake({ failure: 'blocked' })).apiUrl, { model: 'imagen-3' })
    expect(outcome).toEqual({ kind: 'blocked', reason: 'Filtered for violence.' })
  })

  it.each([
    [said('STOP', { content: { parts: [{ text: 'Which fox?' }] } }), 'Which fox?'],
    [{ candidates: 'none' }, 'candidates'],
    ['{"candidates":[', ''],
    [{}, 'without a picture'],
  ])('PR12: anything else without a picture is malformed: %j', async (answer, words) => {
    const message = expect.stringContaining(words)
    await expect(start(await canned(answer))).rejects.toMatchObject({ kind: 'malformed-response', message })
  })

  it('tells an error inside a success as such', async () => {
    const url = await canned({ error: { code: 500, message: 'Broke late', status: 'INTERNAL' } })
    await expect(start(url)).rejects.toMatchObject({ kind: 'unavailable', advice: 'never' })
  })

  it('takes an answer of 30 MB', async () => {
    const data = Buffer.alloc(22_500_000, 7).toString('base64')
    const url = await canned({ candidates: [{ content: { parts: [{ inlineData: { data } }] } }] })
    expect((await draw(url)).images[0]?.bytes).toHaveLength(22_500_000)
  })

  it('draws ten at once, each its own', async () => {
    const engine = await fake({ delayMs: 50 })
    const done = await Promise.all(Array.from({ length: 10 }, (_, i) => draw(engine.apiUrl, { prompt: `fox ${i}` })))
    expect(new Set(done.map(({ images }) => Buffer.from(images[0]?.bytes ?? []).toString('hex'))).size).toBe(10)
    expect(engine.drawn()).toHaveLength(10)
  })
})

describe('Google: errors', () => {
  it.each<[GoogleFailure, Record<string, unknown>, string]>([
    ['bad-key', { kind: 'auth', status: 400 }, 'API key not valid'],
    ['forbidden', { kind: 'auth', status: 403 }, 'denied access'],
    ['billing', { kind: 'quota', status: 400 }, 'enable billing'],
    ['region', { kind: 'bad-request', status: 400 }, 'location is not supported'],
    ['too-long', { kind: 'bad-request', status: 400 }, 'exceeds the maximum'],
    ['model-missing', { kind: 'not-found', status: 404 }, 'not found'],
    ['rate-limited-info', { kind: 'rate-limited', advice: 'safe-to-resend', retryAfterMs: 34_000 }, 'quota'],
    ['cancelled', { kind: 'unavailable', advice: 'never' }, 'cancelled'],
    ['overloaded', { kind: 'unavailable', advice: 'never' }, 'overloaded'],
    ['deadline', { kind: 'timeout', advice: 'never' }, 'deadline'],
  ])('tells %s in the words of the engine', async (failure, expected, words) => {
    const error: unknown = await start((await fake({ failure })).apiUrl).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ ...expected, message: expect.stringContaining(words) })
    expect(inspect(error, { depth: 9 })).not.toContain(key)
  })

  it('PR27: Imagen is gone, and what to take instead is known', () => {
    expect(provider.retirement?.('imagen-4.0-ultra-generate-001')?.instead).toEqual(['gemini-3.1-flash-image'])
    expect(provider.retirement?.('gemini-3.1-flash-image')).toBeNull()
  })
})
