import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { startFakeEngine } from '../kit/fake-engine.ts'
import { contextsWith, done, fixturesOf, hole, openEngines, source } from '../kit/testing.ts'
import { decodePng } from '../spec/png-codec.ts'
import type { ImageRequest, RunContext } from '../spec/provider.ts'
import { startFakeA1111, type A1111Behaviour, type FakeA1111 } from './fake-a1111.ts'
import { describeModel } from './models.ts'
import { provider } from './provider.ts'

const engines = openEngines()
const contextFor = contextsWith()
const fixture = fixturesOf(import.meta.url)
const fake = (behaviour: A1111Behaviour = {}) => engines.keep(startFakeA1111(behaviour))

const request: ImageRequest = {
  model: 'sd_xl_base_1.0.safetensors [31e35c80fc]',
  prompt: 'a lighthouse',
  n: 1,
  width: 64,
  height: 48,
  seed: 7,
  steps: 20,
  sources: [],
  options: {},
}
async function draw(engine: { baseUrl: string }, more: Partial<ImageRequest> = {}, context: Partial<RunContext> = {}) {
  return done(await provider.start({ ...request, ...more }, contextFor(engine.baseUrl, context))).images
}

/** A server that answers requests for pictures with a recorded body. */
async function recorded(name: string) {
  const body = await fixture(name)
  const engine = await engines.keep(
    startFakeEngine(({ path }, reply) => {
      if (path.endsWith('2img')) reply.send(200, body, { 'content-type': 'application/json' })
      else reply.json(404, { detail: 'Not Found' })
    }),
  )
  return engine
}

describe('A1111: models', () => {
  it('lists checkpoints with the samplers and schedulers of the server', async () => {
    const models = await provider.listModels(contextFor((await fake()).baseUrl))
    expect(models.map(({ id, label }) => [id, label])).toEqual([
      ['v1-5-pruned.safetensors [6ce0161689]', 'v1-5-pruned'],
      ['sd_xl_base_1.0.safetensors [31e35c80fc]', 'sd_xl_base_1.0'],
    ])
    expect(models[0]).toMatchObject({
      description: 'Schedulers: automatic, karras.',
      capabilities: { sampler: { values: ['DPM++ 2M', 'Euler a', 'Euler'], default: 'Euler' }, mask: true, sources: 1 },
    })
  })

  it('knows what is usual for a model by its name', async () => {
    const listed: unknown = JSON.parse((await fixture('sd-models.json')).toString())
    const engine = await engines.keep(
      startFakeEngine(({ path }, reply) => {
        if (path.endsWith('/sd-models')) reply.json(200, listed)
        else reply.json(404, { detail: 'Not Found' })
      }),
    )
    const models = await provider.listModels(contextFor(engine.baseUrl))
    const usual = models.map(({ capabilities: { size, steps, guidance } }) => [
      size.default,
      steps?.default,
      guidance?.default,
    ])
    expect(usual).toEqual([
      ['512x512', 20, 7],
      ['1024x1024', 20, 7],
      ['1024x1024', 4, 1],
    ])
    expect(models[0]?.capabilities.sampler).toBeNull()
    const none = { samplers: [], schedulers: [] }
    expect(describeModel('dreamshaperXL_lightning', none).capabilities.steps?.default).toBe(8)
  })

  it('works with servers from before schedulers', async () => {
    const models = await provider.listModels(contextFor((await fake({ schedulers: false })).baseUrl))
    expect(models[0]?.description).toBeUndefined()
    expect(models[0]?.capabilities.sampler?.values).toHaveLength(3)
  })

  it('PR2: says what is wrong rather than listing nothing', async () => {
    const list = async (behaviour: A1111Behaviour) => provider.listModels(contextFor((await fake(behaviour)).baseUrl))
    await expect(list({ models: [] })).rejects.toMatchObject({
      kind: 'not-found',
      message: expect.stringContaining('no model'),
    })
    await expect(list({ api: false })).rejects.toMatchObject({
      kind: 'not-found',
      message: expect.stringContaining('Start it with --api'),
    })
    const other = await engines.keep(startFakeEngine((_, reply) => reply.json(200, { hello: 'world' })))
    await expect(provider.listModels(contextFor(other.baseUrl))).rejects.toMatchObject({ kind: 'malformed-response' })
  })
})

