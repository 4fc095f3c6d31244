// Edits whose body is JSON, by OpenAI's own client where it can send them. Rule OA19 in docs/spec/openai.md.
import { once } from 'node:events'
import { IncomingMessage, request } from 'node:http'
import { json } from 'node:stream/consumers'
import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import { draws, startPaintEngine, type PaintEngine } from '#generation/testing/paint.ts'
import { fakePicture } from '#providers/kit/fake-picture.ts'
import type { FetchPicture } from '#transfer/fetch-picture.ts'
import { openServer, type TestServer } from '../../testing/server.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 180_000 })

let paint: PaintEngine
let server: TestServer
/** Addresses that were fetched. */
let fetched: string[]

const fetchPicture: FetchPicture = async (url) => {
  fetched.push(url)
  if (!url.startsWith('https://pictures.example/')) {
    throw new EaselError('validation-failed', 'This address is not on the public internet.', {
      fields: [{ field: 'body.url', message: 'is not on the public internet' }],
    })
  }
  return fakePicture(16, 16, url)
}

beforeAll(async () => {
  paint = await startPaintEngine()
  server = await openServer({ fetchPicture })
  const wanted = { name: 'Paint', provider: 'paint', baseUrl: paint.baseUrl, isDefault: true }
  await server.process.connections.create(server.pipeline.userId, wanted)
})
beforeEach(() => {
  fetched = []
  paint.onDraw(draws)
})
afterAll(async () => {
  await server.close()
  await paint.close()
})

const Answer = z.object({ data: z.array(z.object({ b64_json: z.string().optional(), url: z.string().optional() })) })
const dataUrl = (words: string, side = 16) =>
  `data:image/png;base64,${Buffer.from(fakePicture(side, side, words)).toString('base64')}`
const uploads = async () =>
  (await server.process.images.list(server.pipeline.userId, { limit: 50 })).data.filter(
    ({ source }) => source === 'upload',
  )

/** OpenAI's client sends forms for edits; the way it sends JSON is the same for every address. */
const client = () => new OpenAI({ apiKey: 'x', baseURL: `${server.baseUrl}/v1`, maxRetries: 0 })
const edit = async (body: object) =>
  Answer.parse(await client().post('/images/edits', { body: { model: 'single', prompt: 'at night', ...body } }))
const ask = (body: unknown) => server.ask({ method: 'POST', path: '/v1/images/edits', body })

