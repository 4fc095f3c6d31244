import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { startFakeEngine } from '../kit/fake-engine.ts'
import { openEngines } from '../kit/testing.ts'
import { decodePng } from '../spec/png-codec.ts'
import type { EngineHttp, ImageRequest, RunContext } from '../spec/provider.ts'
import { startFakeComfyUi, uint32, type ComfyBehaviour } from './fake-comfyui.ts'
import { cancel, poll } from './job.ts'
import { readPreview } from './listen.ts'
import { provider } from './provider.ts'
import { contextFor, draw, follow, request, submit } from './testing.ts'

const { keep } = openEngines()
const fake = (behaviour: ComfyBehaviour = {}) => keep(startFakeComfyUi(behaviour))

const jobId = '1f0c6c1e-5f0e-4a63-9a55-0f6f3d1f9a11'
const saved = { promptId: jobId, clientId: 'c', n: 1, steps: 3, parameters: {}, warnings: '', socket: false }

/** How often a path was asked for. */
const asked = (engine: { requests: readonly { path: string }[] }, path: string) =>
  engine.requests.filter((seen) => seen.path.startsWith(path)).length

describe('ComfyUI: a job over the socket', () => {
  it.each(['plain', 'metadata'] as const)('tells each step and shows previews (%s)', async (previews) => {
    const engine = await fake({ stepDelayMs: 20, previews })
    const context = contextFor(engine.baseUrl)
    const [image] = await draw(context, { steps: 4 })
    const steps = context.signs.filter(({ preview }) => preview === undefined)
    const pictures = context.signs.flatMap(({ preview }) => preview ?? [])
    expect(steps.length).toBeGreaterThan(1)
    expect(steps.at(-1)).toEqual({ completed: 4, total: 4 })
    expect(pictures.length).toBeGreaterThan(1)
    for (const preview of pictures) expect(decodePng(preview)).toMatchObject({ width: 8, height: 8 })
    expect(decodePng(image?.bytes ?? Buffer.of())).toMatchObject({ width: 64, height: 48 })
    expect(engine.said()).toEqual(['{"type":"feature_flags","data":{"supports_preview_metadata":true}}'])
    // The socket tells when it is time: the history is not asked over and over.
    expect(asked(engine, '/history/')).toBeLessThan(6)
  })

  it('presents itself with the id that the job was sent with, with the key, and without an origin', async () => {
    const engine = await fake({ base: '/api' })
    await draw(contextFor(`${engine.baseUrl}/api`, { key: 'sk-comfy-0123456789' }))
    const body = engine.requests.find(({ path }) => path === '/api/prompt')?.json()
    const [handshake] = engine.handshakes()
    const clientId = typeof body === 'object' && body !== null && 'client_id' in body ? String(body.client_id) : ''
    expect(handshake).toMatchObject({
      path: `/api/ws?clientId=${clientId}`,
      authorization: 'Bearer sk-comfy-0123456789',
    })
    expect(handshake?.['origin']).toBeUndefined()
    expect(engine.requests.every(({ headers }) => headers.origin === undefined)).toBe(true)
  })

  it("takes no notice of other people's jobs, of extensions, and of what it does not understand", async () => {
    const engine = await fake({ stepDelayMs: 40 })
    const context = contextFor(engine.baseUrl)
    const operation = await submit(context, { steps: 25 })
    const outcome = follow(operation, context)
    await expect.poll(() => context.signs.length).toBeGreaterThan(0)
    const other = { prompt_id: 'another' }
    const broadcasts = [
      { type: 'progress', data: { ...other, value: 99, max: 100 } },
      { type: 'execution_interrupted', data: { ...other, node_id: '3', node_type: 'KSampler', executed: [] } },
      { type: 'executing', data: { ...other, node: null } },
      { type: 'crystools.monitor', data: { cpu: 3 } },
      { type: 'progress' },
    ]
    for (const event of broadcasts) engine.broadcast(JSON.stringify(event))
    engine.broadcast('NaN, not JSON')
    engine.broadcast(Buffer.from([0, 0]))
    const before = context.signs.filter(({ preview }) => preview !== undefined).length
    engine.broadcast(Buffer.concat([uint32(1), uint32(1), Buffer.from('a preview of the other job')]))
    expect((await outcome).images).toHaveLength(1)
    expect(context.signs.some(({ total }) => total === 100)).toBe(false)
    expect(context.signs.filter(({ preview }) => preview !== undefined).length).toBeGreaterThan(before)
    const texts = context.signs.map(({ preview }) => Buffer.from(preview ?? []).toString('latin1'))
    expect(texts).not.toContain('a preview of the other job')
  })

  it('reads both kinds of previews and nothing else', () => {
    const about = Buffer.from('{"prompt_id":"x"}')
    const meta = Buffer.concat([uint32(4), uint32(about.length), about, Buffer.from('JPEG')])
    expect(readPreview(meta)).toEqual({ bytes: Buffer.from('JPEG'), promptId: 'x' })
    expect(readPreview(Buffer.concat([uint32(1), uint32(1), Buffer.from('JPEG')]))).toEqual({
      bytes: Buffer.from('JPEG'),
    })
    const unusable = [
      Buffer.of(),
      Buffer.concat([uint32(1), uint32(1)]),
      Buffer.concat([uint32(3), uint32(1), Buffer.from('3 text')]),
      Buffer.concat([uint32(4), uint32(4_000_000_000), about]),
      Buffer.concat([uint32(4), uint32(5), Buffer.from('{{{{{JPEG')]),
    ]
    expect(unusable.map((data) => readPreview(data))).toEqual([null, null, null, null, null])
  })
})