describe('A1111: what is sent', () => {
  it('PR4: image to image, bare base64, high resolution left out', async () => {
    const engine = await fake()
    await draw(engine, { sources: [source], strength: 0.4, options: { enable_hr: true, hr_scale: 2, mask_blur: 3 } })
    const [seen] = engine.drawn()
    expect(seen?.path).toBe('/sdapi/v1/img2img')
    expect(seen?.json()).toMatchObject({ init_images: ['AQID'], denoising_strength: 0.4 })
    for (const field of ['mask', 'enable_hr', 'mask_blur', 'inpainting_fill'])
      expect(seen?.json()).not.toHaveProperty(field)
  })

  it('PR4: a mask without further options keeps what was there', async () => {
    const engine = await fake()
    await draw(engine, { sources: [source], mask: hole })
    const [plain] = engine.drawn().map((each) => each.json())
    expect(plain).toMatchObject({ inpainting_fill: 1, inpaint_full_res: false })
    expect(plain).not.toHaveProperty('mask_blur')
  })

  it('sends what is usual for the model where nothing is asked for', async () => {
    const engine = await fake()
    const { steps: _steps, seed: _seed, ...plain } = request
    await provider.start({ ...plain, model: 'flux1-dev.safetensors' }, contextFor(engine.baseUrl))
    expect(engine.drawn()[0]?.json()).toMatchObject({ steps: 20, cfg_scale: 1 })
    expect(engine.drawn()[0]?.json()).not.toHaveProperty('seed')
  })

  it('sends user:password as Basic everywhere, and another key as Bearer', async () => {
    const engine = await fake({ auth: 'me:s3cretWord', looks: 1 })
    await draw(engine, {}, { key: 'me:s3cretWord' })
    await provider.listModels(contextFor(engine.baseUrl, { key: 'me:s3cretWord' }))
    const sent = new Set(engine.requests.map(({ headers }) => headers.authorization))
    expect([...sent]).toEqual([`Basic ${Buffer.from('me:s3cretWord').toString('base64')}`])
    const proxied = await fake()
    await draw(proxied, {}, { key: 'proxy-key' })
    expect(proxied.drawn()[0]?.headers.authorization).toBe('Bearer proxy-key')
  })

  it('a server that is named is not asked what it is', async () => {
    const engine = await fake()
    await draw(engine, {}, { settings: { server: 'sdnext' } })
    expect(engine.drawn()[0]?.json()).not.toHaveProperty('force_task_id')
    expect(engine.requests.some(({ path }) => path.endsWith('/samplers'))).toBe(false)
  })
})

describe('A1111: what comes back', () => {
  it('reads a recorded answer: no contact sheet, seeds, prompts and facts', async () => {
    const images = await draw(await recorded('txt2img.json'), { n: 2 })
    expect(images.map(({ bytes, seed }) => [decodePng(bytes).width, seed])).toEqual([
      [16, 1],
      [16, 2],
    ])
    expect(images[0]).toMatchObject({
      revisedPrompt: 'a lighthouse, oil painting',
      parameters: { sampler: 'Euler a', steps: 20, guidance: 7, model: 'v1-5-pruned', modelHash: '6ce0161689' },
    })
    expect(images[0]?.parameters).not.toHaveProperty('vae')
  })

  it('drops the contact sheet before and the extension’s pictures after', async () => {
    const images = await draw(await fake({ grid: true, extra: true }), { n: 2, width: 32, height: 40 })
    expect(images.map(({ bytes, seed }) => [decodePng(bytes).height, seed])).toEqual([
      [40, 7],
      [40, 8],
    ])
    expect(images[0]).not.toHaveProperty('revisedPrompt')
  })

  it('takes the answer of a server that says nothing about it', async () => {
    const [image] = await draw(await recorded('koboldcpp.json'))
    expect(image).toEqual({ bytes: expect.any(Uint8Array), seed: 7 })
  })

  it('hands on a damaged picture as it came, and one of 30 MB', async () => {
    const [damaged] = await draw(await fake({ failure: 'truncated-png' }))
    expect(() => decodePng(damaged?.bytes ?? Buffer.of())).toThrow(/cut short/)
    const picture = Buffer.alloc(30_000_000, 'easel')
    const [large] = await draw(await fake({ picture }))
    expect(picture.equals(large?.bytes ?? Buffer.of())).toBe(true)
  })

  it('ten at once get each their own', async () => {
    const engine = await fake()
    const seeds = Array.from({ length: 10 }, (_, i) => i)
    const drawn = await Promise.all(seeds.map((seed) => draw(engine, { seed, steps: 1 })))
    expect(drawn.map(([image]) => image?.seed)).toEqual(seeds)
    expect(engine.drawn()).toHaveLength(10)
  })
})

