import { mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readConfig } from '#config/config.ts'
import { openStorage } from './open-storage.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'easel-open-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('ST7: there is no more room than the data folder has, wherever pictures are kept', async () => {
  const storage = await openStorage(readConfig({ EASEL_DATA: folder, EASEL_STORAGE: 'memory:' }))
  const { blocks, bsize } = await statfs(folder)
  const free = await storage.free()
  expect(free).toBeGreaterThan(0)
  expect(free).toBeLessThanOrEqual(blocks * bsize)
})

it('ST7: there is no limit as long as nothing is in the data folder', async () => {
  const storage = await openStorage(readConfig({ EASEL_DATA: join(folder, 'none'), EASEL_STORAGE: 'memory:' }))
  expect(await storage.free()).toBeNull()
})

it.each([
  ['ftp://example.org/', /^EASEL_STORAGE: there is no storage for ftp:\/\/ addresses\.$/],
  ['file://elsewhere/pictures', /^EASEL_STORAGE cannot be used\. .*\.$/],
])('says in a sentence that %s is no storage', async (address, message) => {
  const opening = openStorage(readConfig({ EASEL_DATA: folder, EASEL_STORAGE: address }))
  await expect(opening).rejects.toMatchObject({ name: 'StartError', message: expect.stringMatching(message) })
})
