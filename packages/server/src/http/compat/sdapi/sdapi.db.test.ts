// Programs that draw with AUTOMATIC1111's web UI take Easel for it. Rules in docs/spec/sdapi.md.
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { draws, picturesFor, stalls } from '#generation/testing/paint.ts'
import { fakePicture } from '#providers/kit/fake-picture.ts'
import { decodePng, encodePng } from '#providers/spec/png-codec.ts'
import { until, type TestServer } from '../../testing/server.ts'
import { openAiModels, openWithEngines, ratePerMinute, type WithEngines } from '../testing/with-engines.ts'

// There are two servers to start, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 180_000 })

let all: WithEngines
beforeAll(async () => {
  all = await openWithEngines()
})
afterAll(() => all.close())
afterEach(() => {
  all.paint.onDraw(draws)
  all.openai.behave({ models: openAiModels })
})

type Headers = Readonly<Record<string, string>>
const get = (path: string, headers: Headers = {}, server: TestServer = all.local) =>
  server.ask({ path: `/sdapi/v1/${path}`, headers })
const post = (path: string, body?: unknown, headers: Headers = {}, server: TestServer = all.local) =>
  server.ask({ method: 'POST', path: `/sdapi/v1/${path}`, body, headers })

const Pictures = z.object({
  images: z.array(z.string()),
  parameters: z.record(z.string(), z.unknown()),
  info: z.string(),
})
const Info = z.looseObject({ seed: z.number(), all_seeds: z.array(z.number()), infotexts: z.array(z.string()) })

async function make(path: string, body: object) {
  const answer = await post(path, body)
  expect(answer.status, answer.text.slice(0, 300)).toBe(200)
  const { images, parameters, info } = Pictures.parse(answer.json())
  return { images, parameters, info: Info.parse(JSON.parse(info)) }
}
const sizeOf = (base64: string | undefined) => {
  const { width, height } = decodePng(Buffer.from(base64 ?? '', 'base64'))
  return `${width}x${height}`
}
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
const ofOwner = () => all.local.pipeline.userId
const library = () => all.library()
const model = { override_settings: { sd_model_checkpoint: 'Paint/single' } }

describe('what programs ask at their start', () => {
  it('SD1: checkpoints are called connection/model', async () => {
    const titles = z.array(z.looseObject({ title: z.string() })).parse((await get('sd-models')).json())
    expect(titles).toEqual(
      expect.arrayContaining([
        {
          title: 'Paint/single',
          model_name: 'Paint/single',
          filename: 'Paint/single',
          hash: null,
          sha256: null,
          config: null,
        },
        expect.objectContaining({ title: 'OpenAI/gpt-image-2' }),
      ]),
    )
  })

  it('SD2: samplers and schedulers have the web UI’s form', async () => {
    expect((await get('samplers')).json()).toEqual([{ name: 'Automatic', aliases: [], options: {} }])
    const schedulers = z
      .array(z.object({ name: z.string(), label: z.string() }))
      .parse((await get('schedulers')).json())
    expect(schedulers.map(({ name }) => name)).toEqual(expect.arrayContaining(['automatic', 'karras', 'sgm_uniform']))
  })

  it.each([
    'upscalers',
    'latent-upscale-modes',
    'sd-vae',
    'sd-modules',
    'prompt-styles',
    'embeddings',
    'loras',
    'hypernetworks',
    'face-restorers',
    'realesrgan-models',
    'extensions',
    'scripts',
    'script-info',
    'cmd-flags',
    'memory',
  ])('SD3: answers what is asked for %s', async (name) => {
    const answer = await get(name)
    expect([answer.status, typeof answer.json()]).toEqual([200, 'object'])
  })

  it('SD3: there is nothing to load, and models are asked for anew', async () => {
    for (const name of [
      'refresh-checkpoints',
      'refresh-vae',
      'refresh-loras',
      'unload-checkpoint',
      'reload-checkpoint',
    ]) {
      const answer = await post(name)
      expect([answer.status, answer.json()]).toEqual([200, null])
    }
  })

  it('SD4: what else is asked is 404 in the web UI’s words', async () => {
    for (const answer of [await get('nonesuch'), await post('interrogate', {}), await get('a/b/c')]) {
      expect([answer.status, answer.json()]).toMatchObject([
        404,
        { error: 'HTTPException', detail: expect.any(String) },
      ])
    }
  })
})

