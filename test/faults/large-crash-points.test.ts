import { spawnSync } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fakePicture } from '../../packages/server/src/providers/kit/fake-picture.ts'
import { startFakeOllama, type FakeOllama } from '../../packages/server/src/providers/ollama/fake-ollama.ts'
import { startFakeOpenAi, type FakeOpenAi } from '../../packages/server/src/providers/openai/fake-openai.ts'
import { countActive, connectionOf, submit, until } from './easel-client.ts'
import { killWhileStarting, startEasel, type EaselOptions } from './easel-process.ts'
import { inspect } from './inspect.ts'

const tracer = 'strace'
/** Where a run without a crash has ended by far. */
const mostPoints = 120

let folder: string
/** A data folder that was used once, so that making the database is not part of what is crashed. */
let used: string
let ollama: FakeOllama
let openai: FakeOpenAi
let settings: Readonly<Record<string, string>>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'easel-points-'))
  used = join(folder, 'used')
  ollama = await startFakeOllama({ steps: 1 })
  const picture = fakePicture(64, 64, 'paid')
  openai = await startFakeOpenAi({ picture, ignoresStream: true })
  settings = {
    OLLAMA_HOST: ollama.baseUrl,
    OPENAI_API_KEY: 'sk-fake',
    OPENAI_BASE_URL: openai.apiUrl,
    // The calls are counted for each thread: with one for files their order is always the same.
    UV_THREADPOOL_SIZE: '1',
  }
  await (await startEasel({ data: used, settings })).stop()
})

afterAll(async () => {
  await ollama.close()
  await openai.close()
  await rm(folder, { recursive: true, force: true })
})

const requests = [
  { provider: 'ollama', n: 2, size: '64x64' },
  { provider: 'openai', n: 2 },
]

/** Asks for pictures as long as there is somebody to ask. @returns ids of what was accepted */
async function askAll(address: string): Promise<readonly string[]> {
  const accepted: string[] = []
  for (const { provider, ...shape } of requests) {
    const connectionId = await connectionOf(address, provider).catch(() => null)
    if (connectionId === null) return accepted
    const request = { connectionId, prompt: 'a ferry', ...shape }
    const generation = await submit(address, { request, key: provider }).catch(() => null)
    if (generation !== null) accepted.push(generation.id)
  }
  await until(
    60_000,
    () => countActive(address).catch(() => 0),
    (active) => active === 0,
  )
  return accepted
}

/** Starts Easel so that it dies at its n-th call of `call`, and uses it. @returns what it accepted, and whether it lived on */
async function crashAt(options: EaselOptions, call: string, n: number) {
  const inject = ['-e', `trace=${call}`, '-e', `inject=${call}:signal=SIGKILL:when=${n}`]
  const under = [tracer, '-D', '-f', '-o', '/dev/null', ...inject]
  const easel = await startEasel({ ...options, under }).catch(() => null)
  if (easel?.address == null) return { accepted: [], lived: false }
  const accepted = await askAll(easel.address)
  const lived = await Promise.race([
    easel.ended.then(() => false),
    new Promise<boolean>((resolve) => setTimeout(resolve, 2000, true)),
  ])
  await easel.kill()
  return { accepted, lived }
}

async function checkPoint(call: string, n: number): Promise<boolean> {
  const data = join(folder, `${call}-${n}`)
  await cp(used, data, { recursive: true })
  const before = openai.calls()
  const { accepted, lived } = await crashAt({ data, settings }, call, n)
  const easel = await startEasel({ data, settings })
  const address = easel.address ?? ''
  await until(
    60_000,
    () => countActive(address),
    (active) => active === 0,
  )
  expect(await easel.stop()).toMatchObject({ code: 0 })
  expect(easel.faults()).toEqual([])
  const found = await inspect(data)
  const where = `${call} ${n}`
  expect(
    accepted.filter((id) => !found.generations.some((generation) => generation.id === id)),
    where,
  ).toEqual([])
  for (const { provider, state, reason, images, n: asked, ends } of found.generations) {
    expect(ends, where).toEqual([state])
    if (reason === null) expect([state, images], where).toEqual(['succeeded', asked])
    else expect([provider, reason, images < asked], where).toEqual(['openai', 'interrupted', true])
  }
  expect(openai.calls() - before, where).toBeLessThanOrEqual(1)
  expect(found, where).toMatchObject({ fileProblems: [], announcedWrongly: [], openJobs: 0, swept: { missing: 0 } })
  await rm(data, { recursive: true, force: true })
  return lived
}

const canTrace = spawnSync(tracer, ['-e', 'inject=fsync:signal=SIGKILL:when=1', 'true']).status === 0

it.for(['fsync', 'rename'])(
  'GN1, GN2, GN6: loses nothing, killed at every single %s',
  { timeout: 3_600_000 },
  async (call, context) => {
    if (!canTrace) return context.skip('strace is not there or may not trace')
    let point = 1
    while (point <= mostPoints && !(await checkPoint(call, point))) point += 1
    console.log(`${call}: ${point - 1} crash points`)
    expect(point).toBeGreaterThan(2)
    expect(point, 'a run that lived').toBeLessThanOrEqual(mostPoints)
  },
)

it(
  'a first start that is killed while it makes the database leaves nothing in the way',
  { timeout: 600_000 },
  async () => {
    for (const ms of [500, 1000, 1500, 2000, 3000]) {
      const data = join(folder, `first-${ms}`)
      const own = { ...settings, EASEL_DATABASE_TEMPLATE: '' }
      await killWhileStarting({ data, settings: own }, ms)
      const easel = await startEasel({ data, settings: own })
      expect(easel.faults(), `killed after ${ms} ms`).toEqual([])
      expect(await easel.stop()).toMatchObject({ code: 0 })
    }
  },
)
