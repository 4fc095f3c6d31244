// Links in the whole program: over a restart, and after the data folder was moved.
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { routes } from '@easel/contract'
import { png, recordOf } from '#library/testing.ts'
import { keepImage } from '#library/keep.ts'
import { openLog } from '#base/log.ts'
import { startEasel, type TestEasel } from './testing.ts'

vi.setConfig({ testTimeout: 120_000 })

async function share(easel: TestEasel, wish: object): Promise<string> {
  const bytes = png()
  const record = recordOf(bytes)
  const { database, storage, events, ownerId: userId } = easel
  await keepImage({ db: database.db, storage, events, log: openLog('silent') }, { userId, bytes, record })
  const answer = await easel.fetch('/api/shares', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ target: { kind: 'image', imageId: record.id }, ...wish }),
  })
  return routes.createShare.response.parse(await answer.json()).data.name
}

it('SH3: links, passwords that were given and visits that were counted hold after a restart and on another disk', async () => {
  const password = 'a fox in the snow'
  const first = await startEasel({})
  const folder = mkdtempSync(join(tmpdir(), 'easel-moved-'))
  const [open, closed, limited] = [
    await share(first, {}),
    await share(first, { password }),
    await share(first, { viewLimit: 1 }),
  ]
  const given = await first.fetch(`/s/${closed}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ password }),
  })
  const cookie = given.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  expect((await first.fetch(`/s/${limited}`)).status).toBe(200)
  await first.stop({ keepFolder: true })
  cpSync(first.dataFolder, folder, { recursive: true })
  rmSync(first.dataFolder, { recursive: true })

  const again = await startEasel({ dataFolder: folder })
  const status = async (path: string, headers: Record<string, string> = {}) =>
    (await again.fetch(path, { headers })).status
  expect(await status(`/s/${open}`)).toBe(200)
  expect(await status(`/images/${open}`)).toBe(200)
  expect(await status(`/s/${closed}/images`)).toBe(401)
  expect(await status(`/s/${closed}/images`, { cookie })).toBe(200)
  expect(await status(`/s/${limited}`)).toBe(410)
  await again.stop()
  rmSync(folder, { recursive: true, force: true })
})
