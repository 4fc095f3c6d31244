import { describe, expect, it } from 'vitest'
import type { Json } from '#base/json.ts'
import { contextsWith, fixturesOf, openEngines, source } from '../kit/testing.ts'
import { decodePng } from '../spec/png-codec.ts'
import type { ImageRequest, NotTaken, Outcome, RunContext } from '../spec/provider.ts'
import { startFakeSdcpp, type SdcppBehaviour } from './fake-sdcpp.ts'
import { provider } from './provider.ts'

const engines = openEngines()
const contextFor = contextsWith()
const fixture = fixturesOf(import.meta.url)
const fake = (behaviour: SdcppBehaviour = {}) => engines.keep(startFakeSdcpp(behaviour))
const canned = (status: number, body: string | Uint8Array) => engines.canned(body, { status })

const request: ImageRequest = {
  model: 'flux1-dev-q4_0.gguf',
  prompt: 'a lighthouse',
  n: 1,
  width: 64,
  height: 48,
  seed: 7,
  sources: [],
  options: {},
}
const saved = { id: 'job_01HTXYZABC', n: 2, seed: 5, ahead: 0 }

const poll = (operation: Json, context: RunContext): Promise<Outcome | NotTaken> =>
  provider.poll?.(operation, context) ?? expect.unreachable('There is no poll')
const cancel = (operation: Json, context: RunContext): Promise<void> =>
  provider.cancel?.(operation, context) ?? expect.unreachable('There is no cancel')

/** Hands a job in. What comes back has been through JSON, as it has after a crash. */
async function submit(engine: { baseUrl: string }, more: Partial<ImageRequest> = {}): Promise<Json> {
  const outcome = await provider.start({ ...request, ...more }, contextFor(engine.baseUrl))
  if (outcome.kind !== 'pending') expect.unreachable(`The outcome was ${outcome.kind}`)
  const operation: Json = JSON.parse(JSON.stringify(outcome.operation))
  return operation
}

async function finish(first: Json, context: RunContext) {
  let operation = first
  for (;;) {
    const outcome = await poll(operation, context)
    if (outcome.kind === 'done') return outcome.images
    if (outcome.kind !== 'pending') expect.unreachable(`The outcome was ${outcome.kind}`)
    operation = outcome.operation
  }
}

const draw = async (engine: { baseUrl: string }, more: Partial<ImageRequest> = {}) =>
  finish(await submit(engine, more), contextFor(engine.baseUrl))

describe('stable-diffusion.cpp: models', () => {
  it('lists the one model by what the server says about it', async () => {
    const [model, ...others] = await provider.listModels(contextFor((await fake()).baseUrl))
    expect(others).toEqual([])
    expect(model).toMatchObject({
      id: 'flux1-dev-q4_0.gguf',
      label: 'flux1-dev-q4_0',
      description: 'Schedulers: discrete, karras.',
      capabilities: {
        imagesPerCall: 8,
        size: { min: 64, max: 4096, default: '1024x1024' },
        sources: 1,
        mask: true,
        steps: { default: 28 },
        guidance: { default: 1 },
        sampler: { values: ['euler', 'euler_a', 'dpm++2m'], default: 'euler' },
        outputFormat: { values: ['png', 'jpeg', 'webp'] },
        cancel: 'connection',
      },
    })
  })

  it('reads an older server, which tells about its current mode only', async () => {
    const engine = await canned(200, await fixture('capabilities-older.json'))
    const [model] = await provider.listModels(contextFor(engine.baseUrl))
    expect(model).toMatchObject({
      id: 'sd-v1-4',
      capabilities: { size: { default: '512x512' }, steps: { default: 20 } },
    })
    expect(model).toMatchObject({
      capabilities: { outputFormat: { values: ['png', 'jpeg'] }, sampler: { default: 'euler_a' } },
    })
    expect(model?.description).toBeUndefined()
  })

  it('knows models that refer to their sources, by name or setting', async () => {
    const refer = { sources: 4, mask: false, strength: null }
    const kontext = await fake({ model: 'flux1-kontext-dev.gguf', cancelGenerating: true })
    const [model] = await provider.listModels(contextFor(kontext.baseUrl))
    expect(model?.capabilities).toMatchObject({ ...refer, cancel: 'engine' })
    const [set] = await provider.listModels(contextFor((await fake()).baseUrl, { settings: { sources: 'refer' } }))
    expect(set?.capabilities).toMatchObject(refer)
    const [plain] = await provider.listModels(contextFor(kontext.baseUrl, { settings: { sources: 'change' } }))
    expect(plain?.capabilities).toMatchObject({ sources: 1, mask: true })
  })

  it('takes no source where the server says so, and survives strange numbers', async () => {
    const features = { features_by_mode: { img_gen: { init_image: false } }, limits: { max_batch_count: -1 } }
    const engine = await fake({ capabilities: features })
    const [model] = await provider.listModels(contextFor(engine.baseUrl))
    expect(model?.capabilities).toMatchObject({ sources: 0, mask: false, imagesPerCall: 8 })
  })

  it('PR2: says what is wrong rather than listing nothing', async () => {
    const list = async (behaviour: SdcppBehaviour) => provider.listModels(contextFor((await fake(behaviour)).baseUrl))
    await expect(list({ jobs: false })).rejects.toMatchObject({
      kind: 'not-found',
      message: expect.stringContaining('older than its job API'),
    })
    await expect(list({ capabilities: { supported_modes: ['vid_gen'] } })).rejects.toMatchObject({
      kind: 'unsupported',
      message: expect.stringContaining('vid_gen'),
    })
    const other = await canned(200, '{"hello":"world"}')
    await expect(provider.listModels(contextFor(other.baseUrl))).rejects.toMatchObject({ kind: 'malformed-response' })
  })
})