describe('ComfyUI: without the socket', () => {
  it.each(['refused', 'redirected', 'dropped'] as const)('a socket that is %s: the history tells', async (socket) => {
    const engine = await fake({ socket, stepDelayMs: 30 })
    const context = contextFor(engine.baseUrl)
    const operation = await submit(context, { steps: 25 })
    const first = await poll(operation, context)
    expect(first).toMatchObject({ kind: 'pending', lookAgainMs: 1000 })
    expect((await follow(operation, context)).images).toHaveLength(1)
    expect(engine.submitted()).toBe(1)
    // What was refused once is not asked for again; a connection that broke may come back.
    if (first.kind === 'pending') expect(first.operation).toMatchObject({ socket: socket === 'dropped' })
  })

  it('works where the way to the engine has no sockets at all', async () => {
    const engine = await fake()
    const context = contextFor(engine.baseUrl)
    const { request, download } = context.http
    const http: EngineHttp = { request, download }
    expect(await draw({ ...context, http })).toHaveLength(1)
    expect(engine.handshakes()).toEqual([])
  })
})

describe('ComfyUI: taking up, results, being gone', () => {
  it('PR16: a job is taken up by another process by its id, twice, and never sent again', async () => {
    const engine = await fake({ stepDelayMs: 50 })
    const before = new AbortController()
    const operation = await submit(contextFor(engine.baseUrl), { steps: 20 })
    const dying = contextFor(engine.baseUrl, { signal: before.signal })
    const cut = poll(operation, dying)
    await expect.poll(() => dying.signs.length).toBeGreaterThan(0)
    before.abort()
    await expect(cut).rejects.toMatchObject({ kind: 'interrupted' })
    const again = JSON.parse(JSON.stringify(operation))
    const first = await follow(again, contextFor(engine.baseUrl))
    const second = await follow(again, contextFor(engine.baseUrl))
    expect(second).toEqual(first)
    expect([engine.submitted(), engine.executed(), asked(engine, '/prompt')]).toEqual([1, 1, 1])
  })

  it('a job whose answer was lost is found by its id and not sent again', async () => {
    const engine = await fake({ failure: 'answer-lost', stepDelayMs: 10 })
    expect(await draw(contextFor(engine.baseUrl))).toHaveLength(1)
    expect([engine.submitted(), engine.executed(), asked(engine, '/prompt')]).toEqual([1, 1, 1])
  })

  it('a job whose answer was lost is found by its client at an older server, which chose another id', async () => {
    const engine = await fake({ failure: 'answer-lost', old: true, stepDelayMs: 10 })
    expect(await draw(contextFor(engine.baseUrl))).toHaveLength(1)
    expect([engine.submitted(), engine.executed(), asked(engine, '/prompt')]).toEqual([1, 1, 1])
  })

  it('a lost answer of a job that cannot be found is what it was: unknown, and not sent again', async () => {
    const engine = await keep(
      startFakeEngine(({ path }, reply) => {
        if (path === '/prompt') return reply.drop()
        reply.json(200, path === '/queue' ? { queue_running: [], queue_pending: [] } : {})
      }),
    )
    const expected = { kind: 'unavailable', advice: 'never', message: expect.stringContaining('unknown') }
    await expect(draw(contextFor(engine.baseUrl))).rejects.toMatchObject(expected)
    expect(asked(engine, '/prompt')).toBe(1)
  })

  it('a job that is stopped before its answer came is stopped at the engine, too', async () => {
    const engine = await fake({ failure: 'answer-late', stepDelayMs: 100 })
    const abort = new AbortController()
    const call = submit(contextFor(engine.baseUrl, { signal: abort.signal }), { steps: 50 })
    await expect.poll(() => engine.queue().running.length).toBe(1)
    abort.abort()
    await expect(call).rejects.toMatchObject({ kind: 'interrupted' })
    await expect.poll(() => engine.queue().running).toEqual([])
    expect(engine.executed()).toBe(0)
  })

  it('takes the id that an older server chose', async () => {
    const engine = await fake({ old: true })
    expect(await draw(contextFor(engine.baseUrl))).toHaveLength(1)
  })

  it('fetches the saved picture before previews, by the names in the history', async () => {
    const history = await readFile(new URL('__fixtures__/history.json', import.meta.url))
    const engine = await keep(
      startFakeEngine(({ path }, reply) =>
        path.startsWith('/view')
          ? reply.send(200, 'picture', { 'content-type': 'image/png' })
          : reply.send(200, history),
      ),
    )
    const names = async (more: object) => {
      const context = contextFor(engine.baseUrl)
      const { images } = await follow({ ...saved, ...more }, context)
      expect(images.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['picture'])
      return engine.requests.at(-1)?.path
    }
    expect(await names({})).toBe('/view?filename=Com+%26+fy_00001_.png&subfolder=a%2Fb&type=output')
    expect(await names({ output: '12' })).toBe('/view?filename=ComfyUI_temp_abcde_00001_.png&subfolder=&type=temp')
  })

  it('says that a job is gone after the server was restarted', async () => {
    const engine = await fake({ stepDelayMs: 50 })
    const context = contextFor(engine.baseUrl)
    const operation = await submit(context)
    engine.restart()
    await expect(poll(operation, context)).rejects.toMatchObject({
      kind: 'not-found',
      advice: 'never',
      message: expect.stringContaining('restarted'),
    })
  })

  it('an operation that is none of ours is malformed', async () => {
    const engine = await fake()
    await expect(poll({ id: 3 }, contextFor(engine.baseUrl))).rejects.toMatchObject({ kind: 'malformed-response' })
  })
})

