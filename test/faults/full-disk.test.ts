import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startFakeOllama, type FakeOllama } from '../../packages/server/src/providers/ollama/fake-ollama.ts'
import { connectionOf, getGeneration, Refused, submit, until, untilEnded } from './easel-client.ts'
import { startEasel, type EaselProcess } from './easel-process.ts'
import { inspect } from './inspect.ts'
import { mountRoom, type Room } from './room.ts'

let engine: FakeOllama
const running = new Set<EaselProcess>()

beforeEach(async () => {
  engine = await startFakeOllama()
})

afterEach(async () => {
  for (const easel of running) await easel.kill()
  running.clear()
  await engine.close()
})

async function start(data: string, settings: Readonly<Record<string, string>> = {}) {
  const easel = await startEasel({ data, settings: { OLLAMA_HOST: engine.baseUrl, ...settings } })
  running.add(easel)
  if (easel.address === null) throw new Error('Easel has no address')
  return { ...easel, address: easel.address }
}

async function ask(address: string, size = '64x64'): Promise<string> {
  const connectionId = await connectionOf(address, 'ollama')
  return (await submit(address, { request: { connectionId, prompt: 'a windmill', size } })).id
}

const isRunning = (address: string, id: string) =>
  until(
    30_000,
    () => getGeneration(address, id),
    ({ state }) => state === 'running',
  )

describe('a volume without room', () => {
  const needsRoom = 'a small volume can only be mounted by root on Linux'
  let room: Room | null

  beforeEach(async () => {
    room = await mountRoom(420)
  })

  afterEach(async () => {
    for (const easel of running) await easel.kill()
    await room?.remove()
  })

  it('GN16: refuses new work below the low-water mark, ends what was accepted, and works again afterwards', async (context) => {
    if (room === null) return context.skip(needsRoom)
    engine.behave({ steps: 1, stepDelayMs: 3000 })
    const easel = await start(room.folder)
    const accepted = await ask(easel.address)
    await isRunning(easel.address, accepted)
    await room.fill(50)
    const refusal: unknown = await ask(easel.address).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(Refused)
    expect(refusal).toMatchObject({ status: 507, problem: { code: 'disk-full' } })
    expect(await untilEnded(easel.address, accepted)).toMatchObject({ state: 'succeeded', error: null })
    await room.empty()
    expect(await untilEnded(easel.address, await ask(easel.address))).toMatchObject({ state: 'succeeded' })
    expect(easel.faults()).toEqual([])
    expect(await easel.stop()).toMatchObject({ code: 0 })
  })

  it('loses nothing that was accepted when the disk is full to the last byte', async (context) => {
    if (room === null) return context.skip(needsRoom)
    engine.behave({ steps: 1, stepDelayMs: 3000 })
    const first = await start(room.folder)
    const done = await ask(first.address)
    expect(await untilEnded(first.address, done)).toMatchObject({ state: 'succeeded' })
    const accepted = [await ask(first.address, '512x512'), await ask(first.address, '512x512')]
    await isRunning(first.address, accepted[0] ?? '')
    await room.fill(0)
    // What happens now is seen from outside: it answers, or it has ended by itself.
    await until(
      30_000,
      async () => engine.drawing() + Number(engine.calls() < 2),
      (left) => left === 0,
    )
    await room.empty()
    await first.kill()
    engine.behave({ steps: 1 })
    const second = await start(room.folder)
    for (const id of accepted) {
      const { state, error } = await untilEnded(second.address, id)
      expect([state, error?.kind ?? null]).toEqual(error === null ? ['succeeded', null] : ['failed', 'internal'])
    }
    expect(await getGeneration(second.address, done)).toMatchObject({ state: 'succeeded' })
    expect(await second.stop()).toMatchObject({ code: 0 })
    expect(second.faults()).toEqual([])
    running.clear()
    const found = await inspect(room.folder)
    expect(found).toMatchObject({ fileProblems: [], openJobs: 0, swept: { missing: 0 } })
  })
})

describe('a folder that takes no files', () => {
  it('fails the generation in words, keeps answering, and works again afterwards', async () => {
    const data = await mkdtemp(join(tmpdir(), 'easel-disk-'))
    try {
      const easel = await start(data)
      expect(await untilEnded(easel.address, await ask(easel.address))).toMatchObject({ state: 'succeeded' })
      const images = join(data, 'files', 'images')
      await rename(images, `${images}-away`)
      await writeFile(images, 'in the way')
      const { state, error } = await untilEnded(easel.address, await ask(easel.address))
      expect(state).toBe('failed')
      expect(error).toMatchObject({
        kind: 'internal',
        retryable: true,
        message: expect.stringContaining('Could not store'),
      })
      await rm(images)
      await rename(`${images}-away`, images)
      expect(await untilEnded(easel.address, await ask(easel.address))).toMatchObject({ state: 'succeeded' })
    } finally {
      // Thumbnails are still being made.
      for (const easel of running) await easel.kill()
      await rm(data, { recursive: true, force: true })
    }
  })
})
