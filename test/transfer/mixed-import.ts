// A large folder of all kinds goes into one Easel undisturbed, and into another one that is killed, with the command, at three places.
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'vitest'
import { z } from 'zod'
import { routes, type Image } from '@easel/contract'
import { databaseTemplate } from '../../packages/server/src/bin/testing.ts'
import { startEasel, type EaselProcess } from '../faults/easel-process.ts'
import { openProxy, runImport, type Ran } from './carrying.ts'
import { makeMixed, type Mixed } from './mixed-files.ts'

const Tally = z.object({ taken: z.int(), there: z.int(), notTaken: z.int() })
const Done = z.object({ what: z.literal('done'), pictures: Tally, withoutWords: z.int() })
const Remark = z.object({ what: z.enum(['refused', 'left', 'noted']), name: z.string(), why: z.string() })

function readReport({ out }: Ran) {
  const lines = out.trim().split('\n')
  const remarks = lines.slice(0, -1).map((line) => Remark.parse(JSON.parse(line)))
  return { done: Done.parse(JSON.parse(lines.at(-1) ?? '')), remarks }
}

/** What an import makes of a picture; not what each has of its own anywhere. */
function madeOf({ id, filename, filepath, url, thumbnailUrl, thumbhash, ...made }: Image) {
  void [id, filename, filepath, url, thumbnailUrl, thumbhash]
  return made
}

/** Every picture by its checksum. */
async function libraryOf(address: string) {
  const found = new Map<string, ReturnType<typeof madeOf>>()
  let count = 0
  for (let cursor: string | null = ''; cursor !== null;) {
    const answer = await fetch(`${address}/api/images?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`)
    const page = routes.listImages.response.parse(await answer.json())
    for (const image of page.data) found.set(image.sha256, madeOf(image))
    count += page.data.length
    cursor = page.nextCursor
  }
  return { found, count }
}

/** Kills the command at a share of its requests, or the server, which is then started again on what it left. */
interface Kill {
  readonly who: 'command' | 'server'
  /** Of the requests that a whole import makes. */
  readonly at: number
}

const kills: readonly Kill[] = [
  { who: 'command', at: 0.2 },
  { who: 'server', at: 0.35 },
  { who: 'command', at: 0.3 },
]

interface Sized {
  readonly folder: string
  readonly count: number
}

async function disturbed(
  start: () => Promise<EaselProcess>,
  { paths }: Mixed,
  requests: number,
): Promise<EaselProcess> {
  let easel = await start()
  for (const { who, at } of kills) {
    let child: ChildProcess | null = null
    const last = Math.max(3, Math.floor(requests * at))
    const server = easel
    const proxy = await openProxy(String(easel.address), (number, when) => {
      if (number !== last || when !== 'before') return
      if (who === 'command') child?.kill('SIGKILL')
      else void server.kill()
    })
    const ran = await runImport([...paths, '--json'], proxy.url, (started) => (child = started))
    proxy.close()
    expect(ran.code, ran.err).toBe(who === 'command' ? null : 2)
    if (who === 'server') {
      expect(ran.err).toContain('goes on where it stopped')
      easel = await start()
    }
  }
  return easel
}

export interface Figures {
  readonly fates: Mixed['fates']
  readonly undisturbedMs: number
  readonly requests: number
}

/** @throws what is not as TR37 says */
export async function holdMixedImport({ folder, count }: Sized): Promise<Figures> {
  const mixed = await makeMixed(folder, count)
  const { fates, paths, prompts, historyIds } = mixed
  const settings = { EASEL_MIN_FREE_MB: '0', EASEL_LOG: 'warn', EASEL_DATABASE_TEMPLATE: await databaseTemplate() }
  const start = (name: string) => startEasel({ data: join(folder, name), settings })

  const calm = await start('calm')
  let requests = 0
  const proxy = await openProxy(String(calm.address), (number) => (requests = number))
  const from = performance.now()
  const first = await runImport([...paths, '--json'], proxy.url)
  const undisturbedMs = performance.now() - from
  proxy.close()
  expect(first.code, first.err).toBe(1)
  const { done, remarks } = readReport(first)
  const notTaken = fates.refused + fates.left
  expect(done.pictures).toEqual({ taken: fates.taken + fates.words, there: fates.there, notTaken })
  expect(done.withoutWords).toBe(fates.words)
  const said = (what: string) => remarks.filter((remark) => remark.what === what)
  expect([said('refused').length, said('left').length, said('noted').length]).toEqual([
    fates.refused,
    fates.left,
    fates.words,
  ])
  expect(done.pictures.taken + done.pictures.there + done.pictures.notTaken).toBe(count)
  const wanted = await libraryOf(String(calm.address))
  expect(wanted.count).toBe(fates.taken + fates.words)
  for (const [sha256, prompt] of prompts) expect(wanted.found.get(sha256)?.generationPrompt).toBe(prompt)
  for (const id of historyIds.slice(0, 20)) {
    expect((await fetch(`${calm.address}/history/${id}`)).status, id).toBe(200)
  }
  expect(calm.faults()).toEqual([])
  await calm.stop()

  const easel = await disturbed(() => start('killed'), mixed, requests)
  const address = String(easel.address)
  const last = await runImport([...paths, '--json'], address)
  const end = readReport(last)
  expect(last.code).toBe(1)
  expect(end.done.pictures.taken).toBeGreaterThan(0)
  expect(end.done.pictures.there).toBeGreaterThan(fates.there)
  expect(end.done.pictures.taken + end.done.pictures.there).toBe(fates.taken + fates.words + fates.there)
  expect(end.done.pictures.notTaken).toBe(notTaken)
  const found = await libraryOf(address)
  expect(found.count).toBe(wanted.count)
  expect(Object.fromEntries(found.found)).toEqual(Object.fromEntries(wanted.found))
  const again = readReport(await runImport([...paths, '--json'], address)).done.pictures
  expect(again).toEqual({ taken: 0, there: fates.taken + fates.words + fates.there, notTaken })
  expect(easel.faults()).toEqual([])
  await easel.stop()
  return { fates, undisturbedMs, requests }
}
