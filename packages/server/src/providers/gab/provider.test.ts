import { describe, expect, it } from 'vitest'
import { contextsWith, done, fixturesOf, openEngines } from '../kit/testing.ts'
import { decodePng } from '../spec/png-codec.ts'
import type { ImageRequest } from '../spec/provider.ts'
import { startFakeGab, type GabBehaviour } from './fake-gab.ts'
import { drawingModels } from './models.ts'
import { settings } from './options.ts'
import { provider } from './provider.ts'

const engines = openEngines()
const key = 'gab_5f4e3d2c1b0a'
const contextFor = contextsWith({ key })
const fixture = fixturesOf(import.meta.url)
const fake = (behaviour: GabBehaviour = {}) => engines.keep(startFakeGab(behaviour))
const canned = async (body: string | Uint8Array) => (await engines.canned(body)).baseUrl

const request: ImageRequest = { model: 'nano-banana', prompt: 'a lighthouse', n: 1, sources: [], options: {} }

async function draw(url: string, more: Partial<ImageRequest> = {}) {
  return done(await provider.start({ ...request, ...more }, contextFor(url))).images
}

describe('Gab AI: models', () => {
  const list = async (url: string, chosen = {}) => provider.listModels(contextFor(url, { settings: chosen }))

  it('takes those whose names look like it, and says that it is untried', async () => {
    const models = await list(await canned(await fixture('models.json')))
    expect(models.map(({ id }) => id)).toEqual(['gpt-image-2', 'nano-banana', 'seedream-4'])
    expect(models[0]?.description).toContain('Experimental')
  })

  it('takes those that the settings name, and all where no name says anything', () => {
    const of = (ids: string[], chosen = {}) => drawingModels(ids, settings.parse(chosen))
    expect(of(['arya', 'nano-banana'], { models: 'arya, other' }).map(({ id }) => id)).toEqual(['arya', 'other'])
    expect(of(['arya', 'two', 'two']).map(({ id }) => id)).toEqual(['arya', 'two'])
    expect(of(['x'], { sizes: '1536x1024, 512x512' })[0]?.capabilities.size).toEqual({
      kind: 'fixed',
      sizes: ['1536x1024', '512x512'],
      default: '1536x1024',
    })
    for (const sizes of ['', 'large', '1x']) expect(settings.safeParse({ sizes }).success).toBe(false)
  })

  it('PR2: fails rather than listing nothing, and needs a key', async () => {
    const engine = await fake({ models: [] })
    await expect(list(engine.apiUrl)).rejects.toMatchObject({ kind: 'not-found' })
    engine.behave({ failure: 'unauthorized' })
    await expect(list(engine.apiUrl)).rejects.toMatchObject({ kind: 'auth', status: 401 })
    const keyless = contextFor(engine.apiUrl, { key: null })
    await expect(provider.listModels(keyless)).rejects.toMatchObject({ kind: 'auth' })
    await expect(provider.start(request, keyless)).rejects.toMatchObject({
      kind: 'auth',
      message: expect.stringContaining('gab_'),
    })
    expect(engine.drawn()).toEqual([])
  })
})

describe('Gab AI: drawing', () => {
  it('takes pictures as base64 with a revised prompt, and by URL', async () => {
    const [whole] = await draw(await canned(await fixture('generations.json')))
    expect([decodePng(whole?.bytes ?? Buffer.of()).width, whole?.revisedPrompt]).toEqual([16, 'A tall lighthouse'])
    const [linked] = await draw((await fake({ links: 'good' })).apiUrl, { width: 64, height: 48 })
    expect(decodePng(linked?.bytes ?? Buffer.of()).height).toBe(48)
  })

  it('takes a picture of 30 MB, and keeps ten at once apart', async () => {
    const picture = Buffer.alloc(30_000_000, 'picture')
    const [image] = await draw((await fake({ picture })).apiUrl)
    expect(picture.equals(image?.bytes ?? Buffer.of())).toBe(true)
    const engine = await fake({ together: 10 })
    const prompts = Array.from({ length: 10 }, (_, i) => `lighthouse ${i}`)
    const drawn = await Promise.all(prompts.map((prompt) => draw(engine.apiUrl, { prompt, width: 64, height: 64 })))
    expect(new Set(drawn.map(([one]) => Buffer.from(one?.bytes ?? []).toString('base64'))).size).toBe(10)
    expect(engine.mostInFlight()).toBe(10)
  }, 30_000)
})

describe('Gab AI: failures', () => {
  it.each([
    ['unauthorized', { kind: 'auth', advice: 'never', status: 401 }],
    ['no-credits', { kind: 'quota', advice: 'never', status: 402, message: 'Gab AI: Credits exhausted' }],
    ['rate-limited', { kind: 'rate-limited', advice: 'safe-to-resend', retryAfterMs: 7000 }],
    // What X-RateLimit-Reset says counts up to an hour.
    ['day-used-up', { kind: 'rate-limited', advice: 'safe-to-resend', retryAfterMs: 3_600_000 }],
    ['server-error', { kind: 'unavailable', advice: 'never', status: 500 }],
    ['too-long', { kind: 'bad-request', advice: 'never', message: 'Gab AI: Prompt too long' }],
    ['model-missing', { kind: 'not-found', advice: 'never', status: 404 }],
    ['drop', { kind: 'unavailable', advice: 'never', message: expect.stringContaining('unknown') }],
    ['html', { kind: 'malformed-response', advice: 'never' }],
    ['no-image', { kind: 'malformed-response', advice: 'never' }],
    ['broken-base64', { kind: 'malformed-response', advice: 'never' }],
  ] as const)('%s', async (failure, expected) => {
    const engine = await fake({ failure })
    const error: unknown = await draw(engine.apiUrl).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject(expected)
    expect(String(error)).not.toContain(key)
    expect(engine.drawn()).toHaveLength(1)
  })

  it('PR17: a refusal is an outcome', async () => {
    const engine = await fake({ failure: 'blocked' })
    const outcome = await provider.start(request, contextFor(engine.apiUrl))
    expect(outcome).toEqual({ kind: 'blocked', reason: 'Refused by the model' })
  })

  it('an address that expired gives no picture', async () => {
    const engine = await fake({ links: 'expired' })
    await expect(draw(engine.apiUrl)).rejects.toMatchObject({ kind: 'not-found', status: 404 })
  })

  it('PR5: an abort closes the connection', async () => {
    const engine = await fake({ failure: 'stall' })
    const abort = new AbortController()
    const call = provider.start(request, contextFor(engine.apiUrl, { signal: abort.signal }))
    await expect.poll(() => engine.drawn().length).toBe(1)
    abort.abort()
    await expect(call).rejects.toMatchObject({ kind: 'interrupted', advice: 'never' })
    await expect.poll(() => engine.requests[0]?.left.aborted).toBe(true)
  })
})