describe('A1111: progress', () => {
  it.each([
    ['a1111', {}, '/internal/progress'],
    ['a1111', { internal: false }, '/sdapi/v1/progress?skip_current_image=false'],
    ['sdnext', {}, '/sdapi/v1/progress?skip_current_image=false'],
  ] as const)('%s %j: steps and previews from %s', async (server, more, path) => {
    const engine = await fake({ server, looks: 2, ...more })
    const context = contextFor(engine.baseUrl)
    await provider.start({ ...request, n: 2, steps: 30 }, context)
    const told = context.signs.filter(({ completed }) => completed > 0)
    expect(told[0]).toMatchObject({ completed: 20, total: 60 })
    expect(told.some(({ preview }) => preview !== undefined && decodePng(preview).width === 8)).toBe(true)
    expect(engine.requests.filter((seen) => seen.path === path).length).toBeGreaterThan(1)
  })

  it('asks for each preview once, and for none where none is wanted', async () => {
    const engine = await fake({ looks: 2 })
    const context = contextFor(engine.baseUrl)
    await provider.start(request, context)
    expect(context.signs.filter(({ preview }) => preview !== undefined)).toHaveLength(1)
    const asked = engine.requests.filter(({ path }) => path === '/internal/progress').map((seen) => seen.json())
    expect(asked.at(-1)).toMatchObject({ id_live_preview: 7, live_preview: true })
    engine.behave({ server: 'sdnext', looks: 1 })
    const plain = contextFor(engine.baseUrl, { settings: { previews: false } })
    await provider.start(request, plain)
    expect(plain.signs.some(({ preview }) => preview !== undefined)).toBe(false)
    expect(engine.requests.some(({ path }) => path === '/sdapi/v1/progress?skip_current_image=true')).toBe(true)
  })

  it('reads recorded progress, and leaves out a preview that is broken', async () => {
    const picture = await fixture('txt2img.json')
    let told = z.looseObject({}).parse(JSON.parse((await fixture('task-progress.json')).toString()))
    let done = Promise.withResolvers<void>()
    const engine = await engines.keep(
      startFakeEngine(async ({ path }, reply) => {
        if (path.endsWith('2img')) return done.promise.then(() => reply.send(200, picture))
        if (path !== '/internal/progress') return reply.json(404, { detail: 'Not Found' })
        reply.json(200, told)
        done.resolve()
      }),
    )
    const good = contextFor(engine.baseUrl)
    await provider.start(request, good)
    expect(good.signs[0]).toMatchObject({ completed: 7, total: 20, preview: expect.any(Uint8Array) })
    told = { ...told, live_preview: 'data:image/jpeg;base64,!!' }
    done = Promise.withResolvers<void>()
    const broken = contextFor(engine.baseUrl)
    await provider.start(request, broken)
    expect(broken.signs[0]).toEqual({ completed: 7, total: 20 })
  })
})

