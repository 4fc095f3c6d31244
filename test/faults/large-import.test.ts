import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, it } from 'vitest'
import { holdMixedImport } from '../transfer/mixed-import.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'easel-large-import-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it(
  'TR36, TR37: 10,000 files of every kind, killed at three places and run again, are the same library',
  { timeout: 3_600_000 },
  async () => {
    const { fates, requests, undisturbedMs } = await holdMixedImport({ folder, count: 10_000 })
    const seconds = Math.round(undisturbedMs / 1000)
    console.log(`${JSON.stringify(fates)}: ${requests} requests and ${seconds} s undisturbed`)
  },
)
