// Easel's own providers take another Easel for the engine that they speak to, and nothing of them is changed for it. Rules OA5, SD18 and OL5.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Generation, Image } from '@easel/contract'
import { present } from '#base/errors.ts'
import { fakePicture } from '#providers/kit/fake-picture.ts'
import { startFakeA1111, type FakeA1111 } from '#providers/a1111/fake-a1111.ts'
import { decodePng } from '#providers/spec/png-codec.ts'
import { startEasel, type TestEasel } from './testing.ts'

let engine: FakeA1111
let inner: TestEasel
let outer: TestEasel
beforeAll(async () => {
  engine = await startFakeA1111()
  inner = await startEasel({ environment: { AUTOMATIC1111_BASE_URL: engine.baseUrl } })
  outer = await startEasel({
    environment: {
      OPENAI_COMPATIBLE_BASE_URL: `${inner.baseUrl}/v1`,
      AUTOMATIC1111_BASE_URL: inner.baseUrl,
      OLLAMA_HOST: `${inner.baseUrl}/ollama`,
    },
  })
})
afterAll(async () => {
  await outer.stop()
  await inner.stop()
  await engine.close()
})

const Connections = z.object({ data: z.array(z.object({ id: z.string(), provider: z.string() })) })
const Models = z.object({ data: z.array(z.object({ id: z.string() })) })
const json = { 'content-type': 'application/json' }
const post = (easel: TestEasel, path: string, body: object) =>
  easel.fetch(path, { method: 'POST', headers: json, body: JSON.stringify(body) })

async function connectionOf(easel: TestEasel, provider: string): Promise<string> {
  const { data } = Connections.parse(await (await easel.fetch('/api/connections')).json())
  return present(
    data.find((one) => one.provider === provider),
    provider,
  ).id
}

