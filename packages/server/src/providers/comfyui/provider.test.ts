import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { startFakeEngine } from '../kit/fake-engine.ts'
import { openEngines } from '../kit/testing.ts'
import { decodePng, encodePng } from '../spec/png-codec.ts'
import type { ImageRequest, SourceImage } from '../spec/provider.ts'
import { startFakeComfyUi, type ComfyBehaviour } from './fake-comfyui.ts'
import { builtInFor } from './models.ts'
import { provider } from './provider.ts'
import { contextFor, draw, flux, lastGraph, request, sdxl, submit } from './testing.ts'

const { keep } = openEngines()
const fake = (behaviour: ComfyBehaviour = {}) => keep(startFakeComfyUi(behaviour))

const fixture = (name: string) => readFile(new URL(`__fixtures__/${name}`, import.meta.url), 'utf8')

/** A picture of one colour, with a transparent left half where it is a mask. */
function picture(width: number, height: number, mask = false): SourceImage {
  const rgba = new Uint8Array(width * height * 4).fill(0x80)
  for (let i = 0; i < width * height; i++) rgba[i * 4 + 3] = mask && i % width < width / 2 ? 0 : 255
  return { bytes: encodePng(rgba, width, height), mimeType: 'image/png', width, height }
}

const inputsOf = (graph: unknown, id: string): unknown => {
  const nodes =
    typeof graph === 'object' && graph !== null ? new Map<string, unknown>(Object.entries(graph)) : new Map()
  const node: unknown = nodes.get(id)
  return typeof node === 'object' && node !== null && 'inputs' in node ? node.inputs : undefined
}