describe('the checkpoint', () => {
  const chosen = async (headers: Headers = {}, server: TestServer = all.local) =>
    z.looseObject({ sd_model_checkpoint: z.string() }).parse((await get('options', headers, server)).json())

  it('SD5: is the default connection’s until a program picks one, which draws from then on', async () => {
    expect(await chosen()).toMatchObject({ sd_model_checkpoint: 'Paint/single', samples_format: 'png' })
    // Some send all options back.
    const picked = await post('options', { ...(await chosen()), sd_model_checkpoint: 'Paint/batch' })
    expect([picked.status, picked.json()]).toEqual([200, null])
    expect((await chosen()).sd_model_checkpoint).toBe('Paint/batch')
    await make('txt2img', { prompt: 'by the picked one' })
    const [image] = await library()
    expect(image?.generationModel).toBe('batch')
    // Nobody else's choice changes.
    expect((await all.local.process.connections.resolve(ofOwner(), {})).model.id).toBe('single')
    expect((await post('options', { samples_format: 'jpg' })).status).toBe(200)
    expect((await chosen()).sd_model_checkpoint).toBe('Paint/batch')
    await post('options', { sd_model_checkpoint: 'single' })
    expect((await chosen()).sd_model_checkpoint).toBe('Paint/single')
  })

  it('SD5: one that is not there is 404', async () => {
    const answer = await post('options', { sd_model_checkpoint: 'nonesuch.safetensors [abcdef]' })
    expect([answer.status, answer.json()]).toMatchObject([
      404,
      { error: 'HTTPException', detail: expect.stringMatching(/nonesuch/) },
    ])
  })
})

describe('txt2img', () => {
  it('SD10, SD20: draws what is asked, and what came stands in info', async () => {
    const asked = {
      prompt: 'a fox',
      negative_prompt: 'fog',
      width: 32,
      height: 16,
      steps: 9,
      seed: 41,
      batch_size: 2,
      n_iter: 1,
    }
    const { images, parameters, info } = await make('txt2img', { ...model, ...asked, colour: 'red' })
    expect(images.map(sizeOf)).toEqual(['32x16', '32x16'])
    expect(parameters).toMatchObject(asked)
    expect(info).toMatchObject({
      prompt: 'a fox',
      negative_prompt: 'fog',
      seed: 41,
      all_seeds: [41, 42],
      steps: 9,
      width: 32,
      height: 16,
      index_of_first_image: 0,
      sd_model_name: 'Paint/single',
    })
    expect(info.infotexts[0]).toMatch(/^a fox\nNegative prompt: fog\nSteps: 9, Seed: 41, Size: 32x16, Model: single/)
    expect((await library()).filter(({ generationPrompt }) => generationPrompt === 'a fox')).toHaveLength(2)
  })

  it('SD11: a seed below 0 is any, and the one that was taken is told', async () => {
    const { info } = await make('txt2img', { ...model, prompt: 'any', seed: -1 })
    expect(info.seed).toBe(all.paint.asked.at(-1)?.seed)
    expect(info.seed).toBeGreaterThanOrEqual(0)
  })

  it('SD12: what a model lacks, or nobody could ask for, is mapped or left out', async () => {
    const { images } = await make('txt2img', {
      ...model,
      prompt: 'odd',
      width: 4000.4,
      height: 2000,
      steps: 9999,
      cfg_scale: 700,
      sampler_name: 'DPM++ 2M',
      scheduler: 'karras',
      tiling: true,
      enable_hr: true,
      hr_scale: [[[2]]],
      denoising_strength: 0.4,
      batch_size: 4,
      n_iter: 4,
      styles: ['none of ours'],
      alwayson_scripts: { controlnet: { args: [] } },
      negative_prompt: null,
    })
    expect(images).toHaveLength(10)
    expect(images.map(sizeOf)[0]).toBe('64x32')
    expect(all.paint.asked.at(-1)?.steps).toBe(50)
  })

  it('SD13: is PNG with the parameters in it; send_images leaves them out', async () => {
    const { images } = await make('txt2img', { ...model, prompt: 'told', seed: 3 })
    const answer = await post('png-info', { image: `data:image/png;base64,${images[0]}` })
    expect(answer.json()).toMatchObject({
      info: expect.stringMatching(/^told\nSeed: 3, /),
      items: { parameters: expect.any(String) },
      parameters: { Prompt: 'told', Seed: '3', 'Size-1': '16', 'Size-2': '16', Model: 'single' },
    })
    expect((await make('txt2img', { ...model, prompt: 'kept', send_images: false })).images).toEqual([])
    expect((await library())[0]?.generationPrompt).toBe('kept')
  })

  it('SD14: a client that leaves right after asking finds its picture in the library', async () => {
    const body = JSON.stringify({ ...model, prompt: 'left alone' })
    await all.leaveRightAway((signal) =>
      fetch(`${all.local.baseUrl}/sdapi/v1/txt2img`, { method: 'POST', body, signal }),
    )
  })
})

