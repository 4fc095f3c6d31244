// Engines that take a job and are asked about it later: whoever asks may die meanwhile, the job is handed in once.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { discoverProviders } from '../../packages/server/src/bin/discover.ts'
import { startFakeComfyUi } from '../../packages/server/src/providers/comfyui/fake-comfyui.ts'
import { startFakeHuggingFace } from '../../packages/server/src/providers/huggingface/fake-huggingface.ts'
import { startFakeSdcpp } from '../../packages/server/src/providers/sdcpp/fake-sdcpp.ts'
import { connectionOf, submit, until, untilEnded } from './easel-client.ts'
import { startEasel, type EaselProcess } from './easel-process.ts'

/** How an engine that is held treats a job: it draws until it is let go on, or takes it and does not even say so. */
type Held = 'drawing' | 'unanswered'

/** An engine at work on one job, which does not end before it is let. */
interface HeldEngine {
  readonly settings: Readonly<Record<string, string>>
  /** Jobs handed in. */
  submitted(): number
  /** How often somebody began to follow a job: only what is saved is followed. */
  followed(): number
  /** From here on it answers, and ends what it draws. */
  release(): void
  close(): Promise<void>
}

const unanswered = (how: Held) => (how === 'unanswered' ? { failure: 'answer-late' as const } : {})

const resumable: Readonly<Record<string, (how: Held) => Promise<HeldEngine>>> = {
  async comfyui(how) {
    const held = Promise.withResolvers<void>()
    const engine = await startFakeComfyUi({ held: held.promise, ...unanswered(how) })
    return {
      settings: { COMFYUI_BASE_URL: engine.baseUrl },
      submitted: () => engine.submitted(),
      followed: () => engine.handshakes().length,
      release() {
        engine.behave({})
        held.resolve()
      },
      close: engine.close,
    }
  },
  async huggingface(how) {
    const engine = await startFakeHuggingFace({ held: true, ...unanswered(how) })
    return {
      settings: { HF_BASE_URL: engine.baseUrl, HF_TOKEN: 'hf_testAbCdEfGhIjKlMnOpQrStUvWx' },
      submitted: () => engine.drawn().length,
      followed: () => engine.requests.filter(({ path }) => path.includes('/requests/')).length,
      release: () => engine.behave({}),
      close: engine.close,
    }
  },
  async sdcpp(how) {
    const engine = await startFakeSdcpp({ held: true, ...unanswered(how) })
    return {
      settings: { SDCPP_BASE_URL: engine.baseUrl },
      submitted: () => engine.submitted().length,
      followed: () => engine.looks(),
      release: () => engine.behave({}),
      close: engine.close,
    }
  },
}

const open: { kill?: () => Promise<void>; close?: () => Promise<void> }[] = []
afterEach(async () => {
  for (const { kill, close } of open.splice(0).toReversed()) await (kill ?? close)?.()
})

it('PR16: every provider whose jobs can be taken up again is here', async () => {
  const found = [...(await discoverProviders())].filter(([, { poll }]) => poll !== undefined).map(([id]) => id)
  expect(Object.keys(resumable).toSorted()).toEqual(found)
})

/** A fresh Easel with one engine, that can be killed and started again. */
async function begin(id: string, how: Held) {
  const engine = await present(resumable[id])(how)
  open.push(engine)
  const data = await mkdtemp(join(tmpdir(), 'easel-resume-'))
  open.push({ close: () => rm(data, { recursive: true, force: true }) })
  const start = async (): Promise<EaselProcess & { readonly address: string }> => {
    const easel = await startEasel({ data, settings: engine.settings })
    open.push(easel)
    return { ...easel, address: present(easel.address) }
  }
  const draw = async ({ address }: { readonly address: string }) => {
    const connectionId = await connectionOf(address, id)
    return await submit(address, { request: { connectionId, prompt: 'a lighthouse', size: '256x256' } })
  }
  return { engine, start, draw }
}

function present<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('Something is missing')
  return value
}

/** Waits until more than `before` of something have been counted. */
async function more(count: () => number, before: number): Promise<void> {
  await until(
    60_000,
    async () => count(),
    (now) => now > before,
  )
}

it.each(Object.keys(resumable))('GN4: %s: killed while a job runs, which is handed in once', async (id) => {
  const { engine, start, draw } = await begin(id, 'drawing')
  let easel = await start()
  const generation = await draw(easel)
  await more(engine.followed, 0)
  await easel.kill()
  const before = engine.followed()
  easel = await start()
  await more(engine.followed, before)
  engine.release()
  const ended = await untilEnded(easel.address, generation.id)
  expect(ended).toMatchObject({ state: 'succeeded', error: null, images: [{ width: 256, height: 256 }] })
  expect(engine.submitted()).toBe(1)
  const picture = await fetch(easel.address + (ended.images[0]?.url ?? ''))
  expect([picture.status, (await picture.arrayBuffer()).byteLength]).toEqual([200, ended.images[0]?.size])
  expect(easel.faults()).toEqual([])
})

interface Afterwards {
  /** Jobs handed in, all in all. */
  readonly submitted: number
  readonly ended: object
}

const drawn = { state: 'succeeded', error: null, images: [{ width: 256, height: 256 }] }
const unknown = {
  kind: 'interrupted',
  retryable: true,
  message: expect.stringContaining('may have been made and billed'),
}

/** What each of them makes of the moment between its taking a job and Easel's knowing it. */
const untold: Readonly<Record<string, Afterwards>> = {
  // Its jobs have the names that Easel gives them.
  comfyui: { submitted: 1, ended: drawn },
  // It costs money, and tells nobody what it has taken.
  huggingface: { submitted: 1, ended: { state: 'failed', error: unknown, images: [] } },
  // It names its jobs itself and lists none.
  sdcpp: { submitted: 1, ended: { state: 'failed', error: unknown, images: [] } },
}

it.each(Object.entries(untold))(
  'GN3, GN4: %s: killed when a job was taken and Easel not yet told',
  async (id, { submitted, ended }) => {
    const { engine, start, draw } = await begin(id, 'unanswered')
    let easel = await start()
    const generation = await draw(easel)
    await more(engine.submitted, 0)
    await easel.kill()
    engine.release()
    easel = await start()
    expect(await untilEnded(easel.address, generation.id)).toMatchObject(ended)
    expect(engine.submitted()).toBe(submitted)
    expect(easel.faults()).toEqual([])
  },
)

it('PR16: what each of them makes of a job that was never answered is here', () => {
  expect(Object.keys(untold)).toEqual(Object.keys(resumable))
})
