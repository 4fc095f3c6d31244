// Programs that draw with Ollama take Easel for it. Rules in docs/spec/ollama.md.
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { draws, stalls } from '#generation/testing/paint.ts'
import { fakePicture } from '#providers/kit/fake-picture.ts'
import { decodePng } from '#providers/spec/png-codec.ts'
import { until, type TestServer } from '../../testing/server.ts'
import { openWithEngines, ratePerMinute, type WithEngines } from '../testing/with-engines.ts'

// There are two servers to start, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 180_000 })

let all: WithEngines
beforeAll(async () => {
  all = await openWithEngines()
})
afterAll(() => all.close())
afterEach(() => all.paint.onDraw(draws))

type Headers = Readonly<Record<string, string>>
const ask = (path: string, body?: unknown, headers: Headers = {}, server: TestServer = all.local) =>
  server.ask({ method: body === undefined ? 'GET' : 'POST', path: `/ollama${path}`, body, headers })
const Line = z.looseObject({ model: z.string().optional(), done: z.boolean().optional(), image: z.string().optional() })
const linesOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((one) => Line.parse(JSON.parse(one)))
const library = () => all.library()
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

describe('what programs ask first', () => {
  it('OL1: it runs, and is of the last version that draws', async () => {
    for (const path of ['', '/']) expect((await ask(path)).text).toBe('Ollama is running')
    expect((await ask('/api/version')).json()).toEqual({ version: '0.32.5' })
    expect((await ask('/api/ps')).json()).toEqual({ models: [] })
  })

  it('OL2: lists models that draw, and tells of each', async () => {
    const { models } = z
      .object({ models: z.array(z.looseObject({ name: z.string() })) })
      .parse((await ask('/api/tags')).json())
    expect(models).toContainEqual({
      name: 'single',
      model: 'single',
      modified_at: expect.any(String),
      size: 0,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      details: expect.objectContaining({ family: 'paint' }),
      capabilities: ['image'],
    })
    expect((await ask('/api/show', { model: 'Paint/single' })).json()).toMatchObject({ capabilities: ['image'] })
    expect((await ask('/api/show', { name: 'nonesuch' })).status).toBe(404)
    expect((await ask('/api/show', {})).status).toBe(400)
  })
})

describe('a picture', () => {
  it('OL10: is told step by step and comes with the last line', async () => {
    let looks = 0
    all.paint.onDraw((reply) => reply.json(200, { operation: 'slow', progress: { completed: 1, total: 3 } }))
    all.paint.onLook((reply) => {
      looks += 1
      if (looks < 60) reply.json(200, { operation: 'slow', progress: { completed: 2, total: 3 } })
      else reply.json(200, { images: [base64(fakePicture(16, 16, 'x'))] })
    })
    const answer = await ask('/api/generate', { model: 'single', prompt: 'a fox', width: 16, height: 16 })
    expect(answer.headers['content-type']).toMatch(/^application\/x-ndjson/)
    const lines = linesOf(answer.text)
    expect(lines.length).toBeGreaterThan(1)
    for (const line of lines.slice(0, -1)) {
      expect(line).toEqual({
        model: 'single',
        created_at: expect.any(String),
        response: '',
        done: false,
        completed: expect.any(Number),
        total: 3,
      })
    }
    const last = lines.at(-1)
    expect(last).toMatchObject({ model: 'single', done: true, done_reason: 'stop', total_duration: expect.any(Number) })
    expect(decodePng(Buffer.from(last?.image ?? '', 'base64'))).toMatchObject({ width: 16, height: 16 })
    expect((await library())[0]?.generationPrompt).toBe('a fox')
  })

  it('OL11: stream: false gives the last line alone', async () => {
    const answer = await ask('/api/generate', { model: 'single', prompt: 'once', stream: false, keep_alive: '5m' })
    expect(answer.json()).toMatchObject({ done: true, image: expect.any(String) })
  })

  it('OL12: takes seed and steps; 0 means any', async () => {
    await ask('/api/generate', { model: 'single', prompt: 'x', steps: 5, options: { seed: 42 } })
    expect(all.paint.asked.at(-1)).toMatchObject({ steps: 5, seed: 42 })
    await ask('/api/generate', { model: 'single', prompt: 'x', steps: 0, width: 0, options: { seed: 0 } })
    const { data } = await all.local.process.generations.list(all.local.pipeline.userId, { limit: 1 })
    expect(data[0]?.request).toEqual({ prompt: 'x', sources: [] })
    await ask('/api/generate', { model: 'single', prompt: 'x', width: 9000, height: 9000, steps: 9000 })
    expect(all.paint.asked.at(-1)).toMatchObject({ width: 64, height: 64, steps: 50 })
  })

  it('OL13: works from pictures, which are in the library', async () => {
    const images = [base64(fakePicture(16, 16, 'one')), base64(fakePicture(16, 16, 'two'))]
    const answer = await ask('/api/generate', { model: 'single', prompt: 'both', images })
    expect(linesOf(answer.text).at(-1)).toMatchObject({ done: true, image: expect.any(String) })
    expect(all.paint.asked.at(-1)?.sources).toHaveLength(2)
    expect((await library()).filter(({ source }) => source === 'upload')).toHaveLength(2)
  })

  it('OL14: without words the model is only said to be loaded', async () => {
    const before = all.paint.asked.length
    const answer = await ask('/api/generate', { model: 'single', keep_alive: 0 })
    expect(answer.json()).toMatchObject({ model: 'single', done: true, done_reason: 'load' })
    expect(all.paint.asked.length).toBe(before)
  })

  it('OL15: of a client that left is in the library', async () => {
    const body = JSON.stringify({ model: 'single', prompt: 'left alone' })
    const url = `${all.local.baseUrl}/ollama/api/generate`
    await all.leaveRightAway((signal) => fetch(url, { method: 'POST', body, signal }))
  })
})

