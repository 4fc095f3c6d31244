import { describe, expect, it } from 'vitest'
import type { Json } from '#base/json.ts'
import { startFakeEngine } from '../kit/fake-engine.ts'
import { decodePng } from '../spec/png-codec.ts'
import type { EngineHttp } from '../spec/provider.ts'
import { laterOutcome as poll } from './answers.ts'
import { provider } from './provider.ts'
import { by, contextFor, dev, draw, engines, finish, fixture, key, request, schnell, sdxl } from './testing.ts'

const { fake, canned, keep } = engines()

const saved = (backend: string, path = '/v1/predictions/job1') => ({ backend, path, seed: 7, ahead: 0 })

describe('Hugging Face: answers', () => {
  it.each(['bytes', 'base64', 'address'] as const)('takes the picture of hf-inference as %s', async (form) => {
    const engine = await fake({ by: form })
    const image = await draw(contextFor(engine.baseUrl), { model: schnell })
    expect(image).toMatchObject({ seed: 7, parameters: { backend: 'hf-inference' } })
    expect(decodePng(image.bytes)).toMatchObject({ width: 96, height: 64 })
  })

  it.each(['base64', 'address'] as const)('takes the picture of the others as %s', async (form) => {
    const engine = await fake({ by: form })
    for (const backends of ['together', 'nscale', 'deepinfra']) {
      const image = await draw(contextFor(engine.baseUrl, by(backends)), { model: schnell })
      expect(image).toMatchObject({ seed: 7, parameters: { backend: backends } })
      expect(decodePng(image.bytes)).toMatchObject({ width: 96, height: 64 })
    }
  })

  it('keeps the revised prompt where there is one', async () => {
    const url = await canned(200, JSON.stringify({ data: [{ b64_json: 'AQID', revised_prompt: 'a tall lighthouse' }] }))
    const image = await draw(contextFor(url, by('together')), { model: schnell })
    expect(image).toMatchObject({ revisedPrompt: 'a tall lighthouse', bytes: Buffer.from([1, 2, 3]) })
  })

  it('reads recorded results of fal-ai and Replicate, and the seed that was used', async () => {
    const queue = await keep(
      startFakeEngine(async ({ path }, reply) =>
        path.includes('/status')
          ? reply.json(200, { status: 'COMPLETED' })
          : reply.send(200, await fixture('fal-result.json')),
      ),
    )
    const done = await poll(saved('fal-ai', '/fal-ai/flux/requests/1'), contextFor(queue.baseUrl))
    const image = { bytes: Buffer.from('iVBORw0KGgo=', 'base64'), seed: 811_237, parameters: { backend: 'fal-ai' } }
    expect(done).toEqual({ kind: 'done', images: [image] })
    const replicate = await canned(200, await fixture('replicate-succeeded.json'))
    const bytes = Buffer.from('RIFF')
    expect(await poll(saved('replicate'), contextFor(replicate))).toEqual({
      kind: 'done',
      images: [{ bytes, seed: 7, parameters: { backend: 'replicate' } }],
    })
  })

  it.each([dev, schnell])('takes a picture of 30 MB: %s', async (model) => {
    const picture = Buffer.alloc(30_000_000, 'easel')
    const { bytes } = await draw(contextFor((await fake({ picture })).baseUrl), { model })
    expect(picture.equals(bytes)).toBe(true)
    const inlined = await draw(contextFor((await fake({ picture })).baseUrl, by('together')), { model: schnell })
    expect(picture.equals(inlined.bytes)).toBe(true)
  })

  it.each([dev, schnell])('draws ten at once, each its own: %s', async (model) => {
    const engine = await fake({ ahead: 1, delayMs: 20 })
    const seeds = Array.from({ length: 10 }, (_, seed) => seed)
    const images = await Promise.all(seeds.map((seed) => draw(contextFor(engine.baseUrl), { model, seed })))
    expect(new Set(images.map(({ bytes }) => Buffer.from(bytes).toString('hex'))).size).toBe(10)
    expect(engine.drawn()).toHaveLength(10)
  })

  it.each([
    [dev, 'fal-ai'],
    [dev, 'replicate'],
    [sdxl, 'wavespeed'],
    [schnell, 'hf-inference'],
  ])('PR17: a refusal is an outcome: %s by %s', async (model, backends) => {
    const engine = await fake({ failure: 'blocked' })
    const outcome = await finish(contextFor(engine.baseUrl, by(backends)), { model })
    expect(outcome).toEqual({ kind: 'blocked', reason: expect.stringMatching(/NSFW|not safe for work/) })
  })

  it('PR17: a refusal that comes as a result of status 422 is one, too, in the words of the service', async () => {
    const engine = await fake({ failure: 'job-blocked' })
    const outcome = await finish(contextFor(engine.baseUrl))
    expect(outcome).toEqual({ kind: 'blocked', reason: expect.stringContaining('flagged by a content checker') })
  })

  it.each([
    [dev, 'replicate'],
    [sdxl, 'wavespeed'],
    [schnell, 'hf-inference'],
    [schnell, 'nscale'],
  ])('PR12: success without a picture is malformed: %s by %s', async (model, backends) => {
    const context = contextFor((await fake({ failure: 'no-image' })).baseUrl, by(backends))
    const message = expect.stringContaining('without a picture')
    await expect(finish(context, { model })).rejects.toMatchObject({ kind: 'malformed-response', message })
  })

  it.each([
    ['text/html', '<!doctype html><title>Welcome</title>', schnell],
    ['application/json', '{"data":"none"}', schnell],
    ['application/json', '{"data":[', schnell],
    ['application/json', '{"status":"IN_QUEUE"}', dev],
  ])('PR10: an answer that is not of the form is malformed: %s %s', async (type, body, model) => {
    const context = contextFor(await canned(200, body, type))
    await expect(finish(context, { model })).rejects.toMatchObject({ kind: 'malformed-response', advice: 'never' })
  })

  it.each([
    'https://queue.fal.run/a/../../v1/x y',
    'https://queue.fal.run/',
    'https://queue.fal.run/a/%2e%2e%2fb',
    'nowhere',
  ])('PR10: a job that is said to be at %s cannot be asked for', async (response_url) => {
    const context = contextFor(await canned(200, JSON.stringify({ request_id: '1', response_url })))
    const message = expect.stringContaining('not in a way to ask again')
    const started = provider.start(request, context)
    await expect(started).rejects.toMatchObject({ kind: 'malformed-response', advice: 'never', message })
  })

  it('hands on a picture that was cut short as it came', async () => {
    const whole = await draw(contextFor((await fake()).baseUrl))
    const picture = Buffer.from(whole.bytes).subarray(0, whole.bytes.length >> 1)
    const { bytes } = await draw(contextFor((await fake({ picture })).baseUrl))
    expect(picture.equals(bytes)).toBe(true)
  })
})

