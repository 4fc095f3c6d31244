import { request } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { draws, picturesFor, startPaintEngine, type PaintEngine } from '#generation/testing/paint.ts'
import { png } from '#library/testing.ts'
import { probe } from '#media/probe.ts'
import { picture } from '#media/testing.ts'
import { openPeople, type People } from '../../testing/people.ts'
import { openServer, until, type TestServer } from '../../testing/server.ts'
import { drawsSmall, forge, plainFlux } from '../testing.ts'

let engine: PaintEngine
let server: TestServer
beforeAll(async () => {
  engine = await startPaintEngine()
  server = await openServer({ providers: [forge, plainFlux] })
  await server.process.connections.create(server.pipeline.userId, {
    name: 'Forge',
    provider: 'forge',
    baseUrl: engine.baseUrl,
  })
})
afterAll(async () => {
  await server.close()
  await engine.close()
})
beforeEach(() => engine.onDraw(drawsSmall))

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'
const Drawn = z.strictObject({
  images: z.array(
    z.strictObject({
      base64: z.string().regex(/^data:image\/png;base64,[A-Za-z0-9+/]+=*$/),
      url: z.string(),
      filename: z.string(),
    }),
  ),
  seed: z.int(),
  generation_time: z.number().positive(),
})

const small = { prompt: 'a fox', width: 512, height: 512 }
const post = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
  server.ask({ method: 'POST', path, body, headers })
const generate = async (family: string, body: object) =>
  Drawn.parse((await post(`/api/${family}/generate`, { ...small, ...body })).json())
const bytesOf = (data: string) => Buffer.from(data.slice(data.indexOf(',') + 1), 'base64')
const Asked = z.object({
  model: z.string(),
  prompt: z.string(),
  negativePrompt: z.string().optional(),
  width: z.int(),
  height: z.int(),
  steps: z.number(),
  guidance: z.number(),
  strength: z.number().optional(),
  seed: z.int(),
  options: z.record(z.string(), z.unknown()),
  sources: z.array(z.int()),
})
/** What the engine was asked last, whole. */
const lastAsked = (at = -1) => Asked.parse(engine.requests.at(at)?.json())

type Part = readonly [string, string | Blob]
async function transform(family: string, parts: readonly Part[], of: TestServer = server): Promise<Response> {
  const form = new FormData()
  for (const [name, value] of parts) form.append(name, value)
  return await fetch(new URL(`/api/${family}/transform`, of.baseUrl), { method: 'POST', body: form })
}
const file = (bytes: Uint8Array = png('source', 600, 300)): Part => ['image', new Blob([Buffer.from(bytes)])]

describe('what a client asks first', () => {
  it('CB1: both families with what they take, and one of them as the default', async () => {
    const Field = z.object({ type: z.enum(['text', 'number', 'boolean']), label: z.string(), default: z.unknown() })
    const config = z
      .strictObject({
        models: z.array(
          z.strictObject({
            id: z.enum(['sdxl', 'flux']),
            name: z.string(),
            description: z.string(),
            available: z.boolean(),
            features: z.tuple([z.literal('text2img'), z.literal('img2img')]),
            parameters: z.record(z.string(), Field.loose()),
          }),
        ),
        default_model: z.enum(['sdxl', 'flux']),
      })
      .parse((await server.ask('/api/models/config')).json())
    expect(config.models.map(({ id, available }) => [id, available])).toEqual([
      ['sdxl', true],
      ['flux', true],
    ])
    expect(config.default_model).toBe('sdxl')
    for (const { parameters } of config.models) {
      for (const [name, field] of Object.entries(parameters)) {
        if (field.type === 'number' && name !== 'seed') expect(field.default, name).toEqual(expect.any(Number))
      }
      const labels = Object.values(parameters).map(({ label }) => label)
      for (const word of ['Width', 'Height', 'Steps', 'CFG', 'Denoising']) {
        expect(
          labels.some((label) => label.includes(word)),
          word,
        ).toBe(true)
      }
    }
    expect(config.models[1]?.parameters['guidance']).toMatchObject({ label: 'Guidance', default: 3.5, min: 1, max: 5 })
    expect(config.models[0]?.parameters['cfg_scale']).toMatchObject({ default: 7.5, min: 1, max: 15 })
  })

  it('CB2: is healthy, and tells of no GPU', async () => {
    expect((await server.ask('/api/health')).json()).toEqual({
      status: 'healthy',
      cuda_available: false,
      gpu_count: 0,
      gpu_name: null,
      model_loaded: true,
      model_path: 'juggernautXL',
    })
  })
})