describe('img2img', () => {
  const source = fakePicture(32, 16, 'source')

  it('SD15: works from a picture, which is in the library', async () => {
    for (const picture of [base64(source), `data:image/png;base64,${base64(source)}`]) {
      const { images, parameters } = await make('img2img', { ...model, prompt: 'at night', init_images: [picture] })
      expect(images.map(sizeOf)).toEqual(['16x16'])
      expect(parameters).not.toHaveProperty('init_images')
    }
    expect(all.paint.asked.at(-1)?.sources).toHaveLength(1)
    expect((await library()).filter(({ source: from }) => from === 'upload')).toHaveLength(1)
  })

  it.each([
    ['white is repainted', 0, [0, 255]],
    ['black is repainted', 1, [255, 0]],
  ])('SD16: a mask of another size: %s', async (_, inverted, [left, right]) => {
    const rgba = new Uint8Array(8 * 4 * 4).fill(255)
    // The right half is black.
    for (let at = 0; at < rgba.length; at += 4) if ((at / 4) % 8 >= 4) rgba.fill(0, at, at + 3)
    const mask = base64(encodePng(rgba, 8, 4))
    const body = { ...model, prompt: 'masked', init_images: [base64(source)], mask, inpainting_mask_invert: inverted }
    await make('img2img', body)
    const [newest] = (await library()).filter(({ source: from }) => from === 'upload')
    const row = await all.local.process.images.row(ofOwner(), newest?.id ?? '')
    const kept = decodePng((await all.local.process.storage.read(row?.storage_key ?? '')) ?? new Uint8Array())
    const alpha = (x: number) => kept.rgba[x * 4 + 3]
    expect([kept.width, kept.height, alpha(2), alpha(29)]).toEqual([32, 16, left, right])
    expect(all.paint.asked.at(-1)?.mask).not.toBeNull()
  })

  it.each<[string, object, number]>([
    ['no picture', {}, 404],
    ['what is no base64', { init_images: ['*'] }, 422],
    ['what is no picture', { init_images: [base64(Buffer.from('<svg onload="x()"/>'))] }, 415],
    ['a cut picture', { init_images: [base64(source.slice(0, 100))] }, 422],
    ['an empty one', { init_images: [''] }, 422],
    ['more than the model takes', { init_images: [1, 2, 3].map((n) => base64(fakePicture(8, 8, `${n}`))) }, 400],
    ['a mask that is no picture', { init_images: [base64(source)], mask: base64(Buffer.from('hello')) }, 422],
  ])('SD31: refuses %s', async (_, body, status) => {
    const before = all.paint.asked.length
    const answer = await post('img2img', { ...model, prompt: 'x', ...body })
    expect([answer.status, answer.json()], answer.text).toMatchObject([status, { detail: expect.anything() }])
    expect(all.paint.asked.length).toBe(before)
  })
})