describe('OA19: an edit in JSON', () => {
  it('takes pictures and a mask as data, which become part of the library', async () => {
    const before = (await uploads()).length
    const images = [{ image_url: dataUrl('one') }, { image_url: dataUrl('two'), file_id: null }]
    const { data } = await edit({ images, mask: { image_url: dataUrl('mask') }, n: 2, user: 'somebody' })
    expect(data).toHaveLength(2)
    const asked = paint.asked.at(-1)
    expect([asked?.prompt, asked?.sources.length, asked?.mask === null]).toEqual(['at night', 2, false])
    expect((await uploads()).length - before).toBe(3)
    expect(fetched).toEqual([])
  })

  it('takes a picture by its address, through the guard', async () => {
    await edit({ images: [{ image_url: 'https://pictures.example/fox.png' }] })
    expect(fetched).toEqual(['https://pictures.example/fox.png'])
    expect(paint.asked.at(-1)?.sources).toHaveLength(1)
    const asked = paint.asked.length
    for (const url of ['http://127.0.0.1:9/a.png', 'file:///etc/passwd', 'http://[::1]/', '../../etc/passwd']) {
      const answer = await ask({ model: 'single', prompt: 'x', images: [{ image_url: url }] })
      expect([url, answer.status, answer.json()]).toMatchObject([
        url,
        400,
        { error: { type: 'invalid_request_error', message: expect.stringContaining('public internet') } },
      ])
    }
    expect(paint.asked.length).toBe(asked)
  })

  it('knows the addresses that it gave, and pictures of the library by their ids', async () => {
    const first = await client().images.generate({ model: 'single', prompt: 'a fox', response_format: 'url' })
    const url = first.data?.[0]?.url ?? ''
    expect(url).toContain('/uploads/generated/')
    const before = (await uploads()).length
    await edit({ images: [{ image_url: url }] })
    const newest = async () => (await server.process.images.list(server.pipeline.userId, { limit: 2 })).data
    const [edited, fox] = await newest()
    expect([edited?.parentId, fox?.generationPrompt]).toEqual([fox?.id, 'a fox'])
    await edit({ images: [{ file_id: fox?.id }], mask: { file_id: fox?.id } })
    expect((await newest())[0]?.parentId).toBe(fox?.id)
    expect([fetched, (await uploads()).length - before]).toEqual([[], 0])
  })

  it('streams as well', async () => {
    const body = { model: 'single', prompt: 'at dawn', images: [{ image_url: dataUrl('dawn') }], stream: true }
    const answer = await ask(body)
    expect(answer.headers['content-type']).toContain('text/event-stream')
    expect(answer.text).toContain('event: image_edit.completed')
  })

  const picture = { image_url: dataUrl('x') }
  it.each<[string, unknown, string]>([
    ['no pictures', {}, 'images'],
    ['an empty list', { images: [] }, 'images'],
    ['what is no list', { images: dataUrl('x') }, 'images'],
    ['more pictures than anybody takes', { images: Array.from({ length: 17 }, () => picture) }, 'images'],
    ['more pictures than the model takes', { images: [picture, picture, picture] }, 'image'],
    ['a picture that is none', { images: [{}] }, 'images[0]'],
    ['a text', { images: ['🦊'] }, 'images[0]'],
    ['both', { images: [picture, { ...picture, file_id: 'x' }] }, 'images[1]'],
    ['broken base64', { images: [{ image_url: 'data:image/png;base64,a' }] }, 'images[0].image_url'],
    ['SVG', { images: [{ image_url: `data:image/png;base64,${btoa('<svg onload="x()"/>')}` }] }, 'images[0].image_url'],
    ['nothing', { images: [{ image_url: 'data:image/png;base64,' }] }, 'images[0].image_url'],
    ['a file that is no picture’s', { images: [{ file_id: 'file-abc' }] }, 'images[0].file_id'],
    ['a mask that is none', { images: [picture], mask: { file_id: '../../x' } }, 'mask.file_id'],
    ['a mask of another size', { images: [picture], mask: { image_url: dataUrl('m', 8) } }, 'mask'],
    ['no words', { images: [picture], prompt: '' }, 'prompt'],
  ])('refuses %s, naming the parameter', async (_, body, param) => {
    const asked = paint.asked.length
    const answer = await ask({ model: 'single', prompt: 'x', ...(typeof body === 'object' ? body : {}) })
    expect([answer.status, answer.json()]).toMatchObject([400, { error: { type: 'invalid_request_error', param } }])
    expect(paint.asked.length).toBe(asked)
  })

  it('refuses a picture that is not in the library, what is no object, and too much', async () => {
    const file_id = '00000000-0000-7000-8000-000000000000'
    const unknown = await ask({ model: 'single', prompt: 'x', images: [{ file_id }] })
    expect([unknown.status, unknown.json()]).toMatchObject([400, { error: { param: 'image' } }])
    expect((await ask([1])).status).toBe(400)
    const { hostname, port } = new URL(server.baseUrl)
    const headers = { 'content-type': 'application/json', 'content-length': String(49 * 1024 * 1024) }
    const large = request({ hostname, port, method: 'POST', path: '/v1/images/edits', headers, agent: false })
    large.flushHeaders()
    const [answer] = z.tuple([z.instanceof(IncomingMessage)]).parse(await once(large, 'response'))
    expect([answer.statusCode, await json(answer)]).toMatchObject([413, { error: { code: 'request_too_large' } }])
    large.destroy()
  })
})