describe('Hugging Face: jobs', () => {
  it.each([
    [dev, 'fal-ai', '/fal-ai/fal-ai/flux/requests/job0001/status?_subdomain=queue'],
    [dev, 'replicate', '/replicate/v1/predictions/job0001'],
    [sdxl, 'wavespeed', '/wavespeed/api/v3/predictions/job0001/result'],
  ])(
    'PR16: a job is looked at again by another process, never handed in again: %s by %s',
    async (model, backends, path) => {
      const engine = await fake({ ahead: 1, drawing: 2 })
      const context = contextFor(engine.baseUrl, by(backends))
      const started = await provider.start({ ...request, model }, context)
      if (started.kind !== 'pending') expect.unreachable(`The outcome was ${started.kind}`)
      const operation: Json = JSON.parse(JSON.stringify(started.operation))
      await poll(operation, context)
      // The process has crashed; what was saved is taken up by the next.
      const next = contextFor(engine.baseUrl, by(backends))
      let outcome = await poll(operation, next)
      while (outcome.kind === 'pending') outcome = await poll(outcome.operation, next)
      expect(outcome.kind).toBe('done')
      expect(await poll(operation, next)).toEqual(outcome)
      expect(engine.drawn()).toHaveLength(1)
      const looks = engine.requests.filter((seen) => seen.path === path)
      expect(looks.length).toBeGreaterThan(1)
      expect(looks[0]).toMatchObject({ method: 'GET', headers: { authorization: `Bearer ${key}` } })
    },
  )

  it('tells its place in the queue as progress', async () => {
    const engine = await fake({ ahead: 2, drawing: 1 })
    const context = contextFor(engine.baseUrl)
    await draw(context)
    expect(context.signs).toEqual([
      { completed: 0, total: 3 },
      { completed: 1, total: 3 },
      { completed: 2, total: 3 },
    ])
  })

  it('a look that is not answered times out, and the job is there at the next', async () => {
    const engine = await fake({ silentLooks: true })
    const context = contextFor(engine.baseUrl)
    const started = await provider.start(request, context)
    if (started.kind !== 'pending') expect.unreachable(`The outcome was ${started.kind}`)
    const impatient: EngineHttp = {
      ...context.http,
      request: (path, init) => context.http.request(path, { ...init, headersTimeoutMs: 200 }),
    }
    const look = poll(started.operation, { ...context, http: impatient })
    await expect(look).rejects.toMatchObject({ kind: 'timeout' })
    engine.behave({})
    expect(await poll(started.operation, context)).toMatchObject({ kind: 'done' })
    expect(engine.drawn()).toHaveLength(1)
  })

  it('PR5: an abort ends a look', async () => {
    const engine = await fake({ silentLooks: true })
    const abort = new AbortController()
    const looking = poll(saved('replicate'), contextFor(engine.baseUrl, { signal: abort.signal }))
    await expect.poll(() => engine.requests.length).toBe(1)
    abort.abort()
    await expect(looking).rejects.toMatchObject({ kind: 'interrupted' })
  })

  it.each(['fal-ai', 'replicate', 'wavespeed'])('a job of %s that is gone is said to be', async (backend) => {
    const engine = await fake()
    const context = contextFor(engine.baseUrl)
    const error = {
      kind: 'not-found',
      advice: 'never',
      status: 404,
      message: expect.stringContaining('Request not found'),
    }
    await expect(poll(saved(backend), context)).rejects.toMatchObject(error)
    expect(engine.drawn()).toEqual([])
  })

  it('a picture that has expired is said to be', async () => {
    const engine = await fake()
    const context = contextFor(engine.baseUrl)
    const http: EngineHttp = {
      ...context.http,
      download: async (url, limits) => {
        engine.forget()
        return context.http.download(url, limits)
      },
    }
    const message = expect.stringContaining('not there any more')
    await expect(finish({ ...context, http })).rejects.toMatchObject({ kind: 'not-found', message })
  })

  it('does not go to a private address that a service names', async () => {
    const url = await canned(200, '{"id":"1","status":"succeeded","output":"http://169.254.169.254/latest"}')
    await expect(poll(saved('replicate'), contextFor(url))).rejects.toMatchObject({ kind: 'bad-request' })
  })

  it.each([
    [dev, 'fal-ai'],
    [dev, 'replicate'],
    [sdxl, 'wavespeed'],
  ])('a job that failed says why: %s by %s', async (model, backends) => {
    const engine = await fake({ failure: 'job-failed' })
    const message = `Hugging Face (${backends}): Out of memory`
    const context = contextFor(engine.baseUrl, by(backends))
    await expect(finish(context, { model })).rejects.toMatchObject({ kind: 'unavailable', advice: 'never', message })
  })

  it('a prediction that was stopped elsewhere is told as such', async () => {
    const url = await canned(200, '{"id":"1","status":"canceled","output":null}')
    await expect(poll(saved('replicate'), contextFor(url))).rejects.toMatchObject({ kind: 'interrupted' })
  })
})