describe('errors', () => {
  it.each<[string, object, string]>([
    ['no prompt', {}, 'prompt'],
    ['NUL', { prompt: 'a\u0000b' }, 'prompt'],
    ['a text for a number', { prompt: 'x', steps: 'many' }, 'steps'],
    ['half a seed', { prompt: 'x', seed: 0.5 }, 'seed'],
  ])('SD30: %s is 422 and named', async (_, body, field) => {
    const answer = await post('txt2img', body)
    expect([answer.status, answer.json()]).toMatchObject([
      422,
      { detail: [{ loc: ['body', field], msg: expect.any(String) }] },
    ])
  })

  it('SD30: what is no JSON is 400, an unknown checkpoint 404, a body that is too large 413', async () => {
    expect((await post('txt2img', '{"prompt":')).status).toBe(400)
    expect((await post('txt2img', '[]')).status).toBe(400)
    const unknown = await post('txt2img', { prompt: 'x', override_settings: { sd_model_checkpoint: 'nonesuch' } })
    expect([unknown.status, unknown.json()]).toMatchObject([404, { error: 'HTTPException' }])
    const large = await post('txt2img', '{', { 'content-length': String(49 * 1024 * 1024) })
    expect([large.status, large.json()]).toMatchObject([413, { error: 'HTTPException' }])
  })

  it('SD30: takes any words, and JSON whatever the content type says', async () => {
    const prompt = '狐 🦊 ../../etc "quoted" \\ <script> {a|b}'
    const answer = await post('txt2img', JSON.stringify({ ...model, prompt }), { 'content-type': 'text/plain' })
    expect(answer.status).toBe(200)
    expect(all.paint.asked.at(-1)?.prompt).toBe(prompt)
  })

  it.each([
    ['a refusal', (reply: Parameters<typeof draws>[0]) => reply.json(200, { blocked: 'Not that.' }), 400, /Not that/],
    ['its key', (reply: Parameters<typeof draws>[0]) => reply.json(401, { error: 'bad key' }), 502, /bad key/],
    ['a breakdown', (reply: Parameters<typeof draws>[0]) => reply.json(500, { error: 'oops' }), 503, /oops/],
  ])('SD32: an engine’s failure is told in its words: %s', async (_, turn, status, words) => {
    all.paint.onDraw(turn)
    const answer = await post('txt2img', { ...model, prompt: 'x' })
    expect([answer.status, answer.json()]).toMatchObject([
      status,
      { error: 'EngineError', errors: expect.stringMatching(words) },
    ])
  })
})

describe('progress', () => {
  const Progress = z.object({
    progress: z.number(),
    eta_relative: z.number(),
    state: z.looseObject({ job_count: z.number(), interrupted: z.boolean() }),
    current_image: z.string().nullable(),
    textinfo: z.string().nullable(),
  })
  const progress = async (query = '', headers: Headers = {}, server: TestServer = all.local) =>
    Progress.parse((await get(`progress${query}`, headers, server)).json())

  it('SD40: tells of the caller’s own work, with the preview', async () => {
    expect(await progress()).toMatchObject({ progress: 0, state: { job_count: 0 }, current_image: null })
    const preview = base64(fakePicture(8, 8, 'preview'))
    let over = false
    all.paint.onDraw((reply) => reply.json(200, { operation: 'slow', progress: { completed: 1, total: 4, preview } }))
    all.paint.onLook((reply) =>
      over
        ? reply.json(200, { images: [preview] })
        : reply.json(200, { operation: 'slow', progress: { completed: 1, total: 4, preview } }),
    )
    const asked = make('txt2img', { ...model, prompt: 'slow' })
    await until(async () => (await progress()).current_image !== null)
    expect(await progress()).toMatchObject({
      progress: 0.25,
      state: { job_count: 1, sampling_step: 1, sampling_steps: 4 },
      current_image: preview,
    })
    expect((await progress('?skip_current_image=true')).current_image).toBeNull()
    over = true
    await asked
    expect((await progress()).state.job_count).toBe(0)
  })

  it.each(['interrupt', 'skip'])(
    'SD41: %s stops the one that progress tells of, and what was asked ends',
    async (path) => {
      all.paint.onDraw(stalls)
      const before = all.paint.asked.length
      const asked = make('txt2img', { ...model, prompt: `stop by ${path}` })
      await until(() => all.paint.asked.length > before)
      const answer = await post(path)
      expect([answer.status, answer.json()]).toEqual([200, {}])
      expect((await asked).images).toEqual([])
      expect((await progress()).state).toMatchObject({ job_count: 0, interrupted: false })
      const { data } = await all.local.process.generations.list(ofOwner(), { limit: 1 })
      expect(data[0]?.state).toBe('cancelled')
    },
  )

  it('SD41: what did not come by this interface is left alone', async () => {
    all.paint.onDraw(stalls)
    const { generations } = all.local.process
    const { id } = await generations.submit(ofOwner(), { prompt: 'mine', model: 'single' }, { origin: 'easel' })
    await until(async () => (await generations.get(ofOwner(), id)).state === 'running')
    expect((await progress()).state.job_count).toBe(0)
    expect((await post('interrupt')).status).toBe(200)
    expect((await generations.get(ofOwner(), id)).state).toBe('running')
    await generations.cancel(ofOwner(), id)
  })
})

