import { readFile } from 'node:fs/promises'
import { inspect } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createEngineHttp } from '../kit/engine-http.ts'
import { startFakeEngine } from '../kit/fake-engine.ts'
import { decodePng, encodePng, pngPixels } from '../spec/png-codec.ts'
import type { ImageRequest, RunContext } from '../spec/provider.ts'
import { startFakeA1111, type A1111Behaviour, type FakeA1111 } from './fake-a1111.ts'
import { describeModel } from './models.ts'
import { provider } from './provider.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const thing of open.splice(0)) await thing.close()
})

async function fake(behaviour: A1111Behaviour = {}): Promise<FakeA1111> {
  const engine = await startFakeA1111(behaviour)
  open.push(engine)
  return engine
}

type Sign = Parameters<RunContext['progress']>[0]

function contextFor(baseUrl: string, more: Partial<RunContext> = {}): RunContext & { signs: Sign[] } {
  const signal = more.signal ?? new AbortController().signal
  const signs: Sign[] = []
  const http = createEngineHttp({ baseUrl, signal, allowPrivateBase: true })
  const progress = (sign: Sign) => void signs.push(sign)
  return { baseUrl, key: null, settings: {}, signal, http, progress, pixels: pngPixels, ...more, signs }
}

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
const source = { bytes: Uint8Array.of(1, 2, 3), mimeType: 'image/jpeg', width: 2, height: 1 }
const hole = {
  bytes: encodePng(Uint8Array.of(9, 9, 9, 0, 9, 9, 9, 255), 2, 1),
  mimeType: 'image/png',
  width: 2,
  height: 1,
}

const fixture = (name: string) => readFile(new URL(`__fixtures__/${name}`, import.meta.url))

async function draw(engine: { baseUrl: string }, more: Partial<ImageRequest> = {}, context: Partial<RunContext> = {}) {
  const outcome = await provider.start({ ...request, ...more }, contextFor(engine.baseUrl, context))
  if (outcome.kind !== 'done') expect.unreachable(`The outcome was ${outcome.kind}`)
  return outcome.images
}

/** A server that answers requests for pictures with a recorded body. */
async function recorded(name: string) {
  const body = await fixture(name)
  const engine = await startFakeEngine(({ path }, reply) => {
    if (path.endsWith('2img')) reply.send(200, body, { 'content-type': 'application/json' })
    else reply.json(404, { detail: 'Not Found' })
  })
  open.push(engine)
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
    const engine = await startFakeEngine(({ path }, reply) => {
      if (path.endsWith('/sd-models')) reply.json(200, listed)
      else reply.json(404, { detail: 'Not Found' })
    })
    open.push(engine)
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
    const other = await startFakeEngine((_, reply) => reply.json(200, { hello: 'world' }))
    open.push(other)
    await expect(provider.listModels(contextFor(other.baseUrl))).rejects.toMatchObject({ kind: 'malformed-response' })
  })
})

describe('A1111: what is sent', () => {
  it('PR4: text to image with every option', async () => {
    const engine = await fake({ server: 'forge' })
    const all = {
      scheduler: 'karras',
      distilled_cfg_scale: 3.5,
      clip_skip: 2,
      vae: 'ae.safetensors',
      styles: ['Cinematic'],
      tiling: true,
      restore_faces: false,
      enable_hr: true,
      hr_scale: 1.5,
      hr_upscaler: 'Latent',
      hr_second_pass_steps: 10,
      hr_denoising_strength: 0.4,
    }
    const more = { negativePrompt: 'fog', sampler: 'DPM++ 2M', guidance: 5.5, n: 2, options: all }
    await draw(engine, more, { settings: { restoreModel: true } })
    const [seen] = engine.drawn()
    expect([seen?.method, seen?.path]).toEqual(['POST', '/sdapi/v1/txt2img'])
    expect(seen?.headers.authorization).toBeUndefined()
    expect(seen?.json()).toEqual({
      prompt: 'a lighthouse',
      negative_prompt: 'fog',
      batch_size: 1,
      n_iter: 2,
      steps: 20,
      cfg_scale: 5.5,
      width: 64,
      height: 48,
      seed: 7,
      sampler_name: 'DPM++ 2M',
      scheduler: 'karras',
      styles: ['Cinematic'],
      tiling: true,
      restore_faces: false,
      distilled_cfg_scale: 3.5,
      enable_hr: true,
      hr_scale: 1.5,
      hr_upscaler: 'Latent',
      hr_second_pass_steps: 10,
      denoising_strength: 0.4,
      override_settings: {
        sd_model_checkpoint: request.model,
        sd_vae: 'ae.safetensors',
        CLIP_stop_at_last_layers: 2,
      },
      override_settings_restore_afterwards: true,
      send_images: true,
      save_images: false,
      force_task_id: expect.any(String),
    })
  })

  it('PR4: image to image, bare base64, high resolution left out', async () => {
    const engine = await fake()
    await draw(engine, { sources: [source], strength: 0.4, options: { enable_hr: true, hr_scale: 2, mask_blur: 3 } })
    const [seen] = engine.drawn()
    expect(seen?.path).toBe('/sdapi/v1/img2img')
    expect(seen?.json()).toMatchObject({ init_images: ['AQID'], denoising_strength: 0.4 })
    for (const field of ['mask', 'enable_hr', 'mask_blur', 'inpainting_fill'])
      expect(seen?.json()).not.toHaveProperty(field)
  })

  it('PR4: a mask is white where ours is transparent', async () => {
    const engine = await fake()
    const fields = {
      mask_blur: 0,
      inpainting_fill: 'latent noise',
      inpaint_full_res: true,
      inpaint_full_res_padding: 32,
    }
    await draw(engine, { sources: [source], mask: hole, options: fields })
    await draw(engine, { sources: [source], mask: hole })
    const [seen, plain] = engine.drawn().map((each) => each.json())
    expect(seen).toMatchObject({ ...fields, inpainting_fill: 2, inpainting_mask_invert: 0, mask: expect.any(String) })
    const { mask } = z.object({ mask: z.string() }).parse(seen)
    expect([...decodePng(Buffer.from(mask, 'base64')).rgba]).toEqual([255, 255, 255, 255, 0, 0, 0, 255])
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
    const engine = await startFakeEngine(async ({ path }, reply) => {
      if (path.endsWith('2img')) return done.promise.then(() => reply.send(200, picture))
      if (path !== '/internal/progress') return reply.json(404, { detail: 'Not Found' })
      reply.json(200, told)
      done.resolve()
    })
    open.push(engine)
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