describe('generating', () => {
  it('CB4: SDXL with its defaults', async () => {
    const { seed, images } = await generate('sdxl', { width: undefined, height: null, num_images: null })
    expect(images).toHaveLength(1)
    expect(lastAsked()).toMatchObject({
      model: 'juggernautXL',
      prompt: 'a fox',
      negativePrompt: expect.stringContaining('bad anatomy'),
      width: 1024,
      height: 1024,
      steps: 20,
      guidance: 7.5,
      seed,
      sources: [],
    })
    expect(seed).toBeGreaterThanOrEqual(0)
    expect(seed).toBeLessThanOrEqual(1e9)
  })

  it('CB4: SDXL with everything', async () => {
    engine.onDraw(draws)
    const body = { negative_prompt: '', width: 640, height: 512, num_images: 3, steps: 12, cfg_scale: 3.5, seed: 77 }
    const { seed, images } = await generate('sdxl', body)
    expect([seed, images.length]).toEqual([77, 3])
    const asked = [-3, -2, -1].map(lastAsked)
    expect(asked.map((one) => one.seed).toSorted((a, b) => a - b)).toEqual([77, 78, 79])
    expect(asked[0]).toMatchObject({ width: 640, height: 512, steps: 12, guidance: 3.5 })
    expect(asked[0]?.negativePrompt).toBeUndefined()
    const pictures = images.map(({ base64 }) => bytesOf(base64))
    for (const bytes of pictures) expect(probe(bytes)).toMatchObject({ mimeType: 'image/png', width: 640, height: 512 })
    expect(new Set(pictures.map((bytes) => bytes.toString('latin1'))).size).toBe(3)
  })

  it('CB4: FLUX with its two guidances, and a negative prompt only where the scale is more than 1', async () => {
    await generate('flux', { negative_prompt: 'rain' })
    expect(lastAsked()).toMatchObject({
      model: 'flux1-dev',
      steps: 28,
      guidance: 1,
      options: { distilled_cfg_scale: 3.5 },
    })
    expect(lastAsked().negativePrompt).toBeUndefined()
    await generate('flux', { negative_prompt: 'rain', cfg_scale: 2, guidance: 4.5, tiled: true })
    expect(lastAsked()).toMatchObject({
      guidance: 2,
      negativePrompt: 'rain',
      options: { distilled_cfg_scale: 4.5 },
    })
  })

  it('CB4: numbers may come as text', async () => {
    await generate('sdxl', { width: '768', steps: '15', cfg_scale: '2.5', seed: '5', num_images: '1' })
    expect(lastAsked()).toMatchObject({ width: 768, steps: 15, guidance: 2.5, seed: 5 })
  })

  it('CB6: answers with the picture, its address and its name', async () => {
    for (const family of ['sdxl', 'flux']) {
      const { images } = await generate(family, {})
      expect(images[0]?.filename).toMatch(new RegExp(`^${family}_${uuid}\\.png$`))
      expect(images[0]?.url).toBe(`/images/${images[0]?.filename}`)
      const row = await server.process.images.byFilename(server.pipeline.userId, images[0]?.filename ?? '')
      expect(row).toMatchObject({ source: 'generated', prompt: 'a fox' })
      expect(bytesOf(images[0]?.base64 ?? '').length).toBe(row?.bytes)
    }
  })

  it('CB6: where a part fails it answers with the rest', async () => {
    engine.onDraws(drawsSmall, (reply) => reply.json(400, { error: 'too red' }), drawsSmall)
    expect((await generate('sdxl', { num_images: 3 })).images).toHaveLength(2)
  })

  it('CX8: what is no PNG becomes one', async () => {
    const bytes = await picture(512, 512).jpeg().toBuffer()
    engine.onDraw((reply) => reply.json(200, { images: [bytes.toString('base64')] }))
    const [image] = (await generate('sdxl', {})).images
    expect(probe(bytesOf(image?.base64 ?? ''))).toMatchObject({ mimeType: 'image/png', width: 512 })
    const file = await server.ask(image?.url ?? '')
    expect([file.headers['content-type'], probe(file.body).mimeType]).toEqual(['image/png', 'image/png'])
  })

  it('CX7: eight at once have eight names', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => generate('flux', { seed: 1 })))
    expect(new Set(all.map(({ images }) => images[0]?.filename)).size).toBe(8)
  })
})

