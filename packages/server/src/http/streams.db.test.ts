// Event streams, and how everything that is open ends when the server stops.
import { request, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { routes } from '@easel/contract'
import { draws, picturesFor, stalls, startPaintEngine, type PaintEngine } from '#generation/testing/paint.ts'
import { openServer, until, type TestServer } from './testing/server.ts'

// Whole processes come and go here.
vi.setConfig({ testTimeout: 60_000 })

let server: TestServer
let engine: PaintEngine
let connectionId: string
let streams: { close(): void }[]

beforeEach(async () => {
  streams = []
  engine = await startPaintEngine()
  server = await openServer()
  const { process, pipeline } = server
  const input = { name: 'Paint', provider: 'paint', baseUrl: engine.baseUrl, concurrency: 1 }
  connectionId = (await process.connections.create(pipeline.userId, input)).id
})
afterEach(async () => {
  for (const stream of streams) stream.close()
  await server.close()
  await engine.close()
})

interface Message {
  readonly id?: string
  readonly event?: string
  readonly data?: { type: string; generationId?: string; state?: string }
}

/** A page that listens. */
async function listen(path: string, headers: Record<string, string> = {}) {
  const { hostname, port } = new URL(server.baseUrl)
  const sent = request({
    hostname,
    port,
    path,
    headers: { accept: 'text/event-stream', ...headers },
    agent: false,
  }).end()
  const [response]: IncomingMessage[] = (await once(sent, 'response')) as [IncomingMessage] // oxlint-disable-line typescript/consistent-type-assertions -- what the event carries
  if (response === undefined) throw new Error('no answer')
  let text = ''
  let ended = false
  response.setEncoding('utf8')
  response.on('data', (part: string) => (text += part))
  response.on('close', () => (ended = true))
  response.on('error', () => (ended = true))
  const stream = {
    status: response.statusCode,
    headers: response.headers,
    text: () => text,
    ended: () => ended,
    messages: (): Message[] =>
      text
        .split('\n\n')
        .slice(0, -1)
        .filter((block) => !block.startsWith(':'))
        .map((block) =>
          Object.fromEntries(
            block.split('\n').map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
          ),
        )
        .map((fields) => ({
          ...fields,
          ...(fields['data'] === undefined ? {} : { data: JSON.parse(fields['data']) }),
        })),
    types: (): string[] =>
      stream.messages().flatMap(({ event }) => (event === undefined || event === 'ready' ? [] : [event])),
    close: () => void sent.destroy(),
  }
  streams.push(stream)
  await until(() => text.includes('event: ready') || ended)
  return stream
}

const submit = async (): Promise<string> => {
  const answer = await server.ask({ method: 'POST', path: '/api/generations', body: { prompt: 'a', connectionId } })
  return routes.createGeneration.response.parse(answer.json()).id
}
const ended = (id: string) =>
  until(async () => (await server.process.generations.get(server.pipeline.userId, id)).finishedAt !== null)
const whole = ['generation.queued', 'generation.running', 'image.added', 'generation.finished', 'image.changed']

describe('the event stream', () => {
  it('tells every page, in order, with ids that rise', async () => {
    const [one, two] = [await listen('/api/events'), await listen('/api/events')]
    expect(one.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    })
    await submit()
    await until(() => two.types().includes('image.changed') && one.types().includes('image.changed'))
    expect(one.types()).toEqual(whole)
    expect(two.messages()).toEqual(one.messages())
    const ids = one
      .messages()
      .slice(1)
      .map(({ id }) => Number(id))
    expect(ids).toEqual(ids.toSorted((a, b) => a - b))
    expect(new Set(ids).size).toBe(whole.length)
    for (const { event, data } of one.messages().slice(1)) expect(data?.type).toBe(event)
  })

  it('GN18: carries progress, which has no id', async () => {
    const page = await listen('/api/events')
    engine.onDraw((reply) => reply.json(200, { operation: 'op' }))
    let looked = 0
    engine.onLook((reply) => {
      looked += 1
      const progress = { completed: looked, total: 4 }
      if (looked < 4) reply.json(200, { operation: 'op', progress })
      else
        reply.json(200, { images: picturesFor({ prompt: 'a', n: 1, width: 16, height: 16, sources: [], mask: null }) })
    })
    await submit()
    await until(() => page.types().includes('generation.finished'))
    const progress = page.messages().filter(({ event }) => event === 'generation.progress')
    expect(progress.length).toBeGreaterThan(0)
    for (const { id, data } of progress)
      expect([id, data]).toMatchObject([undefined, { completed: expect.any(Number), total: 4 }])
    expect(page.types().indexOf('generation.running')).toBeLessThan(page.types().indexOf('generation.progress'))
  })

  it('gives a page that was away what it missed, once', async () => {
    const first = await listen('/api/events')
    await ended(await submit())
    await until(() => first.types().includes('image.changed'))
    const last = first.messages()[2]?.id ?? ''
    first.close()
    await ended(await submit())
    const back = await listen('/api/events', { 'last-event-id': last })
    await until(() => back.types().filter((type) => type === 'image.changed').length === 2)
    expect(back.types()).toEqual([...whole.slice(2), ...whole])
    await ended(await submit())
    await until(() => back.types().length === 3 + whole.length * 2)
    const ids = back
      .messages()
      .slice(1)
      .map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it.each(['nonsense', '-1', '999999999', '1e3', '9'.repeat(30)])(
    'has a page load anew that comes with %s',
    async (id) => {
      const page = await listen('/api/events', { 'last-event-id': id })
      await until(() => page.types().length > 0)
      const [, reset] = page.messages()
      expect(reset).toMatchObject({ event: 'reset', id: expect.stringMatching(/^\d+$/) })
      await submit()
      await until(() => page.types().includes('generation.finished'))
      expect(page.types().filter((type) => type === 'reset')).toHaveLength(1)
    },
  )

  it('greets a page only when it is subscribed, so that nothing after the greeting is missed', async () => {
    const { events } = server.process
    const subscribe = events.subscribe.bind(events)
    let greeted: boolean | undefined
    const slow = vi.spyOn(events, 'subscribe').mockImplementation(async (...asked) => {
      // Time enough for a greeting that was sent already to be read.
      for (let more = 0; more < 5; more++) await server.ask('/healthz')
      greeted = reached
      return await subscribe(...asked)
    })
    const { hostname, port } = new URL(server.baseUrl)
    const headers = { accept: 'text/event-stream' }
    let reached = false
    const sent = request({ hostname, port, path: '/api/events', headers, agent: false }).end()
    streams.push({ close: () => void sent.destroy() })
    await once(sent, 'response')
    reached = true
    slow.mockRestore()
    expect(greeted).toBe(false)
  })

  it('tells nobody of somebody else', async () => {
    const page = await listen('/api/events')
    const other = await server.pipeline.addUser()
    await server.addImage({ of: other })
    const mine = await server.addImage()
    await until(() => page.types().length > 0)
    expect(
      page
        .messages()
        .slice(1)
        .map(({ data }) => data),
    ).toEqual([{ type: 'image.added', imageId: mine.id, generationId: null }])
  })

  it('refuses what cannot read it, and a HEAD', async () => {
    expect((await server.ask({ path: '/api/events', headers: { accept: 'text/html' } })).status).toBe(406)
    expect((await server.ask({ method: 'HEAD', path: '/api/events' })).status).toBe(405)
    const refused = await server.ask({ path: '/api/events', headers: { accept: 'application/json' } })
    expect(refused.headers['content-type']).toBe('application/problem+json')
    expect(refused.json()).toMatchObject({ status: 406, code: 'not-acceptable', error: expect.any(String) })
  })

  it('beats while nothing happens', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      const page = await listen('/api/events')
      vi.advanceTimersByTime(15_001)
      vi.useRealTimers()
      await until(() => page.text().includes(': heartbeat\n\n'))
    } finally {
      vi.useRealTimers()
    }
  })

  it('lets go of pages that leave', async () => {
    const page = await listen('/api/events')
    page.close()
    for (let more = 0; more < 3; more++) await server.addImage()
    const next = await listen('/api/events')
    await server.addImage()
    await until(() => next.types().length === 1)
    expect(server.pipeline.lines.filter((line) => line.includes('could not be delivered'))).toEqual([])
  })
})

