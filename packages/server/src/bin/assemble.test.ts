// The whole program: started, stopped, started again.
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fastify } from 'fastify'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { routes } from '@easel/contract'
import { openLog } from '#base/log.ts'
import { readConfig } from '#config/config.ts'
import { rawProblem } from '#http/plugins/errors.ts'
import { until } from '#http/testing/server.ts'
import { startFakeOllama, type FakeOllama } from '#providers/ollama/fake-ollama.ts'
import { assemble } from './assemble.ts'
import { discoverBackends, discoverProviders } from './discover.ts'
import { listenEverywhere } from './listen.ts'
import { environmentFor, startEasel, type TestEasel } from './testing.ts'

// Whole processes come and go here.
vi.setConfig({ testTimeout: 60_000 })

let dataFolder: string
let ollama: FakeOllama
const started: TestEasel[] = []

beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'easel-assemble-'))
  ollama = await startFakeOllama()
})
afterEach(async () => {
  for (const easel of started.splice(0)) await easel.stop()
  await ollama.close()
  await rm(dataFolder, { recursive: true, force: true })
})

async function start(): Promise<TestEasel> {
  const easel = await startEasel({ dataFolder, ollama })
  started.push(easel)
  return easel
}

async function stop(easel: TestEasel, graceMs = 0): Promise<void> {
  started.splice(started.indexOf(easel), 1)
  await easel.stop({ keepFolder: true, graceMs })
}

async function ollamaOf(easel: TestEasel): Promise<string> {
  const { data } = routes.listConnections.response.parse(await (await easel.fetch('/api/connections')).json())
  return data.find(({ provider }) => provider === 'ollama')?.id ?? ''
}

const post = (easel: TestEasel, path: string, body: object) =>
  easel.fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

describe('stopping', () => {
  it('tells who waits, and what was accepted is made after the next start', async () => {
    ollama.behave({ failure: 'stall' })
    const first = await start()
    const connectionId = await ollamaOf(first)
    const accepted = routes.createGeneration.response.parse(
      await (await post(first, '/api/generations', { prompt: 'a fox', connectionId, size: '64x64' })).json(),
    )
    await until(() => ollama.calls() === 1)
    const waiting = post(first, '/api/images/generate', {
      prompt: 'b',
      profileId: connectionId,
      options: { size: '64x64' },
    })
    const page = await first.fetch('/api/events')
    await until(
      async () =>
        routes.listGenerations.response.parse(await (await first.fetch('/api/generations')).json()).data.length === 2,
    )
    const stopped = stop(first, 1000)
    const answer = await waiting
    expect([answer.status, await answer.json()]).toMatchObject([503, { code: 'shutting-down' }])
    expect(await page.text()).toContain('event: ready')
    await stopped

    ollama.behave({})
    const second = await start()
    await vi.waitFor(
      async () => {
        const { data } = routes.listImages.response.parse(await (await second.fetch('/api/images')).json())
        expect(data.map(({ generationPrompt }) => generationPrompt)).toEqual(['b', 'a fox'])
      },
      { timeout: 15_000 },
    )
    const done = routes.getGeneration.response.parse(
      await (await second.fetch(`/api/generations/${accepted.id}`)).json(),
    )
    expect(done).toMatchObject({ state: 'succeeded', error: null })
  })

  it('lets running work end within the grace', async () => {
    ollama.behave({ steps: 3, stepDelayMs: 300 })
    const first = await start()
    const connectionId = await ollamaOf(first)
    await post(first, '/api/generations', { prompt: 'a fox', connectionId, size: '64x64' })
    await until(() => ollama.calls() === 1)
    await stop(first, 10_000)
    const second = await start()
    const { data } = routes.listGenerations.response.parse(await (await second.fetch('/api/generations')).json())
    expect(data).toMatchObject([{ state: 'succeeded' }])
    expect(ollama.calls()).toBe(1)
  })

  it('waits no longer than the grace for a client that does not read', async () => {
    const easel = await start()
    const big = Buffer.alloc(24 * 1024 * 1024)
    await easel.storage.put('derived/big', big)
    const id = '01900000-0000-7000-8000-00000000000b'
    const now = new Date()
    await easel.storage.put('images/big.png', big)
    const nothing = {
      generation_id: null,
      generation_index: null,
      thumbhash: null,
      derived_at: now,
      damage: null,
      prompt: null,
      revised_prompt: null,
      negative_prompt: null,
      description: null,
      model: null,
      provider: null,
      seed: null,
      parent_id: null,
      deleted_at: null,
    }
    const row = {
      id,
      user_id: easel.ownerId,
      filename: 'big.png',
      storage_key: 'images/big.png',
      source: 'upload' as const,
      mime_type: 'image/png',
      bytes: big.length,
      width: 1,
      height: 1,
      sha256: 'x',
      crc32: 0,
      history_second: '20260101000000',
      history_number: 1,
      created_at: now,
      ...nothing,
    }
    await easel.database.db.insertInto('images').values(row).execute()
    const { hostname, port } = new URL(easel.baseUrl)
    const slow = request({ hostname, port, path: `/api/images/${id}/file`, agent: false }).end()
    slow.on('error', () => {})
    const [response] = await once(slow, 'response')
    response.on('error', () => {})
    await stop(easel, 300)
    expect(response.complete).toBe(false)
  })
})