describe('picture to picture', () => {
  it('CB5: takes the fields in any order, and the picture as large as is asked for', async () => {
    for (const parts of [
      [file(), ['prompt', 'in winter'], ['width', '512'], ['height', '640'], ['seed', '9'], ['tiled', 'false']],
      [
        ['height', '640'],
        ['width', '512'],
        ['denoising_strength', '0.4'],
        ['prompt', 'in winter'],
        file(),
        ['seed', ''],
      ],
    ] satisfies Part[][]) {
      const answer = await transform('flux', parts)
      expect(answer.status).toBe(200)
      const { images } = Drawn.parse(await answer.json())
      expect(images[0]?.filename).toMatch(new RegExp(`^flux_img2img_${uuid}\\.png$`))
      const row = await server.process.images.byFilename(server.pipeline.userId, images[0]?.filename ?? '')
      const source = await server.process.images.row(server.pipeline.userId, row?.parent_id ?? '')
      expect(source).toMatchObject({ source: 'upload', width: 512, height: 640, mime_type: 'image/png' })
      expect(lastAsked()).toMatchObject({ width: 512, height: 640, sources: [source?.bytes] })
    }
    expect(lastAsked(-2)).toMatchObject({ seed: 9, strength: 0.75 })
    expect(lastAsked()).toMatchObject({ strength: 0.4 })
  })

  it('CB5: SDXL too; a picture of that size is taken as it is', async () => {
    const bytes = png('exactly so', 512, 512)
    const answer = await transform('sdxl', [file(bytes), ['prompt', 'x'], ['width', '512'], ['height', '512']])
    expect(Drawn.parse(await answer.json()).images[0]?.filename).toMatch(/^sdxl_img2img_/)
    expect(lastAsked().sources).toEqual([bytes.length])
  })

  it.each([
    ['no picture', [['prompt', 'x']], 422],
    ['no prompt', [file()], 422],
    ['a field that cannot be', [file(), ['prompt', 'x'], ['steps', 'many']], 422],
    [
      'words for a picture',
      [
        ['prompt', 'x'],
        ['image', new Blob(['words'])],
      ],
      400,
    ],
    ['a picture that is cut off', [['prompt', 'x'], file(png('cut', 64, 64).slice(0, 300))], 400],
    ['an empty picture', [['prompt', 'x'], file(new Uint8Array())], 400],
    [
      'an SVG',
      [
        ['prompt', 'x'],
        ['image', new Blob(['<svg onload="x()"/>'], { type: 'image/png' })],
      ],
      400,
    ],
    ['NUL', [['prompt', 'x\0'], file()], 422],
  ] satisfies [string, Part[], number][])('CB7: %s', async (_, parts, status) => {
    const answer = await transform('sdxl', parts)
    expect([answer.status, await answer.json()]).toEqual([status, { detail: expect.anything() }])
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  })

  it('CB7: what is no form', async () => {
    const json = await post('/api/sdxl/transform', small)
    expect([json.status, json.json()]).toEqual([
      422,
      { detail: [{ loc: ['body', 'image'], msg: 'Field required', type: 'missing' }] },
    ])
    const headers = { 'content-type': 'multipart/form-data; boundary=x' }
    const broken = await post('/api/sdxl/transform', '--x\r\nnonsense', headers)
    expect([broken.status, broken.json()]).toEqual([400, { detail: expect.any(String) }])
  })
})

