import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { source } from '../kit/testing.ts'
import type { ImageRequest } from '../spec/provider.ts'
import { fakeModels, type HuggingFaceFailure } from './fake-huggingface.ts'
import { cataloguedModels } from './models.ts'
import { backendNames } from './options.ts'
import { provider } from './provider.ts'
import {
  by,
  contextFor,
  dev,
  draw,
  edit,
  engines,
  finish,
  fixture,
  key,
  lora,
  routerContext,
  schnell,
  sdxl,
} from './testing.ts'

const { fake, canned } = engines()

const inline = 'data:image/jpeg;base64,AQID'
const all = { negativePrompt: 'fog', steps: 12, guidance: 4.5 }

describe('Hugging Face: models', () => {
  it('lists what the chosen services serve, by the Hub, with what each can do', async () => {
    const engine = await fake()
    const models = await provider.listModels(contextFor(engine.baseUrl))
    expect(models.map(({ id }) => id)).toEqual([dev, schnell, sdxl, lora, edit])
    expect(engine.requests.map(({ method, path }) => [method, path])).toEqual(
      ['text-to-image', 'image-to-image'].map((task) => [
        'GET',
        `/api/models?pipeline_tag=${task}&inference_provider=${backendNames.join(',')}&expand[]=inferenceProviderMapping&limit=200`,
      ]),
    )
    const [flux, quick, xl, adapter, editing] = models
    expect(flux).toMatchObject({
      description: 'Drawn by fal-ai. Also by replicate.',
      capabilities: { sources: 0, negativePrompt: false, progress: 'steps', steps: { default: 28 } },
    })
    expect(quick?.capabilities).toMatchObject({ progress: 'none', outputFormat: null, steps: { default: 4 } })
    expect(xl?.capabilities).toMatchObject({ negativePrompt: true, guidance: { default: 7 }, seedMax: 2 ** 31 - 1 })
    expect(adapter?.description).toBe('Drawn by fal-ai. Also by replicate, wavespeed.')
    expect(editing).toMatchObject({
      description: expect.stringMatching(/^Drawn by fal-ai\. .* Needs a source picture\.$/),
      capabilities: { sources: 3, mask: false },
    })
  })

  it('goes by the order of the setting, and leaves out what none of its services serves', async () => {
    const engine = await fake()
    const models = await provider.listModels(contextFor(engine.baseUrl, by('replicate, hf-inference')))
    expect(models.map(({ id, description }) => [id, description])).toEqual([
      [dev, 'Drawn by replicate.'],
      [schnell, 'Drawn by hf-inference.'],
      [sdxl, 'Drawn by replicate.'],
      [lora, 'Drawn by replicate.'],
      [edit, 'Drawn by replicate. Also by hf-inference. Needs a source picture.'],
    ])
    const [only] = (await provider.listModels(contextFor(engine.baseUrl, by('hf-inference')))).toReversed()
    expect(only?.capabilities).toMatchObject({ sources: 1, seedMax: null })
    expect(engine.requests[0]?.path).toContain('inference_provider=replicate,hf-inference&')
  })

  it('asks the public Hub without the key, and the router whether it takes the key', async () => {
    const engine = await fake({ failure: 'unauthorized' })
    await expect(provider.listModels(routerContext(engine))).rejects.toMatchObject({ kind: 'auth', status: 401 })
    expect(engine.requests.map(({ path }) => path)).toEqual(['/v1/models'])
    engine.behave({})
    const models = await provider.listModels(routerContext(engine))
    expect(models).toEqual(await provider.listModels(contextFor(engine.baseUrl)))
    const asked = engine.requests.slice(1, 4).map(({ path, headers }) => [path.split('?')[0], headers.authorization])
    expect(asked).toEqual([
      ['/v1/models', `Bearer ${key}`],
      ['/api/models', undefined],
      ['/api/models', undefined],
    ])
  })

  it('PR2: takes the catalogue where there is no Hub, and fails where nothing is served', async () => {
    const without = await fake({ models: null })
    const choice = { allowed: backendNames, ordered: false }
    expect(await provider.listModels(contextFor(without.baseUrl))).toEqual(cataloguedModels(choice))
    expect(cataloguedModels(choice).map(({ id }) => id)).toEqual([dev, schnell])
    await draw(contextFor(without.baseUrl))
    expect(without.drawn()[0]?.path).toBe('/fal-ai/fal-ai/flux/dev?_subdomain=queue')
    const nothing = contextFor(without.baseUrl, by('nscale'))
    await expect(provider.listModels(nothing)).rejects.toMatchObject({ kind: 'not-found' })
    const empty = contextFor((await fake({ models: {} })).baseUrl)
    await expect(provider.listModels(empty)).rejects.toMatchObject({ kind: 'not-found' })
    await expect(provider.listModels({ ...empty, key: null })).rejects.toMatchObject({ kind: 'auth' })
  })

  it('PR10: tells a Hub that answers nonsense, or that is down', async () => {
    const nonsense = contextFor(await canned(200, '[{"name":"no id"}]'))
    await expect(provider.listModels(nonsense)).rejects.toMatchObject({ kind: 'malformed-response' })
    const down = await fake({ failure: 'hub-down' })
    await expect(provider.listModels(contextFor(down.baseUrl))).rejects.toMatchObject({
      kind: 'unavailable',
      status: 502,
    })
  })
})

