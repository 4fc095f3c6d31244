// The web UI's own way to ask how far a task is, and what Easel does not do. Rules SD42 and SD4 in docs/spec/sdapi.md.
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { draws, picturesFor, stalls, startPaintEngine, type PaintEngine } from '#generation/testing/paint.ts'
import { fakePicture } from '#providers/kit/fake-picture.ts'
import { openServer, until, type TestServer } from '../../testing/server.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 180_000 })

let paint: PaintEngine
let server: TestServer
beforeAll(async () => {
  paint = await startPaintEngine()
  server = await openServer()
  const wanted = { name: 'Paint', provider: 'paint', baseUrl: paint.baseUrl, isDefault: true, concurrency: 1 }
  await server.process.connections.create(server.pipeline.userId, wanted)
})
afterEach(() => paint.onDraw(draws))
afterAll(async () => {
  await server.close()
  await paint.close()
})

const post = (path: string, body: unknown) => server.ask({ method: 'POST', path, body })
const Told = z.object({
  active: z.boolean(),
  queued: z.boolean(),
  completed: z.boolean(),
  progress: z.number().nullable(),
  eta: z.number().nullable(),
  live_preview: z.string().nullable(),
  id_live_preview: z.number(),
  textinfo: z.string().nullable(),
})
const ask = async (body: object) => Told.parse((await post('/internal/progress', body)).json())
const draw = (prompt: string, id?: string) =>
  post('/sdapi/v1/txt2img', { prompt, width: 16, height: 16, send_images: false, ...(id && { force_task_id: id }) })

const unknown = { active: false, queued: false, completed: false, progress: null, textinfo: 'Waiting...' }

describe('SD42: /internal/progress', () => {
  it('tells of a task that waits, works and is done, by the name that its program gave it', async () => {
    const preview = fakePicture(8, 8, 'preview')
    let answer = false
    paint.onDraw((reply) => reply.json(200, { operation: 'slow' }))
    paint.onLook((reply, operation) => {
      if (answer) {
        reply.json(200, { images: picturesFor({ prompt: 'x', n: 1, width: 16, height: 16, sources: [], mask: null }) })
        return
      }
      const progress = { completed: 5, total: 20, preview: Buffer.from(preview).toString('base64') }
      reply.json(200, { operation, progress })
    })
    const first = draw('first', 'task(first)')
    await until(async () => (await ask({ id_task: 'task(first)' })).progress === 0.25)
    const second = draw('second', 'task(🦊)')
    await until(async () => (await ask({ id_task: 'task(🦊)' })).queued)
    expect(await ask({ id_task: 'task(🦊)' })).toEqual({
      ...unknown,
      queued: true,
      eta: null,
      live_preview: null,
      id_live_preview: -1,
      textinfo: expect.stringMatching(/^In queue: \d+$/),
    })

    const working = await ask({ id_task: 'task(first)', id_live_preview: -1 })
    expect(working).toMatchObject({ active: true, queued: false, completed: false, progress: 0.25, textinfo: null })
    expect(working.eta).toBeGreaterThanOrEqual(0)
    const data = `data:image/png;base64,${Buffer.from(preview).toString('base64')}`
    expect([working.live_preview, working.id_live_preview >= 0]).toEqual([data, true])
    const known = { id_live_preview: working.id_live_preview }
    expect(await ask({ id_task: 'task(first)', ...known })).toMatchObject({ live_preview: null, ...known })
    expect(await ask({ id_task: 'task(first)', live_preview: false })).toMatchObject({ live_preview: null })
    const { current_task: current } = z
      .object({ current_task: z.string() })
      .parse((await server.ask('/sdapi/v1/progress')).json())
    expect(await ask({ id_task: current })).toMatchObject({ active: true, progress: 0.25 })

    answer = true
    expect([(await first).status, (await second).status]).toEqual([200, 200])
    expect(await ask({ id_task: 'task(first)' })).toMatchObject({ ...unknown, completed: true })
  })

  it('a name that comes again is the newest request’s, and is drawn anew', async () => {
    const asked = paint.asked.length
    await draw('again', 'task(again)')
    paint.onDraw(stalls)
    const second = draw('again', 'task(again)')
    await until(async () => (await ask({ id_task: 'task(again)' })).active)
    await until(() => paint.asked.length === asked + 2)
    await post('/sdapi/v1/interrupt', undefined)
    expect((await second).status).toBe(200)
    expect(await ask({ id_task: 'task(again)' })).toMatchObject({ completed: true })
  })

  it('knows nothing of other tasks', async () => {
    const id = '00000000-0000-7000-8000-000000000000'
    for (const body of [{}, { id_task: null }, { id_task: 'nonesuch' }, { id_task: id }, { id_task: '../../etc' }]) {
      expect(await ask(body)).toMatchObject(unknown)
    }
    expect((await post('/internal/progress', undefined)).status).toBe(200)
  })

  it.each<[string, unknown, string]>([
    ['a name that is none', { id_task: 7 }, 'id_task'],
    ['NUL', { id_task: 'a\u0000' }, 'id_task'],
    ['half a character', { id_task: '\ud83e' }, 'id_task'],
    ['an endless name', { id_task: 'x'.repeat(301) }, 'id_task'],
    ['a preview that is no number', { id_task: 'x', id_live_preview: 'x' }, 'id_live_preview'],
  ])('refuses %s in words', async (_, body, field) => {
    const answer = await post('/internal/progress', body)
    expect([answer.status, answer.json()]).toMatchObject([422, { detail: [{ loc: ['body', field] }] }])
  })
})

it('SD4: what enlarges is said not to be there, however large the picture is', async () => {
  for (const path of ['extra-single-image', 'extra-batch-images']) {
    const answer = await post(`/sdapi/v1/${path}`, { image: 'x'.repeat(3_000_000), upscaler_1: 'ESRGAN_4x' })
    expect([answer.status, answer.json()]).toMatchObject([
      501,
      { error: 'NotImplementedError', detail: expect.stringContaining('no upscalers') },
    ])
  }
  const upscalers = z.array(z.object({ name: z.string() })).parse((await server.ask('/sdapi/v1/upscalers')).json())
  expect(upscalers.map(({ name }) => name)).toEqual(['None'])
})