describe('A1111: cancel', () => {
  async function cancelled(engine: FakeA1111, settings: Record<string, unknown> = {}) {
    const abort = new AbortController()
    const context = contextFor(engine.baseUrl, { signal: abort.signal, settings })
    const call = provider.start(request, context)
    await expect.poll(() => context.signs.length).toBeGreaterThan(0)
    abort.abort()
    await expect(call).rejects.toMatchObject({ kind: 'interrupted', advice: 'never' })
  }

  it.each([{ server: 'a1111' }, { server: 'a1111', internal: false }, { server: 'sdnext' }] as const)(
    'PR5: interrupts what it draws for us: %j',
    async (behaviour) => {
      const engine = await fake({ ...behaviour, failure: 'stall' })
      await cancelled(engine)
      expect(engine.interrupts()).toBe(1)
    },
  )

  it('lets the server go on where that is wanted', async () => {
    const engine = await fake({ failure: 'stall' })
    await cancelled(engine, { interrupt: false })
    expect(engine.interrupts()).toBe(0)
    engine.interrupt()
  })

  it('does not interrupt the picture of somebody else, but ours at its turn', async () => {
    const engine = await fake({ failure: 'stall' })
    const leave = engine.occupy()
    const abort = new AbortController()
    const call = provider.start(request, contextFor(engine.baseUrl, { signal: abort.signal }))
    await expect.poll(() => engine.drawn().length).toBe(1)
    abort.abort()
    await expect(call).rejects.toMatchObject({ kind: 'interrupted' })
    expect(engine.interrupts()).toBe(0)
    leave()
    await expect.poll(() => engine.interrupts(), { timeout: 5000 }).toBe(1)
  })

  it('an unfinished picture that was interrupted at the server is no picture', async () => {
    const engine = await fake({ failure: 'stall' })
    const context = contextFor(engine.baseUrl)
    const call = provider.start(request, context)
    await expect.poll(() => context.signs.length).toBeGreaterThan(0)
    engine.interrupt()
    await expect(call).rejects.toMatchObject({
      kind: 'interrupted',
      message: expect.stringContaining('before it was finished'),
    })
    expect(engine.interrupts()).toBe(0)
  })
})

describe('A1111: failures', () => {
  it.each([
    [{ failure: 'rate-limited' }, { kind: 'rate-limited', advice: 'safe-to-resend', retryAfterMs: 7000 }, 'Too many'],
    [{ failure: 'server-error' }, { kind: 'unavailable', advice: 'never', status: 500 }, 'device-side assert'],
    [{ failure: 'out-of-memory' }, { kind: 'unavailable', advice: 'never', status: 500 }, 'A smaller picture may fit'],
    [{ failure: 'unknown-model' }, { kind: 'not-found', advice: 'never' }, `model '${request.model}' not found`],
    [{ failure: 'bad-image' }, { kind: 'bad-request', advice: 'never' }, 'Invalid encoded image'],
    [{ failure: 'bad-image', server: 'sdnext' }, { kind: 'bad-request', status: 400 }, 'Init image is none'],
    [{ failure: 'invalid' }, { kind: 'bad-request', status: 422 }, 'width: value is not a valid integer'],
    [{ failure: 'busy' }, { kind: 'unavailable', advice: 'safe-to-resend', status: 503 }, 'Server is busy'],
    [{ failure: 'html' }, { kind: 'malformed-response', advice: 'never' }, 'a web page'],
    [{ failure: 'drop' }, { kind: 'unavailable', advice: 'never' }, 'unknown'],
    [{ failure: 'no-image' }, { kind: 'malformed-response', advice: 'never' }, 'without a picture'],
    [{ failure: 'empty-image' }, { kind: 'malformed-response', advice: 'never' }, 'without a picture'],
    [{ failure: 'broken-base64' }, { kind: 'malformed-response', advice: 'never' }, 'base64'],
  ] as const)('%j', async (behaviour, expected, words) => {
    const engine = await fake(behaviour)
    await expect(draw(engine)).rejects.toMatchObject({ ...expected, message: expect.stringContaining(words) })
    expect([engine.drawn().length, engine.interrupts()]).toEqual([1, 0])
  })

  it.each(['a1111', 'sdnext'] as const)('%s: a sampler that it does not have', async (server) => {
    await expect(draw(await fake({ server }), { sampler: 'Heun++' })).rejects.toMatchObject({
      kind: 'bad-request',
      message: 'Stable Diffusion web UI: Sampler not found',
    })
  })

  it('PR15: a refused password is told without it, and nothing is drawn', async () => {
    const engine = await fake({ auth: 'me:right' })
    const key = 'someone:wr0ngPassword'
    const error: unknown = await draw(engine, {}, { key }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ kind: 'auth', status: 401, message: expect.stringContaining('user:password') })
    const shown = inspect(error, { depth: 12, showHidden: true })
    for (const secret of [key, 'wr0ngPassword', Buffer.from(key).toString('base64')])
      expect(shown).not.toContain(secret)
    expect(engine.drawn()).toEqual([])
  })
})