describe('stable-diffusion.cpp: what is sent', () => {
  it('PR4: no key where there is none, and several sources to a model that is known to refer to them', async () => {
    const engine = await fake({ model: 'qwen-image-edit.gguf' })
    await submit(engine, { model: 'qwen-image-edit.gguf', sources: [source, source] })
    const [seen] = engine.submitted()
    expect(seen?.json()).toMatchObject({ ref_images: ['AQID', 'AQID'] })
    expect(seen?.headers.authorization).toBeUndefined()
  })
})

describe('stable-diffusion.cpp: jobs', () => {
  it('PR16: a job is looked at again by another process, and never handed in again', async () => {
    const engine = await fake({ ahead: 1, drawing: 2 })
    const operation = await submit(engine, { n: 2 })
    await poll(operation, contextFor(engine.baseUrl))
    // The process has crashed; what was saved is taken up by the next.
    const images = await finish(operation, contextFor(engine.baseUrl))
    expect(images.map(({ seed, bytes }) => [seed, decodePng(bytes).width])).toEqual([
      [7, 64],
      [8, 64],
    ])
    expect(await finish(operation, contextFor(engine.baseUrl))).toEqual(images)
    expect(engine.submitted()).toHaveLength(1)
  })

  it('tells its place in the queue as progress', async () => {
    const engine = await fake({ ahead: 2, drawing: 1 })
    const context = contextFor(engine.baseUrl)
    await finish(await submit(engine), context)
    expect(context.signs).toEqual([
      { completed: 0, total: 3 },
      { completed: 1, total: 3 },
      { completed: 2, total: 3 },
    ])
  })

  it('reads recorded answers', async () => {
    const queued = await canned(200, await fixture('job-queued.json'))
    expect(await poll(saved, contextFor(queued.baseUrl))).toEqual({
      kind: 'pending',
      operation: { ...saved, ahead: 2 },
      lookAgainMs: expect.any(Number),
    })
    const completed = await canned(200, await fixture('job-completed.json'))
    const images = await finish(saved, contextFor(completed.baseUrl))
    expect(images.map(({ seed, bytes }) => [seed, decodePng(bytes).width])).toEqual([
      [5, 16],
      [6, 16],
    ])
    const [unseeded] = await finish({ ...saved, n: 1, seed: null }, contextFor(completed.baseUrl))
    expect(unseeded).toEqual({ bytes: expect.any(Uint8Array) })
  })

  it.each([
    ['a restart', 404, 'started anew'],
    ['ten minutes', 410, 'thrown it away'],
  ] as const)('a job that is gone after %s is said to be, and not handed in again', async (_, status, words) => {
    const engine = await fake()
    const operation = await submit(engine)
    if (status === 404) engine.restart()
    else engine.behave({ failure: 'expired' })
    await expect(poll(operation, contextFor(engine.baseUrl))).rejects.toMatchObject({
      kind: 'not-found',
      advice: 'never',
      status,
      message: expect.stringContaining(words),
    })
    expect(engine.submitted()).toHaveLength(1)
  })

  it('a look that is not answered times out, and the job is there at the next', async () => {
    const engine = await fake({ silentLooks: true })
    const operation = await submit(engine)
    const context = contextFor(engine.baseUrl)
    const impatient: RunContext['http'] = {
      ...context.http,
      request: (path, init) => context.http.request(path, { ...init, headersTimeoutMs: 200 }),
    }
    await expect(poll(operation, { ...context, http: impatient })).rejects.toMatchObject({ kind: 'timeout' })
    engine.behave({})
    expect(await finish(operation, context)).toHaveLength(1)
    expect(engine.submitted()).toHaveLength(1)
  })

  it('hands on a damaged picture as it came, and one of 30 MB', async () => {
    const [damaged] = await draw(await fake({ failure: 'truncated-png' }))
    expect(() => decodePng(damaged?.bytes ?? Buffer.of())).toThrow(/cut short/)
    const picture = Buffer.alloc(30_000_000, 'easel')
    const [large] = await draw(await fake({ picture }))
    expect(picture.equals(large?.bytes ?? Buffer.of())).toBe(true)
  })

  it('ten at once get each their own', async () => {
    const engine = await fake({ ahead: 1 })
    const seeds = Array.from({ length: 10 }, (_, i) => i)
    const drawn = await Promise.all(seeds.map((seed) => draw(engine, { seed })))
    expect(drawn.map(([image]) => image?.seed)).toEqual(seeds)
    expect(engine.submitted()).toHaveLength(10)
  })
})