describe('ComfyUI: models', () => {
  it.each(['lists', 'combo'] as const)('lists what the built-in workflows fit, from %s', async (combos) => {
    const engine = await fake({ combos })
    const models = await provider.listModels(contextFor(engine.baseUrl))
    expect(models.map(({ id, label }) => [id, label])).toEqual([
      [sdxl, 'sd_xl_base_1.0'],
      ['checkpoints/v1-5-pruned-emaonly.safetensors', 'v1-5-pruned-emaonly'],
      ['checkpoints/flux1-dev-fp8.safetensors', 'flux1-dev-fp8'],
      [flux, 'flux1-dev'],
      ['diffusion_models/flux1-schnell.safetensors', 'flux1-schnell'],
    ])
    expect(models[0]?.description).toBe('Schedulers: simple, sgm_uniform, karras, normal.')
    expect(models[0]?.capabilities).toMatchObject({
      sampler: { values: ['euler', 'euler_ancestral', 'dpmpp_2m'], default: 'dpmpp_2m' },
      negativePrompt: true,
      size: { default: '1024x1024' },
      steps: { default: 25 },
    })
    expect(models[1]?.capabilities.size).toMatchObject({ default: '512x512' })
    expect(models[3]?.capabilities).toMatchObject({ negativePrompt: false, guidance: { default: 3.5 } })
    expect(models[4]?.capabilities).toMatchObject({ guidance: null, steps: { default: 4 } })
    expect(engine.requests.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual([
      'GET /object_info/CheckpointLoaderSimple',
      'GET /object_info/KSampler',
      'GET /object_info/UNETLoader',
    ])
  })

  it.each([
    ['checkpoints/a/b/pony.safetensors', { family: 'sd', file: 'a/b/pony.safetensors', side: 1024 }],
    ['checkpoints/dreamshaper_xl_turbo.safetensors', { steps: 6, scheduler: 'sgm_uniform' }],
    ['checkpoints/sd15-realistic.safetensors', { side: 512 }],
    ['checkpoints/realisticVisionV60.safetensors', { side: 1024 }],
    ['diffusion_models/FLUX1-Schnell.safetensors', { family: 'flux', distilled: true }],
    ['diffusion_models/flux2-dev.safetensors', null],
    ['diffusion_models/flux1-kontext-dev.safetensors', null],
    ['diffusion_models/qwen_image.safetensors', null],
    ['loras/x.safetensors', null],
    ['checkpoints/', null],
    ['x', null],
  ])('%s is drawn with %j', (id, expected) => {
    const model = builtInFor(id)
    if (expected === null) expect(model).toBeNull()
    else expect(model).toMatchObject(expected)
  })

  it('says in words that there is nothing to draw with, and that something is not ComfyUI', async () => {
    const none = await fake({ files: { checkpoints: [], diffusionModels: ['qwen_image_fp8.safetensors'] } })
    const words = expect.stringContaining('models/checkpoints')
    await expect(provider.listModels(contextFor(none.baseUrl))).rejects.toMatchObject({
      kind: 'not-found',
      message: words,
    })
    const strange = await keep(startFakeEngine((_, reply) => reply.json(200, {})))
    await expect(provider.listModels(contextFor(strange.baseUrl))).rejects.toMatchObject({
      kind: 'malformed-response',
      message: expect.stringContaining('not ComfyUI'),
    })
    const other = await keep(startFakeEngine((_, reply) => reply.json(404, { detail: 'Not Found' })))
    await expect(provider.listModels(contextFor(other.baseUrl))).rejects.toMatchObject({ kind: 'not-found' })
  })

  it('a sampler that the server lacks is not its default', async () => {
    const engine = await fake({ files: { samplers: ['lcm', 'ddim'] } })
    const [model] = await provider.listModels(contextFor(engine.baseUrl))
    expect(model?.capabilities.sampler).toEqual({ values: ['lcm', 'ddim'], default: 'lcm' })
  })
})

describe('ComfyUI: what is sent', () => {
  it('goes out with the key as a header and the ids of the job', async () => {
    const engine = await fake()
    await submit(contextFor(engine.baseUrl, { key: 'sk-comfy-0123456789' }))
    const [sent] = engine.requests
    expect(sent).toMatchObject({ method: 'POST', path: '/prompt' })
    expect(sent?.headers).toMatchObject({
      authorization: 'Bearer sk-comfy-0123456789',
      'content-type': 'application/json',
    })
    expect(Object.keys(Object(sent?.json())).toSorted()).toEqual(['client_id', 'extra_data', 'prompt', 'prompt_id'])
  })

  it('SDXL with nothing but a prompt takes what suits the model', async () => {
    const engine = await fake()
    await submit(contextFor(engine.baseUrl, { settings: { saveOnServer: true } }), { steps: 2, seed: 0 })
    const graph = lastGraph(engine)
    const usual = { seed: 0, steps: 2, cfg: 7, sampler_name: 'dpmpp_2m', scheduler: 'karras', denoise: 1 }
    expect(inputsOf(graph, '3')).toMatchObject(usual)
    expect(inputsOf(graph, '7')).toEqual({ text: '', clip: ['4', 1] })
    expect(inputsOf(graph, '9')).toEqual({ filename_prefix: 'easel', images: ['8', 0] })
  })

  it('FLUX as one checkpoint brings text encoder and VAE along', async () => {
    const engine = await fake()
    await draw(contextFor(engine.baseUrl), { model: 'checkpoints/flux1-dev-fp8.safetensors' })
    const graph = lastGraph(engine)
    expect(Object.keys(Object(graph))).not.toContain('11')
    expect([inputsOf(graph, '6'), inputsOf(graph, '8')]).toEqual([
      { text: 'a lighthouse', clip: ['4', 1] },
      { samples: ['13', 0], vae: ['4', 2] },
    ])
  })

  it.each([
    [{ model: sdxl }, '3', 'latent_image'],
    [{ model: flux }, '13', 'latent_image'],
  ])('%j changes a source picture, as large as asked for', async ({ model }, id, input) => {
    const engine = await fake()
    const context = contextFor(engine.baseUrl)
    const [image] = await draw(context, { model, sources: [picture(96, 96)], strength: 0.4 })
    const upload = engine.requests.find(({ path }) => path === '/upload/image')
    const form = await upload?.form()
    expect(form?.get('overwrite')).toBe('true')
    expect(form?.get('type')).toBe('input')
    const [name = ''] = engine.uploads().keys()
    expect(name).toMatch(/^easel-[\da-f]{32}\.png$/)
    expect(decodePng(engine.uploads().get(name) ?? Buffer.of())).toMatchObject({ width: 64, height: 48 })
    const graph = lastGraph(engine)
    expect(inputsOf(graph, '30')).toEqual({ image: name })
    expect(inputsOf(graph, id)).toMatchObject({ [input]: ['31', 0] })
    expect(JSON.stringify(graph)).toContain('"denoise":0.4')
    expect(JSON.stringify(graph)).not.toContain('Empty')
    expect(decodePng(image?.bytes ?? Buffer.of())).toMatchObject({ width: 64, height: 48 })
    await draw(context, { model, sources: [picture(96, 96)] })
    expect(JSON.stringify(lastGraph(engine))).toContain('"denoise":0.75')
    expect(engine.uploads().size).toBe(1)
  })

  it('repaints what is transparent in the mask: bright in the red channel', async () => {
    const engine = await fake()
    await draw(contextFor(engine.baseUrl), { sources: [picture(64, 48)], mask: picture(64, 48, true) })
    const graph = lastGraph(engine)
    const mask = inputsOf(graph, '32')
    expect(mask).toEqual({ image: expect.any(String), channel: 'red' })
    expect(inputsOf(graph, '33')).toEqual({ samples: ['31', 0], mask: ['32', 0] })
    expect(inputsOf(graph, '3')).toMatchObject({ latent_image: ['33', 0], denoise: 1 })
    const name = typeof mask === 'object' && mask !== null && 'image' in mask ? String(mask.image) : ''
    const { rgba } = decodePng(engine.uploads().get(name) ?? Buffer.of())
    expect([...rgba.subarray(0, 4), ...rgba.subarray(63 * 4, 64 * 4)]).toEqual([255, 255, 255, 255, 0, 0, 0, 255])
  })

  it('the name that the server gave an upload is the one that counts', async () => {
    const engine = await keep(
      startFakeEngine(({ path }, reply) =>
        path === '/upload/image'
          ? reply.json(200, { name: 'easel (1).png', subfolder: 'mine', type: 'input' })
          : reply.json(200, { prompt_id: 'x', number: 1, node_errors: [] }),
      ),
    )
    await submit(contextFor(engine.baseUrl), { sources: [picture(64, 48)] })
    expect(engine.requests[1]?.json()).toMatchObject({ prompt: { '30': { inputs: { image: 'mine/easel (1).png' } } } })
  })

  it('tells the seed and what was really used', async () => {
    const [image] = await draw(contextFor((await fake()).baseUrl))
    const parameters = { steps: 3, guidance: 7, sampler: 'dpmpp_2m', scheduler: 'karras' }
    expect(image).toMatchObject({ seed: 7, parameters })
  })
})

describe('ComfyUI: a workflow of one’s own', () => {
  const inputs = [
    'prompt = 6.text; negative = 7.text; seed = 3.seed; steps = 3.steps; guidance = 3.cfg',
    'sampler = 3.sampler_name; scheduler = 3.scheduler; strength = 3.denoise; image = 10.image; output = 9',
  ].join('\n')

  it('becomes the first model, able to do what has a name', async () => {
    const workflow = await fixture('workflow-api.json')
    const engine = await fake()
    const [full] = await provider.listModels(contextFor(engine.baseUrl, { settings: { workflow, inputs } }))
    expect(full).toMatchObject({
      id: 'workflow',
      capabilities: {
        sources: 1,
        mask: false,
        negativePrompt: true,
        seedMax: 2 ** 32 - 1,
        size: { kind: 'ratio' },
        steps: { default: 30 },
        guidance: { default: 6.5 },
        strength: { default: 0.6 },
        sampler: { default: 'euler_ancestral' },
      },
    })
    const least = contextFor(engine.baseUrl, { settings: { workflow, inputs: 'prompt = 6.text' } })
    const nothing = { sources: 0, negativePrompt: false, seedMax: null, steps: null, guidance: null, sampler: null }
    expect((await provider.listModels(least))[0]?.capabilities).toMatchObject(nothing)
  })

  it('its size is free where it is named, fixed where it is written in it', async () => {
    const graph = { '5': { class_type: 'EmptyLatentImage', inputs: { width: 832, height: 1216, batch_size: 1 } } }
    const workflow = JSON.stringify({ ...graph, '6': { class_type: 'CLIPTextEncode', inputs: { text: '' } } })
    const engine = await fake()
    const sizeWith = async (more: string) => {
      const settings = { workflow, inputs: `prompt = 6.text${more}` }
      return (await provider.listModels(contextFor(engine.baseUrl, { settings })))[0]?.capabilities.size
    }
    expect(await sizeWith('; width = 5.width; height = 5.height')).toMatchObject({ kind: 'free', default: '832x1216' })
    expect(await sizeWith('')).toEqual({ kind: 'fixed', sizes: ['832x1216'], default: '832x1216' })
  })

  it('is sent with its values filled in, and its own output is what comes back', async () => {
    const workflow = await fixture('workflow-api.json')
    const engine = await fake()
    const { width: _w, height: _h, ...shapeless } = request
    const asked: ImageRequest = {
      ...shapeless,
      model: 'workflow',
      negativePrompt: 'fog',
      guidance: 4,
      strength: 0.3,
      sampler: 'euler',
      options: { scheduler: 'karras' },
      sources: [picture(32, 40)],
    }
    const context = contextFor(engine.baseUrl, { settings: { workflow, inputs } })
    const outcome = await provider.start(asked, context)
    if (outcome.kind !== 'pending') expect.unreachable(outcome.kind)
    expect(outcome.operation).toMatchObject({ output: '9', seed: 7, steps: 3 })
    const [name = ''] = engine.uploads().keys()
    const expected = JSON.parse(workflow)
    Object.assign(expected['3'].inputs, {
      seed: 7,
      steps: 3,
      cfg: 4,
      denoise: 0.3,
      sampler_name: 'euler',
      scheduler: 'karras',
    })
    expected['6'].inputs.text = 'a lighthouse'
    expected['7'].inputs.text = 'fog'
    expected['10'].inputs.image = name
    expect(lastGraph(engine)).toEqual(expected)
    // The source goes as it is where the workflow sets no size.
    expect(engine.uploads().get(name)).toEqual(Buffer.from(asked.sources[0]?.bytes ?? []))
  })

  it('is refused in words when the connection has none', async () => {
    const engine = await fake()
    await expect(submit(contextFor(engine.baseUrl), { model: 'workflow' })).rejects.toMatchObject({ kind: 'not-found' })
    expect(engine.requests).toEqual([])
  })
})

const finished: readonly (readonly [ComfyBehaviour, Record<string, unknown>, RegExp])[] = [
  [
    { failure: 'execution-error' },
    { kind: 'bad-request' },
    /^ComfyUI: KSampler \(node 3\) failed: mat1 and mat2 shapes/,
  ],
  [{ failure: 'out-of-memory' }, { kind: 'bad-request' }, /Allocation on device.*memory is too small.*smaller size/],
  [{ failure: 'no-image' }, { kind: 'malformed-response' }, /finished without a picture/],
  [{ failure: 'view-gone' }, { kind: 'not-found', status: 404 }, /404/],
  [{ failure: 'view-page' }, { kind: 'malformed-response' }, /a web page where a picture was expected/],
  [{ failure: 'view-empty' }, { kind: 'malformed-response' }, /nothing where a picture was expected/],
  [{ failure: 'history-broken' }, { kind: 'unavailable', status: 500 }, /disk I\/O error/],
]

describe('ComfyUI: failures', () => {
  it.each(finished)('%j', async (behaviour, expected, words) => {
    const engine = await fake(behaviour)
    const message = expect.stringMatching(words)
    await expect(draw(contextFor(engine.baseUrl))).rejects.toMatchObject({ ...expected, advice: 'never', message })
    expect(engine.submitted()).toBe(1)
  })

  it('what is wrong with nodes is said in words, a missing model as such', async () => {
    const refused = await fixture('prompt-refused.json')
    const engine = await keep(startFakeEngine((_, reply) => reply.send(400, refused)))
    await expect(submit(contextFor(engine.baseUrl))).rejects.toMatchObject({
      kind: 'not-found',
      status: 400,
      message: expect.stringMatching(
        /KSampler \(node 3\): Value 101 .*CheckpointLoaderSimple \(node 4\): Value not in list: ckpt_name: 'gone/,
      ),
    })
  })

  it.each([
    [{ model: 'checkpoints/gone.safetensors' }, 'not-found', /ckpt_name: 'gone.safetensors' not in \['sd_xl/],
    [{ sampler: 'unheard-of' }, 'bad-request', /KSampler \(node 3\): Value not in list: sampler_name/],
    [{ options: { scheduler: 'none' } }, 'bad-request', /scheduler: 'none' not in \['simple'/],
    [{ width: 8 }, 'bad-request', /EmptyLatentImage \(node 5\): Value 8 smaller than min of 16: width/],
    [{ model: 'diffusion_models/qwen_image.safetensors' }, 'not-found', /No built-in workflow fits.*qwen_image/],
  ])('%j is refused in words', async (more, kind, words) => {
    const engine = await fake()
    const message = expect.stringMatching(words)
    await expect(submit(contextFor(engine.baseUrl), more)).rejects.toMatchObject({ kind, advice: 'never', message })
    expect(engine.submitted()).toBe(0)
  })

  it('a text encoder that FLUX needs and the server lacks: the settings say which', async () => {
    const engine = await fake({ files: { textEncoders: ['other.safetensors'] } })
    const message = expect.stringMatching(/clip_name1: 't5xxl_fp16.safetensors' not in .*connection's settings$/)
    await expect(submit(contextFor(engine.baseUrl), { model: flux })).rejects.toMatchObject({ message })
  })

  it('nodes that the server does not have are said to be missing, by newer and older servers', async () => {
    const workflow = JSON.stringify({ '1': { class_type: 'FancyNode', inputs: { text: '' } } })
    const settings = { workflow, inputs: 'prompt = 1.text' }
    const engine = await fake()
    await expect(submit(contextFor(engine.baseUrl, { settings }), { model: 'workflow' })).rejects.toMatchObject({
      kind: 'unsupported',
      message: expect.stringMatching(/'FancyNode' not found.*Install the missing nodes/),
    })
    const said = {
      type: 'invalid_prompt',
      message: 'Cannot execute because node FancyNode does not exist.',
      details: '',
    }
    const old = await keep(startFakeEngine((_, reply) => reply.json(400, { error: said, node_errors: [] })))
    await expect(submit(contextFor(old.baseUrl))).rejects.toMatchObject({ kind: 'unsupported' })
  })

  it('a workflow of which a part runs is taken; what was wrong is told only when there is no picture', async () => {
    const exported = JSON.parse(await fixture('workflow-api.json'))
    exported['8'].inputs.samples = ['3', 0]
    exported['3'].inputs.latent_image = ['11', 0]
    exported['12'].inputs = {}
    const named = 'prompt = 6.text; image = 10.image'
    const engine = await fake()
    const more = { model: 'workflow', sources: [picture(64, 48)] }
    const settings = { workflow: JSON.stringify(exported), inputs: named }
    expect(await draw(contextFor(engine.baseUrl, { settings }), more)).toHaveLength(1)
    const other = { ...settings, inputs: `${named}; output = 12` }
    await expect(draw(contextFor(engine.baseUrl, { settings: other }), more)).rejects.toMatchObject({
      kind: 'malformed-response',
      message: expect.stringMatching(/without a picture: PreviewImage \(node 12\): Required input is missing: images/),
    })
  })

  it('a graph without outputs is refused in the words of ComfyUI', async () => {
    const workflow = JSON.stringify({ '6': { class_type: 'CLIPTextEncode', inputs: { text: '' } } })
    const settings = { workflow, inputs: 'prompt = 6.text' }
    const engine = await fake()
    const expected = { kind: 'bad-request', message: 'ComfyUI: Prompt has no outputs' }
    await expect(submit(contextFor(engine.baseUrl, { settings }), { model: 'workflow' })).rejects.toMatchObject(
      expected,
    )
  })

  it('PR15: a key that a node repeats is not shown', async () => {
    const key = 'sk-comfy-0123456789'
    const fault = { type: 'x', message: `key ${key}`, details: `Bearer ${key}` }
    const node_errors = { '1': { class_type: 'Paid', errors: [fault] } }
    const engine = await keep(startFakeEngine((_, reply) => reply.json(400, { error: {}, node_errors })))
    const error: unknown = await submit(contextFor(engine.baseUrl, { key })).catch((thrown: unknown) => thrown)
    expect(String(error)).toContain('Paid (node 1)')
    expect(String(error)).not.toContain(key)
  })
})