describe('the stream of one generation', () => {
  it('tells its story and ends with it', async () => {
    engine.onDraw(stalls)
    const id = await submit()
    const other = await submit()
    const page = await listen(`/api/generations/${id}/events`)
    await server.process.generations.cancel(server.pipeline.userId, other)
    await server.process.generations.cancel(server.pipeline.userId, id)
    await until(() => page.ended())
    expect(page.types()).toEqual(expect.arrayContaining(['generation.finished']))
    for (const { data } of page.messages().slice(1)) expect(data?.generationId).toBe(id)
    expect(page.messages().at(-1)?.data).toMatchObject({ state: 'cancelled' })
  })

  it('tells the end of one that has ended, also after the log was lost', async () => {
    const id = await submit()
    await ended(id)
    for (const headers of [{}, { 'last-event-id': '999999999' }]) {
      const page = await listen(`/api/generations/${id}/events`, headers)
      await until(() => page.ended())
      expect(page.messages().at(-1)).toMatchObject({ event: 'generation.finished', data: { state: 'succeeded' } })
    }
  })

  it('is not there for anybody else', async () => {
    const other = await server.pipeline.addUser()
    const input = { name: 'P', provider: 'paint', baseUrl: engine.baseUrl }
    const { id: theirs } = await server.process.connections.create(other, input)
    const { id } = await server.process.generations.submit(
      other,
      { prompt: 'a', connectionId: theirs },
      { origin: 'easel' },
    )
    for (const path of [id, '01900000-0000-7000-8000-000000000000']) {
      expect((await server.ask({ path: `/api/generations/${path}/events` })).status).toBe(404)
    }
    expect((await server.ask({ path: '/api/generations/x/events' })).status).toBe(400)
  })
})

