import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fakePicture } from '../../packages/server/src/providers/kit/fake-picture.ts'
import { startFakeOllama, type FakeOllama } from '../../packages/server/src/providers/ollama/fake-ollama.ts'
import { startFakeOpenAi } from '../../packages/server/src/providers/openai/fake-openai.ts'
import { connectionOf, getGeneration, submit, until, untilEnded } from './easel-client.ts'
import { startEasel, startInVain, type EaselProcess } from './easel-process.ts'
import { mountRoom } from './room.ts'

let data: string
let engine: FakeOllama
const running = new Set<EaselProcess>()

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'easel-host-'))
  engine = await startFakeOllama()
})

afterEach(async () => {
  for (const easel of running) await easel.kill()
  running.clear()
  await engine.close()
  await rm(data, { recursive: true, force: true })
})

async function start(settings: Readonly<Record<string, string>> = {}): Promise<EaselProcess & { address: string }> {
  const easel = await startEasel({ data, settings: { OLLAMA_HOST: engine.baseUrl, ...settings } })
  running.add(easel)
  if (easel.address === null) throw new Error('Easel has no address')
  return { ...easel, address: easel.address }
}

async function askForPicture(address: string, provider = 'ollama'): Promise<string> {
  const connectionId = await connectionOf(address, provider)
  const size = provider === 'ollama' ? { size: '64x64' } : {}
  return (await submit(address, { request: { connectionId, prompt: 'a lighthouse', ...size } })).id
}

const isRunning = (address: string, id: string) =>
  until(
    30_000,
    () => getGeneration(address, id),
    ({ state }) => state === 'running',
  )

describe('being told to stop', () => {
  it('lets short work end', async () => {
    engine.behave({ steps: 2, stepDelayMs: 1000 })
    const first = await start()
    const id = await askForPicture(first.address)
    await isRunning(first.address, id)
    expect(await first.stop()).toMatchObject({ code: 0 })
    expect(first.faults()).toEqual([])
    const second = await start()
    expect(await getGeneration(second.address, id)).toMatchObject({ state: 'succeeded', error: null })
    expect(engine.calls()).toBe(1)
  })

  it('hands long work back after ten seconds, and the next start goes on with it', async () => {
    engine.behave({ steps: 1, stepDelayMs: 600_000 })
    const first = await start()
    const ids = [await askForPicture(first.address), await askForPicture(first.address)]
    await isRunning(first.address, ids[0] ?? '')
    const { code, ms } = await first.stop()
    expect(code).toBe(0)
    expect(first.faults()).toEqual([])
    // Ten seconds of grace and two for the handler; the rest is for a slow machine.
    expect(ms).toBeLessThan(30_000)
    engine.behave({ steps: 1 })
    const second = await start()
    for (const id of ids)
      expect(await untilEnded(second.address, id)).toMatchObject({ state: 'succeeded', error: null })
    expect(second.faults()).toEqual([])
  })

  it('GN4: does not ask an engine twice that may charge, and says so', async () => {
    const paid = await startFakeOpenAi({ picture: fakePicture(64, 64, 'paid'), ignoresStream: true, delayMs: 600_000 })
    try {
      const settings = { OPENAI_API_KEY: 'sk-fake', OPENAI_BASE_URL: paid.apiUrl }
      const first = await start(settings)
      const id = await askForPicture(first.address, 'openai')
      await until(
        30_000,
        async () => paid.calls(),
        (calls) => calls === 1,
      )
      await first.kill()
      const second = await start(settings)
      expect(await untilEnded(second.address, id)).toMatchObject({
        state: 'failed',
        error: { kind: 'interrupted', retryable: true },
      })
      expect(paid.calls()).toBe(1)
    } finally {
      await paid.close()
    }
  })
})

describe('where it cannot start', () => {
  it('says in words that another Easel has the data folder, and leaves that one alone', async () => {
    const first = await start()
    const second = await startInVain({ data })
    expect(second.code).toBe(1)
    expect(second.said).toBe(
      `The data folder ${data} is in use by another Easel (process ${first.pid}). Stop that one first, or set EASEL_DATA to another folder.\n`,
    )
    expect(await untilEnded(first.address, await askForPicture(first.address))).toMatchObject({ state: 'succeeded' })
    expect(first.faults()).toEqual([])
  })

  it('says in words that the port is taken, and leaves the folder free', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const taken = other.address()
    const port = typeof taken === 'object' ? String(taken?.port) : ''
    const refused = await startInVain({ data, settings: { EASEL_PORT: port } })
    other.close()
    expect(refused).toMatchObject({
      code: 1,
      said: expect.stringMatching(`^Port ${port} is in use by another program\\.`),
    })
    const easel = await start({ EASEL_PORT: port })
    expect(easel.address).toBe(`http://127.0.0.1:${port}`)
  })

  it('says in words that the data folder is read-only', async (context) => {
    const room = await mountRoom(1)
    if (room === null && process.getuid?.() === 0)
      context.skip('as root a folder is only read-only on a mounted volume')
    const folder = room?.folder ?? data
    if (room === null) await chmod(folder, 0o500)
    else await room.makeReadOnly()
    try {
      const refused = await startInVain({ data: folder })
      expect(refused).toMatchObject({
        code: 1,
        said: `The data folder ${folder} cannot be written to. Make it writable for this user, or set EASEL_DATA to another folder.\n`,
      })
    } finally {
      await room?.remove()
    }
  })

  it('says in words that the data folder cannot be made', async () => {
    const folder = join(process.execPath, 'data')
    const refused = await startInVain({ data: folder })
    expect(refused).toMatchObject({
      code: 1,
      said: `The data folder ${folder} cannot be made. Set EASEL_DATA to a folder that this user may write to.\n`,
    })
  })
})