describe('ComfyUI: a job that Easel was not told about', () => {
  const prepared = (context: RunContext, more: Partial<ImageRequest> = {}) =>
    provider.prepare?.({ ...request, ...more }, context) ?? null

  it.each([
    ['in the queue', { stepDelayMs: 20 }],
    ['over', {}],
    ['in the queue of an older server', { old: true, stepDelayMs: 20 }],
    ['over at an older server', { old: true }],
  ])('PR30: is found %s', async (_, behaviour: ComfyBehaviour) => {
    const engine = await fake({ ...behaviour, failure: 'answer-late' })
    const gone = new AbortController()
    const operation = prepared(contextFor(engine.baseUrl))
    const sending = provider.start(request, contextFor(engine.baseUrl, { signal: gone.signal }), operation)
    const over = behaviour.stepDelayMs === undefined
    await expect.poll(() => (over ? engine.executed() : engine.submitted())).toBe(1)
    expect(await follow(operation, contextFor(engine.baseUrl))).toMatchObject({ images: [{ seed: 7 }] })
    gone.abort()
    await expect(sending).rejects.toMatchObject({ kind: 'interrupted' })
    expect([engine.submitted(), engine.executed(), asked(engine, '/prompt')]).toEqual([1, 1, 1])
  })

  it('PR30: is stopped at an older server, too, which has it under another id', async () => {
    const engine = await fake({ old: true, failure: 'answer-late', stepDelayMs: 50 })
    const gone = new AbortController()
    const operation = prepared(contextFor(engine.baseUrl))
    const sending = provider.start(
      { ...request, steps: 50 },
      contextFor(engine.baseUrl, { signal: gone.signal }),
      operation,
    )
    await expect.poll(() => engine.queue().running.length).toBe(1)
    await cancel(operation, contextFor(engine.baseUrl))
    await expect.poll(() => engine.interrupted()).toBe(1)
    gone.abort()
    await expect(sending).rejects.toMatchObject({ kind: 'interrupted' })
  })

  it('PR30: is looked for once more after a while: it may still be on its way', async () => {
    const engine = await fake()
    const context = contextFor(engine.baseUrl)
    const operation = prepared(context)
    const first = await poll(operation, context)
    expect(first).toMatchObject({ kind: 'pending', lookAgainMs: 2000 })
    if (first.kind !== 'pending') return
    expect(await poll(first.operation, context)).toEqual({ kind: 'not-taken' })
    await provider.start(request, context, operation)
    expect(await follow(first.operation, context)).toMatchObject({ kind: 'done' })
    expect(engine.submitted()).toBe(1)
  })

  it('PR30: may have cost money where the graph is somebody’s own: it is said, and not sent again', async () => {
    const engine = await fake()
    const workflow = await readFile(new URL('__fixtures__/workflow-api.json', import.meta.url), 'utf8')
    const context = contextFor(engine.baseUrl, { settings: { workflow, inputs: 'prompt = 6.text' } })
    const operation = prepared(context, { model: 'workflow' })
    const first = await poll(operation, context)
    const second = first.kind === 'pending' ? poll(first.operation, context) : null
    await expect(second).rejects.toMatchObject({
      kind: 'interrupted',
      advice: 'never',
      message: expect.stringContaining('not sent again'),
    })
  })
})