describe('the preview of a generation', () => {
  it('is shown while it is there', async () => {
    engine.onDraw((reply) => reply.json(200, { operation: 'op' }))
    const [preview] = picturesFor({ prompt: 'p', n: 1, width: 8, height: 8, sources: [], mask: null })
    engine.onLook((reply) => reply.json(200, { operation: 'op', progress: { completed: 1, total: 4, preview } }))
    const id = await submit()
    const url = await vi.waitFor(
      async () => {
        const { previewUrl } = await server.process.generations.get(server.pipeline.userId, id)
        expect(previewUrl).not.toBeNull()
        return previewUrl ?? ''
      },
      { timeout: 15_000 },
    )
    const answer = await server.ask(url)
    expect(answer.headers).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'private, no-store',
      'content-security-policy': expect.stringContaining('sandbox'),
    })
    await server.process.generations.cancel(server.pipeline.userId, id)
    await ended(id)
    const gone = await server.ask(url)
    expect([gone.status, gone.body.length]).toEqual([204, 0])
  })
})

describe('a client that waits for its pictures', () => {
  const question = () => ({
    method: 'POST',
    path: '/api/images/generate',
    body: { prompt: 'a', profileId: connectionId },
  })

  it('GN13: may leave: the pictures are made all the same', async () => {
    const go = Promise.withResolvers<void>()
    engine.onDraw(async (reply, asked) => {
      await go.promise
      reply.json(200, { images: picturesFor(asked) })
    })
    const { hostname, port } = new URL(server.baseUrl)
    const { method, path, body } = question()
    const sent = request({
      hostname,
      port,
      method,
      path,
      headers: { 'content-type': 'application/json' },
      agent: false,
    })
    sent.on('error', () => {})
    sent.end(JSON.stringify(body))
    await until(() => engine.asked.length === 1)
    sent.destroy()
    go.resolve()
    await until(async () => (await server.process.images.list(server.pipeline.userId, { limit: 1 })).data.length === 1)
    const [image] = (await server.process.images.list(server.pipeline.userId, { limit: 1 })).data
    expect(image?.filename).toMatch(
      new RegExp(`^${server.pipeline.userId}_\\d{13}_0_${image?.sha256.slice(0, 8)}\\.png$`),
    )
  })

  it('gets a file by the address that it was told', async () => {
    engine.onDraw(draws)
    const answer = routes.generateImages.response.parse((await server.ask(question())).json())
    const [image] = answer.data
    expect(image?.filepath).toBe(`uploads/generated/${server.pipeline.userId}/${image?.filename}`)
    const file = await server.ask(image?.url ?? '')
    expect([file.status, file.body.length, file.headers['content-type']]).toEqual([200, image?.size, 'image/png'])
  })

  it('is told when the server stops, and so is everybody who listens', async () => {
    engine.onDraw(stalls)
    const page = await listen('/api/events')
    const own = await listen(`/api/generations/${await submit()}/events`)
    await until(() => engine.asked.length === 1)
    const waiting = server.ask(question())
    await until(
      async () => (await server.process.generations.list(server.pipeline.userId, { limit: 9 })).data.length === 2,
    )
    const closing = server.app.close()
    const answer = await waiting
    expect([answer.status, answer.json()]).toMatchObject([503, { code: 'shutting-down' }])
    await closing
    await until(() => page.ended() && own.ended())
  })
})

it('says that it is ready, and that it is not while it stops', async () => {
  expect((await server.ask('/readyz')).json()).toEqual({ status: 'ready' })
  const { hostname, port } = new URL(server.baseUrl)
  // Requests that have begun when the server is told to stop.
  const begun = await Promise.all(
    ['/readyz', '/healthz', '/api/images'].map(async (path) => {
      const socket = connect(Number(port), hostname).setEncoding('utf8')
      await once(socket, 'connect')
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n`)
      return socket
    }),
  )
  await server.ask('/healthz')
  const closing = server.app.close()
  const heard = await Promise.all(
    begun.map(async (socket) => {
      socket.write('Connection: close\r\n\r\n')
      let text = ''
      for await (const part of socket) text += part
      return text
    }),
  )
  expect(heard[0]).toMatch(/^HTTP\/1.1 503 [^]*"status":"stopping"/)
  expect(heard[1]).toMatch(/^HTTP\/1.1 200 [^]*"status":"ok"/)
  expect(heard[2]).toMatch(/^HTTP\/1.1 503 [^]*"code":"shutting-down"/)
  await closing
})