describe('errors', () => {
  it.each<[string, unknown, number]>([
    ['no body', '', 400],
    ['broken JSON', '{"model":', 400],
    ['no model', { prompt: 'x' }, 400],
    ['an unknown model', { model: 'nonesuch', prompt: 'x' }, 404],
    ['a text for a number', { model: 'single', prompt: 'x', steps: 'many' }, 400],
    ['NUL', { model: 'single', prompt: 'a\u0000b' }, 400],
    ['a prompt that is too long', { model: 'single', prompt: 'x'.repeat(32_001) }, 400],
    ['what is no picture', { model: 'single', prompt: 'x', images: [base64(Buffer.from('hello'))] }, 415],
    ['what is no base64', { model: 'single', prompt: 'x', images: ['*'] }, 400],
    [
      'too many pictures',
      { model: 'single', prompt: 'x', images: [1, 2, 3].map((n) => base64(fakePicture(8, 8, `${n}`))) },
      400,
    ],
  ])('OL20: refuses %s', async (_, body, status) => {
    const answer = await ask('/api/generate', body)
    expect([answer.status, answer.json()], answer.text).toEqual([status, { error: expect.any(String) }])
  })

  it('OL20: a body that is too large is 413, an unknown address 404', async () => {
    const large = await ask('/api/generate', '{', { 'content-length': String(49 * 1024 * 1024) })
    expect([large.status, large.json()]).toEqual([413, { error: expect.any(String) }])
    for (const path of ['/api/chat', '/api/pull', '/v1/models']) {
      expect((await ask(path, {})).json()).toEqual({ error: expect.any(String) })
    }
  })

  it('OL21: an engine’s failure has a status before its first sign, and is the last line later', async () => {
    all.paint.onDraw((reply) => reply.json(200, { blocked: 'Not that.' }))
    const body = { model: 'single', prompt: 'bad' }
    expect(await ask('/api/generate', body)).toMatchObject({
      status: 400,
      text: JSON.stringify({ error: 'Not that.' }),
    })
    all.paint.onDraw((reply) => reply.json(200, { operation: 'x', progress: { completed: 1, total: 2 } }))
    all.paint.onLook((reply) => reply.json(200, { blocked: 'Oops.' }))
    const late = await ask('/api/generate', body)
    expect(late.status).toBe(200)
    expect(linesOf(late.text).at(-1)).toEqual({ error: expect.stringMatching(/Oops/) })
  })

  it('OL22: a cancelled picture is 499', async () => {
    all.paint.onDraw(stalls)
    const before = all.paint.asked.length
    const asked = ask('/api/generate', { model: 'single', prompt: 'stop' })
    await until(() => all.paint.asked.length > before)
    const { generations } = all.local.process
    const { userId } = all.local.pipeline
    const { data } = await generations.list(userId, { limit: 1, state: 'active', origin: 'ollama' })
    await generations.cancel(userId, data[0]?.id ?? '')
    expect((await asked).status).toBe(499)
  })
})

describe('with accounts', () => {
  it('OL3: a key is the bearer; without one 401, without the scope 403', async () => {
    const { server } = all.people
    const bearer = async (...scopes: ('read' | 'generate')[]) => ({
      authorization: `Bearer ${await all.keyOf(all.people.user, ...scopes)}`,
    })
    const body = { model: 'single', prompt: 'mine' }
    expect((await ask('/api/tags', undefined, await bearer('read'), server)).status).toBe(200)
    expect((await ask('/api/generate', body, await bearer('generate'), server)).status).toBe(200)
    expect((await ask('/api/generate', body, await bearer('read'), server)).status).toBe(403)
    for (const headers of [{}, { authorization: 'Bearer made-up' }]) {
      const answer = await ask('/api/tags', undefined, headers, server)
      expect([answer.status, answer.json()]).toEqual([401, { error: expect.any(String) }])
    }
    expect((await ask('/api/version', undefined, {}, server)).status).toBe(200)
  })

  it('OL23: too often is 429', async () => {
    const headers = { authorization: `Bearer ${await all.keyOf(all.people.admin, 'generate')}` }
    const once = () => ask('/api/generate', {}, headers, all.people.server)
    for (let time = 0; time < ratePerMinute; time++) expect((await once()).status).toBe(400)
    const answer = await once()
    expect([answer.status, answer.json()]).toEqual([429, { error: expect.any(String) }])
    expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/)
  })
})