describe('errors', () => {
  it.each([
    ['no prompt', {}, 'prompt', 'missing'],
    ['an empty prompt', { prompt: ' ' }, 'prompt', 'value_error'],
    ['a width that is too small', { prompt: 'a', width: 511 }, 'width', 'greater_than_equal'],
    ['a height that is too large', { prompt: 'a', height: 2049 }, 'height', 'less_than_equal'],
    ['five pictures', { prompt: 'a', num_images: 5 }, 'num_images', 'less_than_equal'],
    ['nine steps', { prompt: 'a', steps: 9 }, 'steps', 'greater_than_equal'],
    ['half a step', { prompt: 'a', steps: 10.5 }, 'steps', 'int_type'],
    ['a scale of 16', { prompt: 'a', cfg_scale: 16 }, 'cfg_scale', 'less_than_equal'],
    ['a seed below nothing', { prompt: 'a', seed: -1 }, 'seed', 'greater_than_equal'],
    ['words for a number', { prompt: 'a', width: 'wide' }, 'width', 'number_type'],
  ])('CB7: %s is 422 and named', async (_, body, field, type) => {
    const answer = await post('/api/sdxl/generate', body)
    expect([answer.status, answer.json()]).toEqual([
      422,
      { detail: [{ loc: ['body', field], msg: expect.any(String), type }] },
    ])
  })

  it('CB7: FLUX has limits of its own', async () => {
    const odd = await post('/api/flux/generate', { prompt: 'a', width: 520 })
    expect([odd.status, odd.json()]).toEqual([400, { detail: 'Width and height must be divisible by 16 for FLUX' }])
    for (const field of [{ cfg_scale: 3.5 }, { guidance: 5.5 }, { tiled: 'perhaps' }]) {
      expect((await post('/api/flux/generate', { ...small, ...field })).status).toBe(422)
    }
    expect((await post('/api/sdxl/generate', { ...small, width: 520 })).status).toBe(200)
  })

  it('CB7: a body that is none', async () => {
    const headers = { 'content-type': 'application/json' }
    for (const [body, loc] of [
      ['{"prompt":', ['body', 0]],
      ['[]', ['body']],
      ['"a fox"', ['body']],
      ['', ['body']],
    ] as const) {
      const answer = await post('/api/sdxl/generate', body, headers)
      expect([answer.status, answer.json()]).toMatchObject([422, { detail: [{ loc }] }])
    }
    expect((await post('/api/sdxl/generate', { prompt: 'x'.repeat(3_000_000) })).status).toBe(413)
    expect((await post('/api/sdxl/generate', { ...small, prompt: 'a\0b' })).status).toBe(422)
  })

  it('CB7: a failure of the engine is 500 in its words', async () => {
    engine.onDraw((reply) => reply.json(400, { error: 'out of memory' }))
    const answer = await post('/api/sdxl/generate', small)
    expect([answer.status, answer.json()]).toEqual([500, { detail: expect.stringContaining('out of memory') }])
  })

  it('CX4: unknown addresses are 404 in its words', async () => {
    for (const path of ['/api/sdxl/nonesuch', '/api/flux', '/api/models', '/images/x/y']) {
      const answer = await server.ask(path)
      expect([answer.status, answer.headers['content-type']]).toEqual([404, expect.stringContaining('json')])
    }
  })
})

describe('who draws', () => {
  it('CB3: what was chosen for the family, and nobody where there is none', async () => {
    const other = await openServer({ providers: [forge, plainFlux] })
    const { connections } = other.process
    const { userId } = other.pipeline
    const ask = (family: string, body: object = small) =>
      other.ask({ method: 'POST', path: `/api/${family}/generate`, body })
    const nobody = await ask('sdxl')
    expect([nobody.status, nobody.json()]).toEqual([404, { detail: expect.stringContaining('sdxl') }])
    const config = z.object({ models: z.array(z.object({ available: z.boolean() })), default_model: z.string() })
    expect(config.parse((await other.ask('/api/models/config')).json())).toEqual({
      models: [{ available: false }, { available: false }],
      default_model: 'sdxl',
    })
    const { id } = await connections.create(userId, { name: 'P', provider: 'plain-flux', baseUrl: engine.baseUrl })
    expect((await ask('sdxl')).status).toBe(404)
    expect(config.parse((await other.ask('/api/models/config')).json()).default_model).toBe('flux')
    // One that is of no such family, where somebody says so.
    await connections.chooseModel(userId, { family: 'sdxl', connectionId: id })
    expect((await ask('sdxl')).status).toBe(200)
    expect((await ask('flux', { ...small, cfg_scale: 2, guidance: 4, tiled: true })).status).toBe(200)
    expect(lastAsked()).toMatchObject({ model: 'flux-schnell', guidance: 4, options: { vae_tiling: true } })
    await other.close()
  })
})

describe('a share link', () => {
  it('CB8: shows the picture to whoever has it, until it is deleted', async () => {
    const [image] = (await generate('sdxl', {})).images
    const elsewhere = { origin: 'http://localhost:5173', 'sec-fetch-site': 'cross-site' }
    const shown = await server.ask({ path: image?.url ?? '', headers: elsewhere })
    expect([shown.status, shown.headers['content-type']]).toEqual([200, 'image/png'])
    expect(shown.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    })
    const row = await server.process.images.byFilename(server.pipeline.userId, image?.filename ?? '')
    await server.process.images.remove(server.pipeline.userId, row?.id ?? '')
    const gone = await server.ask(image?.url ?? '')
    expect([gone.status, gone.headers['content-type']]).toEqual([404, expect.stringContaining('json')])
  })

  it('CB8: a link that was revoked stays so', async () => {
    const [image] = (await generate('sdxl', {})).images
    const { userId } = server.pipeline
    const row = await server.process.images.byFilename(userId, image?.filename ?? '')
    const { data } = await server.sharing.links.list(userId, { limit: 5, image: row?.id })
    expect(data).toMatchObject([{ name: image?.filename, kind: 'image', state: 'open' }])
    await server.sharing.links.revoke(userId, data[0]?.id ?? '')
    expect((await server.ask(image?.url ?? '')).status).toBe(404)
  })
})