describe('ComfyUI: cancelling', () => {
  it('takes a job that waits out of the queue, and interrupts only the one that runs', async () => {
    const engine = await fake({ stepDelayMs: 50 })
    const context = contextFor(engine.baseUrl)
    const running = await submit(context, { steps: 40 })
    const waiting = await submit(context, { prompt: 'another' })
    await cancel(waiting, context)
    expect(engine.queue()).toMatchObject({ running: [expect.any(String)], waiting: [] })
    expect(asked(engine, '/interrupt')).toBe(0)
    await cancel(running, context)
    const seen = engine.requests.findLast(({ path }) => path === '/interrupt')
    expect(seen?.json()).toMatchObject({ prompt_id: expect.any(String) })
    await expect.poll(() => engine.queue().running).toEqual([])
    await expect(poll(running, context)).rejects.toMatchObject({ kind: 'interrupted' })
    await expect(poll(waiting, context)).rejects.toMatchObject({ kind: 'not-found' })
    expect(engine.executed()).toBe(0)
  })

  it('asks for nothing once the job is over, however often: an older server would stop what others wait for', async () => {
    const engine = await fake({ old: true, stepDelayMs: 30 })
    const context = contextFor(engine.baseUrl)
    const operation = await submit(context, { steps: 1 })
    await follow(operation, context)
    const next = await submit(context, { steps: 2 })
    await cancel(operation, context)
    await cancel(operation, context)
    expect(await follow(next, context)).toMatchObject({ kind: 'done' })
    expect(asked(engine, '/interrupt')).toBe(0)
  })

  it('PR5: an abort ends the waiting on the socket at once', async () => {
    const engine = await fake({ stepDelayMs: 200 })
    const abort = new AbortController()
    const context = contextFor(engine.baseUrl, { signal: abort.signal })
    const call = poll(await submit(context, { steps: 100 }), context)
    await expect.poll(() => context.signs.length).toBeGreaterThan(0)
    abort.abort()
    await expect(call).rejects.toMatchObject({ kind: 'interrupted' })
  })
})

describe('ComfyUI: how much', () => {
  it('reads a picture of 30 MB', async () => {
    const engine = await fake({ padding: 30_000_000 })
    const [image] = await draw(contextFor(engine.baseUrl))
    expect(image?.bytes.length).toBeGreaterThan(30_000_000)
  })

  it('makes ten at once: each gets its own picture', async () => {
    const engine = await fake({ stepDelayMs: 1 })
    const prompts = Array.from({ length: 10 }, (_, i) => `number ${i}`)
    const drawn = await Promise.all(prompts.map((prompt) => draw(contextFor(engine.baseUrl), { prompt, steps: 2 })))
    expect(new Set(drawn.map(([image]) => Buffer.from(image?.bytes ?? []).toString('base64'))).size).toBe(10)
    expect([engine.submitted(), engine.executed()]).toEqual([10, 10])
  })
})