describe('Hugging Face: where a request goes', () => {
  it('takes the first live service of the recorded mapping, past what it cannot use', async () => {
    const engine = await fake({
      models: { [dev]: JSON.parse(String(await fixture('model.json'))).inferenceProviderMapping },
    })
    await draw(contextFor(engine.baseUrl))
    expect(engine.requests[0]).toMatchObject({
      method: 'GET',
      path: `/api/models/${dev}?expand[]=inferenceProviderMapping`,
    })
    expect(engine.drawn().map(({ path }) => path)).toEqual(['/fal-ai/fal-ai/flux/dev?_subdomain=queue'])
  })

  it('finds the service by the public Hub, draws by the router', async () => {
    const engine = await fake()
    await draw(routerContext(engine))
    expect(engine.requests.map(({ headers }) => headers.authorization).slice(0, 2)).toEqual([
      undefined,
      `Bearer ${key}`,
    ])
    expect(engine.requests[1]?.path).toBe('/fal-ai/fal-ai/flux/dev?_subdomain=queue')
  })

  it.each([
    ['nobody/has-this', [], 'not-found', 'no public model called nobody/has-this'],
    ['../../v1/models', [], 'not-found', 'no public model'],
    [dev, [source], 'unsupported', 'cannot be drawn from a source picture'],
    [edit, [], 'unsupported', 'cannot be drawn from words only'],
    ['easel/gone', [], 'not-found', 'fal-ai: text-to-image, error'],
    ['easel/unserved', [], 'unsupported', 'No service has it now'],
  ])('says why %s cannot be drawn, and sends nothing', async (model, sources, kind, words) => {
    const gone = [{ provider: 'fal-ai', providerId: 'fal-ai/gone', status: 'error', task: 'text-to-image' }]
    const engine = await fake({ models: { ...fakeModels, 'easel/gone': gone, 'easel/unserved': [] } })
    const message = expect.stringContaining(words)
    await expect(finish(contextFor(engine.baseUrl), { model, sources })).rejects.toMatchObject({ kind, message })
    expect(engine.drawn()).toEqual([])
  })

  it('a Hub that cannot be asked has begun nothing: it may be asked again', async () => {
    const down = await fake({ failure: 'hub-down' })
    const again = { kind: 'unavailable', advice: 'safe-to-resend' }
    await expect(finish(contextFor(down.baseUrl))).rejects.toMatchObject({ ...again, status: 502 })
    await expect(finish(routerContext(down))).rejects.toMatchObject({ ...again, status: 502 })
    expect(down.drawn()).toEqual([])
  })

  it.each(['private/model', dev])(
    'a model that the public Hub does not show is said to be unknown: %s',
    async (model) => {
      const engine = await fake({ models: {} })
      const message = expect.stringContaining(`no public model called ${model}`)
      await expect(finish(routerContext(engine), { model })).rejects.toMatchObject({ kind: 'not-found', message })
      expect(engine.drawn()).toEqual([])
    },
  )

  it("keeps the Hub's order unless the setting has one", async () => {
    const told = { status: 'live', task: 'text-to-image', providerId: 'a/model' }
    const mapping = ['wavespeed', 'replicate', 'fal-ai'].map((name) => ({ provider: name, ...told }))
    const engine = await fake({ models: { [dev]: mapping } })
    await draw(contextFor(engine.baseUrl))
    await draw(contextFor(engine.baseUrl, by('replicate, fal-ai, wavespeed')))
    expect(engine.drawn().map(({ path }) => path.split('/')[1])).toEqual(['wavespeed', 'replicate'])
  })

  it.each([
    ['https://api-inference.huggingface.co', 'not-found', 'now https://router.huggingface.co'],
    ['https://router.huggingface.co/v1', 'bad-request', 'Enter https://router.huggingface.co as'],
  ])('says which address to take instead of %s', async (baseUrl, kind, words) => {
    const context = { ...contextFor(''), baseUrl }
    const message = expect.stringContaining(words)
    await expect(finish(context)).rejects.toMatchObject({ kind, message })
    await expect(provider.listModels(context)).rejects.toMatchObject({ kind, message })
  })
})

