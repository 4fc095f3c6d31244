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

/** An engine at work on one job, which does not end before it is let. */
interface HeldEngine {
  readonly settings: Readonly<Record<string, string>>
  /** Jobs handed in. */
  submitted(): number
  /** How often somebody began to follow a job: only what is saved is followed. */
  followed(): number
  release(): void
  close(): Promise<void>
}

const resumable: Readonly<Record<string, () => Promise<HeldEngine>>> = {
  async comfyui() {
    const held = Promise.withResolvers<void>()
    const engine = await startFakeComfyUi({ held: held.promise })
    return {
      settings: { COMFYUI_BASE_URL: engine.baseUrl },
      submitted: () => engine.submitted(),
      followed: () => engine.handshakes().length,
      release: held.resolve,
      close: engine.close,
    }
  },
  async huggingface() {
    const engine = await startFakeHuggingFace({ held: true })
    return {
      settings: { HF_BASE_URL: engine.baseUrl, HF_TOKEN: 'hf_testAbCdEfGhIjKlMnOpQrStUvWx' },
      submitted: () => engine.drawn().length,
      followed: () => engine.requests.filter(({ path }) => path.includes('/requests/')).length,
      release: () => engine.behave({}),
      close: engine.close,
    }
  },
  async sdcpp() {
    const engine = await startFakeSdcpp({ held: true })
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

it.each(Object.entries(resumable))('GN4: %s: killed while a job runs, which is handed in once', async (id, begin) => {
  const engine = await begin()
  open.push(engine)
  const data = await mkdtemp(join(tmpdir(), 'easel-resume-'))
  open.push({ close: () => rm(data, { recursive: true, force: true }) })
  const start = async (): Promise<EaselProcess & { readonly address: string }> => {
    const easel = await startEasel({ data, settings: engine.settings })
    open.push(easel)
    if (easel.address === null) throw new Error('Easel has no address')
    return { ...easel, address: easel.address }
  }
  const followedAgain = async (before: number) => {
    await until(
      60_000,
      async () => engine.followed(),
      (count) => count > before,
    )
  }

  let easel = await start()
  const connectionId = await connectionOf(easel.address, id)
  const generation = await submit(easel.address, { request: { connectionId, prompt: 'a lighthouse', size: '256x256' } })
  await followedAgain(0)
  await easel.kill()
  const before = engine.followed()
  easel = await start()
  await followedAgain(before)
  engine.release()
  const ended = await untilEnded(easel.address, generation.id)
  expect(ended).toMatchObject({ state: 'succeeded', error: null, images: [{ width: 256, height: 256 }] })
  expect(engine.submitted()).toBe(1)
  const picture = await fetch(easel.address + (ended.images[0]?.url ?? ''))
  expect([picture.status, (await picture.arrayBuffer()).byteLength]).toEqual([200, ended.images[0]?.size])
  expect(easel.faults()).toEqual([])
})