describe('a client that leaves', () => {
  it('CX6, CB8: finds its picture, and its address opens', async () => {
    const go = Promise.withResolvers<void>()
    engine.onDraw(async (reply, asked) => {
      await go.promise
      reply.json(200, { images: picturesFor(asked) })
    })
    const asked = engine.asked.length
    const { hostname, port } = new URL(server.baseUrl)
    const headers = { 'content-type': 'application/json' }
    const sent = request({ hostname, port, method: 'POST', path: '/api/sdxl/generate', headers, agent: false })
    sent.on('error', () => {})
    sent.end(JSON.stringify({ ...small, prompt: 'left alone' }))
    await until(() => engine.asked.length > asked)
    sent.destroy()
    go.resolve()
    const newest = async () => (await server.process.images.list(server.pipeline.userId, { limit: 1 })).data[0]
    await until(async () => (await newest())?.generationPrompt === 'left alone')
    const name = (await newest())?.filename ?? ''
    expect(name).toMatch(new RegExp(`^sdxl_${uuid}\\.png$`))
    const file = await server.ask(`/images/${name}`)
    expect([file.status, file.headers['content-type']]).toEqual([200, 'image/png'])
  })
})

describe('with accounts', () => {
  let people: People
  beforeAll(async () => {
    people = await openPeople({ works: true, providers: [forge], accounts: { compatUser: 'person-2@example.com' } })
    const wish = { name: 'Forge', provider: 'forge', baseUrl: engine.baseUrl }
    await people.server.process.connections.create(people.user.id, wish)
    await people.server.process.connections.create(people.other.id, wish)
  })
  afterAll(() => people.close())
  const ask = (headers: Record<string, string>, path = '/api/sdxl/generate') =>
    people.server.ask({ method: 'POST', path, headers, body: small })

  it('CX2: a session counts; nobody and a made-up token act as the account that was named for them', async () => {
    const own = Drawn.parse((await ask(people.other.headers)).json())
    const named = Drawn.parse((await ask({})).json())
    const madeUp = Drawn.parse((await ask({ authorization: 'Bearer made-up' })).json())
    const { images } = people.server.process
    for (const [of, drawn] of [
      [people.other, own],
      [people.user, named],
      [people.user, madeUp],
    ] as const) {
      expect(await images.byFilename(of.id, drawn.images[0]?.filename ?? '')).not.toBeNull()
      // On any device.
      expect((await people.server.ask(drawn.images[0]?.url ?? '')).status).toBe(200)
    }
    const elsewhere = { ...people.other.headers, origin: 'https://studio.example' }
    expect((await ask(elsewhere)).status).toBe(403)
  })

  it('CX2: where no account is named, nobody is refused', async () => {
    const strict = await openPeople({ providers: [forge] })
    for (const headers of [{}, { authorization: 'Bearer made-up' }]) {
      for (const [method, path] of [
        ['POST', '/api/sdxl/generate'],
        ['POST', '/api/flux/transform'],
        ['GET', '/api/models/config'],
      ] as const) {
        const answer = await strict.server.ask({ method, path, headers })
        expect([answer.status, answer.json()]).toEqual([401, { detail: expect.any(String) }])
        expect(answer.headers['access-control-allow-origin']).toBe('*')
      }
      const health = await strict.server.ask({ path: '/api/health', headers })
      expect(health.json()).toMatchObject({ status: 'healthy', model_loaded: false, model_path: null })
    }
    await strict.close()
  })

  it('CX3: preflights, and a page elsewhere in local mode', async () => {
    const headers = { origin: 'https://studio.example' }
    const preflight = await server.ask({ method: 'OPTIONS', path: '/api/sdxl/generate', headers })
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([200, '*'])
    const refused = await server.ask({ method: 'POST', path: '/api/sdxl/generate', headers, body: small })
    expect([refused.status, refused.json()]).toEqual([403, { detail: expect.any(String) }])
  })
})