describe('Hugging Face: what is sent', () => {
  const sent = async (more: Partial<ImageRequest>, settings: Readonly<Record<string, unknown>> = {}) => {
    const engine = await fake()
    await draw(contextFor(engine.baseUrl, { settings }), more)
    const [seen, ...others] = engine.drawn()
    expect(others).toEqual([])
    return { headers: seen?.headers ?? {}, path: seen?.path, body: seen?.json() }
  }

  it('PR4: hf-inference, with every option, the key in a header only', async () => {
    const options = { scheduler: 'EulerDiscreteScheduler' }
    const { path, headers, body } = await sent({ ...all, model: schnell, options }, { billTo: 'easel-org' })
    expect(path).toBe(`/hf-inference/models/${schnell}`)
    expect(headers).toMatchObject({ authorization: `Bearer ${key}`, 'x-hf-bill-to': 'easel-org' })
    expect(body).toEqual({
      inputs: 'a lighthouse',
      parameters: {
        guidance_scale: 4.5,
        num_inference_steps: 12,
        negative_prompt: 'fog',
        height: 64,
        width: 96,
        scheduler: 'EulerDiscreteScheduler',
        seed: 7,
      },
    })
  })

  it('PR4: hf-inference, from a source picture', async () => {
    const { path, headers, body } = await sent({ ...all, model: edit, sources: [source] }, { backends: 'hf-inference' })
    expect(path).toBe(`/hf-inference/models/${edit}`)
    expect(headers).not.toHaveProperty('x-hf-bill-to')
    expect(body).toEqual({
      inputs: 'AQID',
      parameters: {
        prompt: 'a lighthouse',
        guidance_scale: 4.5,
        num_inference_steps: 12,
        negative_prompt: 'fog',
        target_size: { width: 96, height: 64 },
      },
    })
  })

  const common = {
    prompt: 'a lighthouse',
    negative_prompt: 'fog',
    seed: 7,
    guidance_scale: 4.5,
    num_inference_steps: 12,
  }
  const sized = { ...common, width: 96, height: 64 }
  const withSources = { model: edit, sources: [source, source] }
  const weights = `https://huggingface.co/${lora}/resolve/main/w.safetensors`
  const xlBase = 'stabilityai/stable-diffusion-xl-base-1.0'
  it.each<[string, string, Partial<ImageRequest>, string, Record<string, unknown>]>([
    [
      'fal-ai',
      'with every option',
      { outputFormat: 'png', options: { safety_checker: false } },
      '/fal-ai/fal-ai/flux/dev?_subdomain=queue',
      { ...common, image_size: { width: 96, height: 64 }, output_format: 'png', enable_safety_checker: false },
    ],
    [
      'fal-ai',
      'from pictures',
      withSources,
      '/fal-ai/fal-ai/qwen-image-edit-2511?_subdomain=queue',
      { ...common, image_size: { width: 96, height: 64 }, image_url: inline, image_urls: [inline, inline] },
    ],
    [
      'fal-ai',
      'with an adapter',
      { model: lora },
      '/fal-ai/fal-ai/lora?_subdomain=queue',
      {
        ...common,
        image_size: { width: 96, height: 64 },
        loras: [{ path: weights, scale: 1 }],
        model_name: xlBase,
      },
    ],
    ['replicate', 'a model', {}, '/replicate/v1/models/black-forest-labs/flux-dev/predictions', { input: sized }],
    ['replicate', 'a version', { model: sdxl }, '/replicate/v1/predictions', { input: sized, version: '7762fd07' }],
    [
      'replicate',
      'from pictures',
      withSources,
      '/replicate/v1/models/qwen/qwen-image-edit-2511/predictions',
      {
        input: {
          ...sized,
          image: inline,
          images: [inline, inline],
          input_image: inline,
          input_images: [inline, inline],
        },
      },
    ],
    [
      'replicate',
      'with an adapter',
      { model: lora },
      '/replicate/v1/models/lucataco/sdxl-lora/predictions',
      { input: { ...sized, lora_weights: `https://huggingface.co/${lora}` } },
    ],
    ['wavespeed', 'from words', { model: sdxl }, '/wavespeed/api/v3/wavespeed-ai/sdxl', sized],
    [
      'wavespeed',
      'from pictures',
      withSources,
      '/wavespeed/api/v3/wavespeed-ai/qwen-image/edit',
      { ...sized, image: 'AQID', images: ['AQID', 'AQID'] },
    ],
    [
      'wavespeed',
      'with an adapter',
      { model: lora },
      '/wavespeed/api/v3/wavespeed-ai/sdxl-lora',
      { ...sized, loras: [{ path: lora, scale: 1 }] },
    ],
    [
      'nscale',
      'from words',
      { model: schnell },
      '/nscale/v1/images/generations',
      { ...sized, model: schnell, response_format: 'b64_json' },
    ],
    [
      'deepinfra',
      'from words',
      { model: schnell },
      '/deepinfra/v1/openai/images/generations',
      { ...sized, model: 'black-forest-labs/FLUX-1-schnell', response_format: 'b64_json' },
    ],
  ])('PR4: %s, %s', async (backends, _, more, path, body) => {
    const seen = await sent({ ...all, ...more }, { backends })
    expect([seen.path, seen.body]).toEqual([path, body])
    expect(seen.headers['prefer']).toBe(backends === 'replicate' ? 'wait' : undefined)
  })

  it.each([
    ['Qwen/Qwen-Image-Edit', { reference_images: [inline, inline] }],
    ['black-forest-labs/FLUX.1-kontext-pro', { image_url: inline }],
  ])('PR4: together, with sources for %s', async (providerId, sources) => {
    const mapping = [{ provider: 'together', providerId, status: 'live', task: 'image-to-image' }]
    const engine = await fake({ models: { [edit]: mapping } })
    await draw(contextFor(engine.baseUrl), { ...all, ...withSources, outputFormat: 'png' })
    expect(engine.drawn()[0]?.path).toBe('/together/v1/images/generations')
    const { num_inference_steps: steps, ...rest } = sized
    const format = { output_format: 'png', response_format: 'base64' }
    expect(engine.drawn()[0]?.json()).toEqual({ ...rest, steps, ...sources, ...format, model: providerId })
  })

  it('PR4: nothing that was not asked for', async () => {
    const { body } = await sent({ model: schnell, seed: 0 }, { backends: 'together' })
    const bare = { model: schnell, prompt: 'a lighthouse', width: 96, height: 64, seed: 0 }
    expect(body).toEqual({ ...bare, response_format: 'base64' })
  })
})

