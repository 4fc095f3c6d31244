// An import that is killed in the middle, at either end, and run again.
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { routes } from '@easel/contract'
import { databaseTemplate } from '../../packages/server/src/bin/testing.ts'
import { fakePicture } from '../../packages/server/src/providers/kit/fake-picture.ts'
import {
  exportedAlbum,
  exportedGeneration,
  exportedSearch,
} from '../../packages/server/src/transfer/take-back/testing.ts'
import { startEasel, type EaselProcess } from '../faults/easel-process.ts'
import { contentOf, exportOf, openProxy, runImport } from './carrying.ts'

const pictures = 12
let folder: string
let template: string
let archive: string
let undisturbed: Record<string, string>

const start = (name: string) =>
  startEasel({
    data: join(folder, name),
    settings: { EASEL_MIN_FREE_MB: '0', EASEL_LOG: 'warn', EASEL_DATABASE_TEMPLATE: template },
  })

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'easel-killed-import-'))
  template = await databaseTemplate()
  const from = await start('from')
  await fill(String(from.address))
  archive = join(folder, 'export.zip')
  writeFileSync(archive, await exportOf(String(from.address)))
  await from.stop()
  undisturbed = await contentOf(await readArchive())
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function readArchive(): Promise<Buffer> {
  return await readFile(archive)
}

async function post(address: string, path: string, body: unknown): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(address + path, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(await answer.text())
  return await answer.json()
}

/** Pictures in a line, each made from the one before; generations likewise; every third in the trash; two albums of all of them. */
async function fill(address: string): Promise<void> {
  const generations = Array.from({ length: 8 }, () => exportedGeneration())
  await post(address, '/api/import', { generations })
  const ids: string[] = []
  for (let at = 0; at < pictures; at++) {
    const base64 = Buffer.from(fakePicture(16, 16, `fox ${at}`)).toString('base64')
    const record = { prompt: `fox ${at}`, tags: [{ tagType: 'LABEL', tagId: `tag ${at % 5}` }] }
    const added = routes.addImage.response.parse(await post(address, '/api/images', { base64, record }))
    ids.push(added.data.id)
    if (at % 3 === 0) await fetch(`${address}/api/images/${added.data.id}`, { method: 'DELETE' })
  }
  const line = (kind: 'picture' | 'generation', of: readonly string[]) =>
    of.slice(1).map((id, at) => ({ kind, id, parentId: of[at] }))
  const albums = [exportedAlbum(), exportedAlbum()]
  const orders = [ids.toReversed(), ids.toSorted((a, b) => (a.slice(-4) < b.slice(-4) ? -1 : 1))]
  await post(address, '/api/import', { albums, searches: [exportedSearch()] })
  await post(address, '/api/import', {
    albumPictures: albums.flatMap(({ id: albumId }, at) =>
      (orders[at] ?? []).map((imageId, place) => ({ albumId, imageId, isCover: place === 5 })),
    ),
    links: [
      ...line('picture', ids),
      ...line(
        'generation',
        generations.map(({ id }) => id),
      ),
    ],
  })
}

/** Runs it to its end on what was left, and makes sure that nothing tells of the break. */
async function finish(easel: EaselProcess): Promise<void> {
  const address = String(easel.address)
  const { code, out } = await runImport(archive, address)
  expect(code, out).toBe(0)
  for (const line of out.trim().split('\n')) expect(line).toMatch(/^[\w ]+: \d+ taken, \d+ there already, 0 not taken$/)
  const sums = out.matchAll(/^([\w ]+): (\d+) taken, (\d+) there/gm)
  expect(
    Object.fromEntries(Array.from(sums, ([, kind, taken, there]) => [kind, Number(taken) + Number(there)])),
  ).toEqual({
    pictures,
    generations: 8,
    tags: 5,
    links: pictures - 1 + 7,
    albums: 2,
    'pictures in albums': 2 * pictures,
    searches: 1,
  })
  expect(await contentOf(await exportOf(address))).toEqual(undisturbed)
}

describe(
  'TR52: an import that is killed again and again, and run to its end, leaves the same library',
  { timeout: 300_000 },
  () => {
    it('the command, at its start, amid the pictures, and when what is left is nearly there', async () => {
      const easel = await start('command')
      for (const [at, moment] of [
        [3, 'before'],
        [8, 'after'],
        // The pictures that are there already are not sent again.
        [14, 'before'],
      ] as const) {
        let child: ChildProcess | null = null
        const proxy = await openProxy(String(easel.address), (number, when) => {
          if (number === at && when === moment) child?.kill('SIGKILL')
        })
        const killed = await runImport(archive, proxy.url, (started) => (child = started))
        expect(killed.code, `killed at request ${at}`).toBe(null)
        proxy.close()
      }
      await finish(easel)
      expect(easel.faults()).toEqual([])
      await easel.stop()
    })

    it('the server, at the start, amid the pictures, and amid those that are left', async () => {
      for (const [at, ms] of [
        [2, 0],
        [9, 4],
        [7, 12],
      ] as const) {
        const easel = await start('server')
        const proxy = await openProxy(String(easel.address), (number, when) => {
          if (number === at && when === 'before') setTimeout(() => void easel.kill(), ms)
        })
        const run = runImport(archive, proxy.url)
        await easel.ended
        expect(await run).toMatchObject({ code: 2, err: expect.stringContaining('goes on where it stopped') })
        proxy.close()
      }
      const again = await start('server')
      await finish(again)
      expect(again.faults()).toEqual([])
      await again.stop()
    })
  },
)