describe('with accounts', () => {
  const basic = (user: string, password: string) => ({
    authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
  })

  it('SD6: an API key is the password, or the user, or a bearer token', async () => {
    const key = await all.keyOf(all.people.user, 'read', 'generate')
    const { server } = all.people
    const ways = [basic('easel', key), basic(key, ''), basic('', key), { authorization: `Bearer ${key}` }]
    for (const headers of ways) expect((await get('sd-models', headers, server)).status).toBe(200)
    const made = await post('txt2img', { ...model, prompt: 'by key' }, basic('me', key), server)
    expect(made.status).toBe(200)
    // Basic credentials open these addresses alone.
    expect((await server.ask({ path: '/api/images', headers: basic('me', key) })).status).toBe(401)
  })

  it('SD7: nobody and a wrong key are 401 and asked for credentials, a key without the scope is 403', async () => {
    const { server } = all.people
    const wrong = [{}, basic('me', 'wrong'), basic('me', `easel_${'a'.repeat(43)}`), { authorization: 'Basic !' }]
    for (const headers of wrong) {
      const answer = await get('sd-models', headers, server)
      expect([answer.status, answer.json()]).toMatchObject([401, { detail: 'Incorrect username or password' }])
      expect(answer.headers['www-authenticate']).toMatch(/^Basic/)
    }
    const reads = await all.keyOf(all.people.user, 'read')
    expect((await post('txt2img', { prompt: 'x' }, basic('me', reads), server)).status).toBe(403)
    expect((await post('interrupt', undefined, basic('me', reads), server)).status).toBe(403)
  })

  it('SD8: nobody sees or stops what is somebody else’s', async () => {
    const { server } = all.people
    const [mine, theirs] = [
      basic('me', await all.keyOf(all.people.user, 'read', 'generate')),
      basic('me', await all.keyOf(all.people.other, 'read', 'generate')),
    ]
    all.paint.onDraw(stalls)
    const before = all.paint.asked.length
    const asked = post('txt2img', { ...model, prompt: 'mine' }, mine, server)
    await until(() => all.paint.asked.length > before)
    expect((await get('progress', theirs, server)).json()).toMatchObject({ state: { job_count: 0 } })
    await post('interrupt', undefined, theirs, server)
    expect((await get('progress', mine, server)).json()).toMatchObject({ state: { job_count: 1 } })
    await post('interrupt', undefined, mine, server)
    expect((await asked).json()).toMatchObject({ images: [] })
    expect((await post('options', { sd_model_checkpoint: 'Paint/batch' }, theirs, server)).status).toBe(404)
  })

  it('SD9: pages of every origin may call with credentials', async () => {
    const headers = { origin: 'https://elsewhere.example' }
    const preflight = await all.people.server.ask({ method: 'OPTIONS', path: '/sdapi/v1/txt2img', headers })
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([200, '*'])
  })

  it('SD33: too often is 429 with the time to wait', async () => {
    const headers = basic('me', await all.keyOf(all.people.admin, 'generate'))
    const ask = () => post('txt2img', {}, headers, all.people.server)
    for (let time = 0; time < ratePerMinute; time++) expect((await ask()).status).toBe(422)
    const answer = await ask()
    expect([answer.status, answer.json()]).toMatchObject([429, { error: 'HTTPException' }])
    expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/)
  })
})

it('SD17: picture i of a batch has the seed + i', async () => {
  const { images } = await make('txt2img', { ...model, prompt: 'several', seed: 5, n_iter: 3, width: 16, height: 16 })
  const wanted = [5, 6, 7].map((seed) =>
    picturesFor({ prompt: 'several', n: 1, width: 16, height: 16, seed, sources: [], mask: null }),
  )
  const pixels = (picture: string | undefined) =>
    Buffer.from(decodePng(Buffer.from(picture ?? '', 'base64')).rgba).toString('hex')
  expect(images.map(pixels)).toEqual(wanted.map(([picture]) => pixels(picture)))
})
