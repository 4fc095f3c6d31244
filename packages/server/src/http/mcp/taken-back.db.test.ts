// Calls that a client takes back, by the official client. Rules MC7 and MC12 in docs/spec/mcp.md.
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Scope } from '@easel/contract'
import type { Caller } from '#auth/caller.ts'
import { draws, picturesFor, stalls, startPaintEngine, type PaintEngine } from '#generation/testing/paint.ts'
import { openServer, until, type TestServer } from '../testing/server.ts'
import { createCalls } from './taken-back.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 180_000 })

let engine: PaintEngine
let server: TestServer
let clients: Client[]

beforeAll(async () => {
  engine = await startPaintEngine()
  server = await openServer()
  const wanted = { name: 'Paint', provider: 'paint', baseUrl: engine.baseUrl, isDefault: true }
  await server.process.connections.create(server.pipeline.userId, wanted)
})
beforeEach(() => {
  clients = []
  engine.onDraw(stalls)
})
afterEach(async () => {
  engine.onDraw(draws)
  for (const client of clients) await client.close()
  const { userId } = server.pipeline
  const { data } = await server.process.generations.list(userId, { limit: 20, state: 'active' })
  for (const { id } of data) await server.process.generations.cancel(userId, id)
  await until(async () => engine.inFlight() === 0)
})
afterAll(async () => {
  await server.close()
  await engine.close()
})

async function connect(): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' })
  clients.push(client)
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', server.baseUrl)))
  return client
}

const newest = async () => (await server.process.generations.list(server.pipeline.userId, { limit: 1 })).data[0]

/** Calls a tool and waits until it is under way. */
async function begin(client: Client, name: string, args: Record<string, unknown>, options: object = {}) {
  const taking = new AbortController()
  const answer = client.callTool({ name, arguments: args }, undefined, { signal: taking.signal, ...options }).then(
    () => 'answered',
    () => 'rejected',
  )
  return { answer, takeBack: () => taking.abort('changed my mind') }
}

describe('MC12: a client that takes a call back', () => {
  it('cancels the generation that it asked for, and no other', async () => {
    const [client, other] = [await connect(), await connect()]
    const first = await begin(other, 'generate_image', { prompt: 'theirs' })
    await until(async () => (await newest())?.request.prompt === 'theirs' && engine.inFlight() === 1)
    const theirs = (await newest())?.id ?? ''
    const { answer, takeBack } = await begin(client, 'generate_image', { prompt: 'not wanted' })
    await until(() => engine.inFlight() === 2)
    const mine = (await newest())?.id ?? ''
    takeBack()
    expect(await answer).toBe('rejected')
    await until(async () => (await server.process.generations.get(server.pipeline.userId, mine)).state === 'cancelled')
    await until(() => engine.inFlight() === 1)
    expect((await server.process.generations.get(server.pipeline.userId, theirs)).state).toBe('running')
    first.takeBack()
    expect(await first.answer).toBe('rejected')
  })

  it('ends the stream without an answer', async () => {
    const ask = async (body: object, session?: string) =>
      await fetch(new URL('/mcp', server.baseUrl), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...(session === undefined ? {} : { 'mcp-session-id': session }),
        },
        body: JSON.stringify({ jsonrpc: '2.0', ...body }),
      })
    const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } }
    const session = (await ask({ id: 0, method: 'initialize', params })).headers.get('mcp-session-id') ?? ''
    expect(session).toMatch(/^[0-9a-f-]{36}$/)
    const call = { name: 'generate_image', arguments: { prompt: 'silence' } }
    const drawing = ask({ id: 'a', method: 'tools/call', params: call }, session)
    await until(() => engine.inFlight() === 1)
    // Of another client, and of one that does not say who it is, the same number is another call.
    for (const other of [undefined, 'another', `${session}x`]) {
      const said = { method: 'notifications/cancelled', params: { requestId: 'a' } }
      expect((await ask(said, other)).status).toBe(202)
    }
    expect((await newest())?.state).toBe('running')
    const said = await ask({ method: 'notifications/cancelled', params: { requestId: 'a' } }, session)
    expect(said.status).toBe(202)
    expect(await (await drawing).text()).not.toContain('"result"')
    await until(async () => (await newest())?.state === 'cancelled')
    // Nothing is under way any more, and nonsense is nothing.
    for (const requestId of ['a', 'b', 7, null, { a: 1 }, 'x'.repeat(1000)]) {
      const { status } = await ask({ method: 'notifications/cancelled', params: { requestId } }, session)
      expect([requestId, status < 500]).toEqual([requestId, true])
    }
  })

  it('that only waited ends its waiting alone', async () => {
    let answer = () => {}
    engine.onDraw((reply, asked) => {
      answer = () => reply.json(200, { images: picturesFor(asked) })
    })
    const client = await connect()
    await client.callTool({ name: 'generate_image', arguments: { prompt: 'patient', waitSeconds: 0 } })
    await until(() => engine.inFlight() === 1)
    const id = (await newest())?.id ?? ''
    const { answer: waited, takeBack } = await begin(client, 'wait_for_generation', { id })
    takeBack()
    expect(await waited).toBe('rejected')
    answer()
    expect(await client.callTool({ name: 'wait_for_generation', arguments: { id } })).toMatchObject({
      structuredContent: { state: 'succeeded' },
    })
  })

  it('because it had waited too long leaves the generation going', async () => {
    let answer = () => {}
    engine.onDraw((reply, asked) => {
      answer = () => reply.json(200, { images: picturesFor(asked) })
    })
    const client = await connect()
    const { answer: asked } = await begin(client, 'generate_image', { prompt: 'slow' }, { timeout: 500 })
    expect(await asked).toBe('rejected')
    await until(() => engine.inFlight() === 1)
    answer()
    await until(async () => (await newest())?.state === 'succeeded')
    expect((await newest())?.request.prompt).toBe('slow')
  })
})