describe('stable-diffusion.cpp: cancel', () => {
  it('PR5: takes a job out of the queue; again does no harm', async () => {
    const engine = await fake({ ahead: 5 })
    const operation = await submit(engine)
    await cancel(operation, contextFor(engine.baseUrl))
    await cancel(operation, contextFor(engine.baseUrl))
    const sent = engine.requests.filter(({ path }) => path.endsWith('/cancel'))
    expect(sent.map(({ method, path }) => [method, path])).toEqual(
      Array.from({ length: 2 }, () => ['POST', '/sdcpp/v1/jobs/job_01HTXY0001/cancel']),
    )
    await expect(poll(operation, contextFor(engine.baseUrl))).rejects.toMatchObject({
      kind: 'interrupted',
      advice: 'never',
      message: 'stable-diffusion.cpp: job cancelled by client',
    })
  })

  it('says so when it is being drawn and cannot be stopped, where it can it is', async () => {
    const engine = await fake({ drawing: 3 })
    const operation = await submit(engine)
    await expect(cancel(operation, contextFor(engine.baseUrl))).rejects.toMatchObject({
      kind: 'unsupported',
      status: 409,
      message: expect.stringContaining('cannot be interrupted yet'),
    })
    engine.behave({ cancelGenerating: true })
    await expect(cancel(operation, contextFor(engine.baseUrl))).resolves.toBeUndefined()
  })

  it('a job that has ended or is gone needs no stopping', async () => {
    const engine = await fake()
    const operation = await submit(engine)
    await cancel(operation, contextFor(engine.baseUrl))
    engine.restart()
    await cancel(operation, contextFor(engine.baseUrl))
    expect(engine.requests.filter(({ path }) => path.endsWith('/cancel'))).toHaveLength(2)
  })

  it('a cancel that the server fails at is an error', async () => {
    const engine = await canned(500, '{"error":"server_error","message":"lock"}')
    await expect(cancel(saved, contextFor(engine.baseUrl))).rejects.toMatchObject({ kind: 'unavailable', status: 500 })
  })
})

describe('stable-diffusion.cpp: failures', () => {
  it.each([
    [{ failure: 'queue-full' }, { kind: 'rate-limited', advice: 'safe-to-resend', status: 429 }, 'job queue is full'],
    [{ failure: 'server-error' }, { kind: 'unavailable', advice: 'never', status: 500 }, 'bad allocation'],
    [{ failure: 'invalid' }, { kind: 'bad-request', advice: 'never', status: 400 }, 'invalid generation parameters'],
    [{ failure: 'drop' }, { kind: 'unavailable', advice: 'never' }, 'unknown'],
    [{ jobs: false }, { kind: 'not-found', advice: 'never', status: 404 }, 'older than its job API'],
    [{ failure: 'failed' }, { kind: 'unavailable', advice: 'never' }, 'generate_image returned empty results'],
    [{ failure: 'no-image' }, { kind: 'malformed-response', advice: 'never' }, 'without a picture'],
    [{ failure: 'broken-base64' }, { kind: 'malformed-response', advice: 'never' }, 'base64'],
  ] as const)('%j', async (behaviour, expected, words) => {
    const engine = await fake(behaviour)
    await expect(draw(engine)).rejects.toMatchObject({ ...expected, message: expect.stringContaining(words) })
    expect(engine.submitted()).toHaveLength(1)
  })

  it('a job id that would lead elsewhere is malformed', async () => {
    for (const id of ['../../v1/models', 'a b', '']) {
      const engine = await canned(202, JSON.stringify({ id }))
      await expect(draw(engine)).rejects.toMatchObject({ kind: 'malformed-response' })
    }
  })

  it('an answer about a job that makes no sense is malformed', async () => {
    const engine = await canned(200, '{"status":"thinking"}')
    await expect(poll(saved, contextFor(engine.baseUrl))).rejects.toMatchObject({ kind: 'malformed-response' })
    const broken = await canned(502, '<html>Bad gateway</html>')
    await expect(poll(saved, contextFor(broken.baseUrl))).rejects.toMatchObject({ kind: 'unavailable', status: 502 })
  })
})