/** Draws by way of the outer one, and waits for the end. */
async function draw(provider: string, request: object): Promise<Generation> {
  const connectionId = await connectionOf(outer, provider)
  const accepted = await post(outer, '/api/generations', { connectionId, size: '64x64', seed: 7, ...request })
  const text = await accepted.text()
  expect(accepted.status, text).toBe(202)
  const { id } = Generation.parse(JSON.parse(text))
  for (;;) {
    const now = Generation.parse(await (await outer.fetch(`/api/generations/${id}`)).json())
    if (now.state !== 'queued' && now.state !== 'running') return now
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function pixelsOf(easel: TestEasel, { url }: Pick<Image, 'url'>): Promise<string> {
  const file = Buffer.from(await (await easel.fetch(url)).arrayBuffer())
  return Buffer.from(decodePng(file).rgba).toString('base64')
}

const newestOf = async (easel: TestEasel) =>
  z.object({ data: z.array(Image) }).parse(await (await easel.fetch('/api/images?limit=1')).json()).data[0]

describe.each([
  ['openai-compatible', 'sketch'],
  ['a1111', 'Easel sketcher/sketch'],
  ['ollama', 'sketch'],
])('%s', (provider, model) => {
  it('OA5, SD10, OL5: lists what the other Easel has, and draws with it', async () => {
    const id = await connectionOf(outer, provider)
    const { data } = Models.parse(await (await outer.fetch(`/api/connections/${id}/models`)).json())
    expect(data.map((one) => one.id)).toContain(model)
    const { state, error, images } = await draw(provider, { model, prompt: `a lighthouse by ${provider}` })
    expect([state, error]).toEqual(['succeeded', null])
    expect(images).toMatchObject([{ width: 64, height: 64, seed: 7 }])
    const there = present(await newestOf(inner), 'a picture there')
    expect(there).toMatchObject({ generationPrompt: `a lighthouse by ${provider}`, seed: 7, width: 64 })
    const here = present(images[0], 'a picture here')
    expect(await pixelsOf(outer, here)).toBe(await pixelsOf(inner, there))
  })

  it('OA17, SD15, OL5: works from a picture', async () => {
    const form = new FormData()
    const picture = fakePicture(64, 64, provider)
    form.append('file', new Blob([Buffer.from(picture)], { type: 'image/png' }), 'a.png')
    const added = z
      .object({ data: Image })
      .parse(await (await outer.fetch('/api/images', { method: 'POST', body: form })).json())
    const asked = draw(provider, { model, prompt: 'at night', sources: [added.data.id] })
    // Ollama's models are known by their names: of this one nothing is known.
    if (provider === 'ollama') {
      await expect(asked).rejects.toThrow(/text alone/)
      return
    }
    expect(await asked).toMatchObject({ state: 'succeeded', error: null })
    const there = present(await newestOf(inner), 'a picture there')
    expect(there.parentId).not.toBeNull()
  })
})

it('SD18: what the web UI’s programs set goes to an engine that knows it', async () => {
  const samplers = z.array(z.object({ name: z.string() })).parse(await (await inner.fetch('/sdapi/v1/samplers')).json())
  const sampler = present(samplers.at(-1), 'a sampler').name
  const list = z.array(z.object({ title: z.string() })).parse(await (await inner.fetch('/sdapi/v1/sd-models')).json())
  const { title } = present(
    list.find((one) => !one.title.includes('sketch')),
    'a checkpoint',
  )
  const answer = await post(inner, '/sdapi/v1/txt2img', {
    prompt: 'set',
    sampler_name: sampler,
    scheduler: 'karras',
    cfg_scale: 5.5,
    tiling: true,
    width: 64,
    height: 64,
    enable_hr: true,
    hr_scale: 1.5,
    hr_upscaler: 7,
    override_settings: { sd_model_checkpoint: title, CLIP_stop_at_last_layers: 2 },
  })
  expect(answer.status).toBe(200)
  const sent = engine.drawn().at(-1)?.json()
  expect(sent).toMatchObject({
    sampler_name: sampler,
    scheduler: 'karras',
    cfg_scale: 5.5,
    tiling: true,
    enable_hr: true,
    hr_scale: 1.5,
    override_settings: { CLIP_stop_at_last_layers: 2 },
  })
  // What could not be taken is left out.
  expect(sent).not.toHaveProperty('hr_upscaler')
  const body = z.object({ info: z.string() }).parse(await answer.json())
  expect(JSON.parse(body.info)).toMatchObject({ sampler_name: sampler, cfg_scale: 5.5 })
})

it('OA16, SD14, OL15: what was accepted is drawn when Easel is back, and who waited is told', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'easel-back-'))
  const environment = { AUTOMATIC1111_BASE_URL: engine.baseUrl }
  engine.behave({ failure: 'stall' })
  const first = await startEasel({ dataFolder: folder, environment })
  const list = z.array(z.object({ title: z.string() })).parse(await (await first.fetch('/sdapi/v1/sd-models')).json())
  const model = present(
    list.find(({ title }) => !title.includes('sketch')),
    'a checkpoint',
  ).title
  const small = { width: 64, height: 64, size: '64x64' }
  const before = engine.drawn().length
  const waiting = [
    post(first, '/v1/images/generations', { ...small, model, prompt: 'by /v1' }),
    post(first, '/sdapi/v1/txt2img', {
      ...small,
      prompt: 'by /sdapi',
      override_settings: { sd_model_checkpoint: model },
    }),
    post(first, '/ollama/api/generate', { ...small, model, prompt: 'by /ollama' }),
  ]
  const active = async () =>
    z.object({ data: z.array(Generation) }).parse(await (await first.fetch('/api/generations')).json()).data.length
  await expect.poll(async () => [await active(), engine.drawn().length - before]).toEqual([3, 1])
  const told = Promise.all(waiting)
  await first.stop({ keepFolder: true, graceMs: 2000 })
  for (const answer of await told) {
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringMatching(/when it is back/)])
  }
  engine.behave({})
  const second = await startEasel({ dataFolder: folder, environment })
  const prompts = async () => {
    const answer = await second.fetch('/api/images')
    const { data } = z.object({ data: z.array(Image) }).parse(await answer.json())
    return data.map(({ generationPrompt }) => generationPrompt ?? '').toSorted()
  }
  await expect.poll(prompts).toEqual(['by /ollama', 'by /sdapi', 'by /v1'])
  await second.stop()
  await rm(folder, { recursive: true, force: true })
})