describe('Hugging Face: errors', () => {
  it.each<[HuggingFaceFailure, Record<string, unknown>, string]>([
    ['forbidden', { kind: 'auth', status: 403 }, 'sufficient permissions'],
    ['no-credits', { kind: 'quota', advice: 'never', status: 402 }, 'monthly included credits'],
    ['pay-as-you-go', { kind: 'quota', advice: 'never', status: 402 }, 'Pay-as-you go is not enabled'],
    ['model-missing', { kind: 'not-found', status: 404 }, 'Model not found'],
    ['too-long', { kind: 'bad-request', status: 422 }, 'prompt: String too long'],
    ['together', { kind: 'bad-request', status: 400 }, 'width must be at most 1792'],
    ['unavailable', { kind: 'unavailable', advice: 'never', status: 503 }, 'Service Unavailable'],
    ['gateway-timeout', { kind: 'timeout', advice: 'never', status: 504 }, 'upstream took too long'],
    ['drop', { kind: 'unavailable', advice: 'never', status: null }, 'unknown'],
  ])('tells %s in the words of the service', async (failure, expected, words) => {
    const engine = await fake({ failure })
    for (const model of [dev, schnell]) {
      const error: unknown = await finish(contextFor(engine.baseUrl), { model }).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ ...expected, message: expect.stringContaining(words) })
      expect(inspect(error, { depth: 9 })).not.toContain(key)
    }
    expect(engine.drawn()).toHaveLength(2)
  })

  it('a model that is being loaded may be asked for again when it should be ready', async () => {
    const engine = await fake({ failure: 'loading' })
    await expect(finish(contextFor(engine.baseUrl), { model: schnell })).rejects.toMatchObject({
      kind: 'unavailable',
      advice: 'safe-to-resend',
      status: 503,
      retryAfterMs: 21_000,
      message: `Hugging Face (hf-inference): Model ${schnell} is currently loading. It should be ready in about 21 seconds`,
    })
    engine.behave({})
    expect(await draw(contextFor(engine.baseUrl), { model: schnell })).toMatchObject({ seed: 7 })
  })

  it('says who else has a model that a service has given up', async () => {
    const given = (message: string) => ({ kind: 'not-found', status: 410, message: expect.stringContaining(message) })
    const engine = await fake({ failure: 'deprecated' })
    const asked = { model: schnell }
    await expect(finish(contextFor(engine.baseUrl), asked)).rejects.toMatchObject(
      given("no longer supported by provider hf-inference. Name together before it among the connection's services"),
    )
    const only = contextFor(engine.baseUrl, by('hf-inference'))
    await expect(finish(only, asked)).rejects.toMatchObject(given('hf-inference. Take another model'))
  })

  it('does not take another service on its own when one fails', async () => {
    const engine = await fake({ failure: 'server-error' })
    await expect(finish(contextFor(engine.baseUrl))).rejects.toMatchObject({ kind: 'unavailable', advice: 'never' })
    expect(engine.drawn()).toHaveLength(1)
  })
})