it('MC7: a client that is gone leaves the generation going', async () => {
  let answer = () => {}
  engine.onDraw((reply, asked) => {
    answer = () => reply.json(200, { images: picturesFor(asked) })
  })
  const client = await connect()
  const { answer: asked } = await begin(client, 'generate_image', { prompt: 'left' })
  await until(() => engine.inFlight() === 1)
  await client.close()
  expect(await asked).toBe('rejected')
  answer()
  await until(async () => (await newest())?.state === 'succeeded')
})

describe('MC12: on another process', () => {
  const clientOf = (...scopes: readonly Scope[]) => {
    const caller: Caller = {
      userId: server.pipeline.userId,
      role: 'user',
      scopes: new Set(scopes),
      by: 'key',
      credentialId: null,
    }
    return { caller, session: 'one' }
  }

  it('a call is found by its name, by who may have made it', async () => {
    const { generations } = server.process
    const [here, there] = [createCalls(generations), createCalls(generations)]
    const maker = clientOf('read', 'generate')
    const { id } = await generations.submit(server.pipeline.userId, { prompt: 'far away' }, { origin: 'easel' })
    const call = here.begin(maker, { id: 7, scope: 'generate' })
    await call.began(id)
    const stateOf = async () => (await generations.get(server.pipeline.userId, id)).state
    const said = (requestId: unknown, reason?: string) => ({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId, reason },
    })
    await there.hear(clientOf('read'), said(7))
    await there.hear({ ...maker, session: 'two' }, said(7))
    await there.hear({ ...maker, session: null }, said(7))
    await there.hear(maker, [said('7'), said(8), said(7, 'McpError: MCP error -32001: Request timed out'), 'x', null])
    await here.hear(clientOf('read'), said(7))
    expect([call.takenBack.aborted, ['queued', 'running'].includes(await stateOf())]).toEqual([false, true])
    await there.hear(maker, [said(7)])
    await until(async () => (await stateOf()) === 'cancelled')
    await here.hear(maker, said(7))
    expect([call.takenBack.aborted, call.isUnwanted()]).toEqual([true, true])
    call.end()
  })
})
