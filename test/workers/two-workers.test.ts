import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { z } from 'zod'
import { openLog } from '../../packages/server/src/base/log.ts'
import { openPostgres } from '../../packages/server/src/db/postgres.ts'
import { startFakeOllama, type FakeOllama } from '../../packages/server/src/providers/ollama/fake-ollama.ts'
import {
  cancelGeneration,
  connectionOf,
  followEvents,
  getGeneration,
  submit,
  until,
  untilEnded,
} from '../faults/easel-client.ts'
import { startEasel, type EaselProcess } from '../faults/easel-process.ts'

/** A cluster on one machine: one process that answers, two that work, one database and one folder of files. */
interface Cluster {
  readonly address: string
  readonly api: EaselProcess
  readonly workers: readonly [EaselProcess, EaselProcess]
  readonly connectionId: string
}

let engine: FakeOllama
let folder: string
let settings: Readonly<Record<string, string>>
const running = new Set<EaselProcess>()

async function freshDatabase(): Promise<string> {
  const url = new URL(inject('postgresUrl'))
  const name = `workers_${randomUUID().replaceAll('-', '')}`
  const database = await openPostgres(url.href, openLog('error'))
  await database.boss.executeSql(`create database ${name}`)
  await database.close()
  url.pathname = `/${name}`
  return url.href
}

async function start(role: 'api' | 'worker'): Promise<EaselProcess> {
  const easel = await startEasel({ data: join(folder, 'data'), settings: { ...settings, EASEL_ROLE: role } })
  running.add(easel)
  return easel
}

async function startCluster(): Promise<Cluster> {
  const api = await start('api')
  const workers = await Promise.all([start('worker'), start('worker')])
  if (api.address === null) throw new Error('The process that answers has no address')
  return { address: api.address, api, workers, connectionId: await connectionOf(api.address, 'ollama') }
}

async function askForPicture({ address, connectionId }: Cluster, prompt: string): Promise<string> {
  return (await submit(address, { request: { connectionId, prompt, size: '64x64' } })).id
}