describe('starting', () => {
  it('leaves the folder free when something late goes wrong', async () => {
    const providers = await discoverProviders()
    const config = readConfig(
      await environmentFor(dataFolder),
      [...providers.values()].map(({ manifest }) => manifest),
    )
    const webFolder = join(dataFolder, 'no-folder')
    await writeFile(webFolder, 'a file')
    const log = openLog('silent')
    await expect(assemble({ config, log, providers, webFolder, version: '0' })).rejects.toThrow()
    expect((await (await start()).fetch('/readyz')).status).toBe(200)
  })

  it('finds every provider and every storage by its folder', async () => {
    expect([...(await discoverProviders()).keys()]).toEqual(expect.arrayContaining(['ollama', 'openai', 'sketch']))
    expect((await discoverBackends()).map(({ id }) => id)).toEqual(expect.arrayContaining(['disk', 'memory']))
  })
})

describe('listening', () => {
  const app = () => {
    const made = fastify({
      forceCloseConnections: 'idle',
      clientErrorHandler: (_error, socket) => void socket.end(rawProblem(431)),
    })
    made.get('/', async () => ({ here: true }))
    return made
  }
  async function freePort(): Promise<number> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo // oxlint-disable-line typescript/consistent-type-assertions -- it listens
    server.close()
    await once(server, 'close')
    return port
  }

  it('serves the same on every port, and closes them all', async () => {
    const extra = await freePort()
    const served = app()
    const address = await listenEverywhere(served, { host: '127.0.0.1', port: 0, extraPorts: [extra] })
    for (const url of [address, `http://127.0.0.1:${extra}`])
      expect(await (await fetch(url)).json()).toEqual({ here: true })
    const socket = connect(extra, '127.0.0.1').setEncoding('utf8')
    socket.write(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`)
    let heard = ''
    for await (const part of socket) heard += part
    expect(heard).toMatch(/^HTTP\/1.1 431 [^]*headers-too-large/)
    await served.close()
    await expect(fetch(`http://127.0.0.1:${extra}`)).rejects.toThrow()
  })

  it.each(['port', 'extraPorts'] as const)('says which one is taken: %s', async (which) => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo // oxlint-disable-line typescript/consistent-type-assertions -- it listens
    const served = app()
    const where = { host: '127.0.0.1', port: 0, extraPorts: [], [which]: which === 'port' ? port : [port] }
    await expect(listenEverywhere(served, where)).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringContaining(`Port ${port} is in use`),
    })
    await served.close()
    taken.close()
  })
})