async function setConcurrency({ address, connectionId }: Cluster, concurrency: number): Promise<void> {
  const response = await fetch(`${address}/api/connections/${connectionId}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ concurrency }),
  })
  expect(response.status).toBe(200)
}

/** How often the engine was asked for each prompt. */
function callsByPrompt(): Readonly<Record<string, number>> {
  const calls: Record<string, number> = {}
  for (const request of engine.requests) {
    if (request.path !== '/api/generate') continue
    const { prompt } = z.object({ prompt: z.string() }).parse(request.json())
    calls[prompt] = (calls[prompt] ?? 0) + 1
  }
  return calls
}

/** Ids of the generations that a process says it finished. */
const finishedBy = (easel: EaselProcess) =>
  easel.log.filter(({ msg }) => msg === 'generation finished').map(({ generation }) => String(generation))

beforeEach(async () => {
  engine = await startFakeOllama()
  folder = await mkdtemp(join(tmpdir(), 'easel-workers-'))
  settings = {
    DATABASE_URL: await freshDatabase(),
    EASEL_STORAGE: pathToFileURL(join(folder, 'files')).href,
    OLLAMA_HOST: engine.baseUrl,
  }
})

afterEach(async () => {
  await Promise.all([...running].map((easel) => easel.kill()))
  running.clear()
  await engine.close()
  await rm(folder, { recursive: true, force: true })
})

describe('two workers on one PostgreSQL', () => {
  it('share the work, run every job once and never exceed the limit of a connection', async () => {
    const cluster = await startCluster()
    engine.behave({ steps: 2, stepDelayMs: 20 })
    await setConcurrency(cluster, 4)
    const names = Array.from({ length: 40 }, (_, index) => `picture ${index}`)
    const ids = await Promise.all(names.map((name) => askForPicture(cluster, name)))
    for (const id of ids) expect(await untilEnded(cluster.address, id)).toMatchObject({ state: 'succeeded' })
    expect(callsByPrompt()).toEqual(Object.fromEntries(names.map((name) => [name, 1])))
    expect(engine.mostDrawing()).toBeLessThanOrEqual(4)
    const [first, second] = cluster.workers
    await expect.poll(() => [...finishedBy(first), ...finishedBy(second)].toSorted()).toEqual(ids.toSorted())
    expect(finishedBy(first).length).toBeGreaterThan(0)
    expect(finishedBy(second).length).toBeGreaterThan(0)

    await setConcurrency(cluster, 1)
    const before = engine.mostDrawing()
    expect(before).toBeGreaterThan(1)
    const single = await startSingle(cluster)
    expect(single).toBe(1)
    expect([cluster.api, first, second].flatMap((easel) => easel.faults())).toEqual([])
  })

  it('tell an open page of another process of progress and of the end', async () => {
    const cluster = await startCluster()
    engine.behave({ steps: 5, stepDelayMs: 200 })
    const page = await followEvents(cluster.address)
    const id = await askForPicture(cluster, 'a harbour')
    await page.find((event) => event.type === 'generation.progress' && event.generationId === id && event.completed > 0)
    const { event } = await page.find((found) => found.type === 'generation.finished' && found.generationId === id)
    expect(event).toMatchObject({ state: 'succeeded' })
    await page.find((found) => found.type === 'image.added' && found.generationId === id)
    const generation = await getGeneration(cluster.address, id)
    const file = await fetch(cluster.address + (generation.images[0]?.url ?? ''))
    expect(file.headers.get('content-type')).toBe('image/png')
    expect((await file.arrayBuffer()).byteLength).toBe(generation.images[0]?.size)
    page.close()
  })

  it('GN8: a cancel reaches the worker that is at it, and nothing else', async () => {
    const cluster = await startCluster()
    await setConcurrency(cluster, 2)
    engine.behave({ steps: 1, stepDelayMs: 600_000 })
    const unwanted = await askForPicture(cluster, 'unwanted')
    const wanted = await askForPicture(cluster, 'wanted')
    await until(
      30_000,
      async () => engine.drawing(),
      (drawing) => drawing === 2,
    )
    await cancelGeneration(cluster.address, unwanted)
    expect(await untilEnded(cluster.address, unwanted)).toMatchObject({ state: 'cancelled' })
    await until(
      30_000,
      async () => engine.cancelled(),
      (cancelled) => cancelled === 1,
    )
    expect(await getGeneration(cluster.address, wanted)).toMatchObject({ state: 'running' })
    expect(engine.drawing()).toBe(1)
  })

  it('take over what a killed worker was at', async () => {
    const cluster = await startCluster()
    engine.behave({ steps: 1, stepDelayMs: 600_000 })
    const id = await askForPicture(cluster, 'a mill')
    await until(
      30_000,
      async () => engine.drawing(),
      (drawing) => drawing === 1,
    )
    const [first, second] = cluster.workers
    // The one that runs it holds the connection to the engine: kill one after the other until the engine is left alone.
    engine.behave({ steps: 1 })
    await first.kill()
    const wasFirst = await until(
      5_000,
      async () => engine.cancelled() === 1,
      (left) => left,
    ).catch(() => false)
    const survivor = wasFirst ? second : first
    if (!wasFirst) {
      running.add(await start('worker'))
      await second.kill()
    }
    expect(await untilEnded(cluster.address, id, 30_000)).toMatchObject({ state: 'succeeded', error: null })
    expect(engine.calls()).toBe(2)
    // Its end is told before the line in the log.
    if (wasFirst) await expect.poll(() => finishedBy(survivor)).toEqual([id])
  })
})

/** The most calls in flight while ten jobs run on a connection whose limit was lowered to 1. */
async function startSingle(cluster: Cluster): Promise<number> {
  let most = 0
  const watch = setInterval(() => {
    most = Math.max(most, engine.drawing())
  }, 1)
  const ids = await Promise.all(Array.from({ length: 10 }, (_, index) => askForPicture(cluster, `single ${index}`)))
  for (const id of ids) await untilEnded(cluster.address, id)
  clearInterval(watch)
  return most
}
