// As many files as it takes to have each kind ten times; the thousands are in test/faults/large-import.test.ts.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, it } from 'vitest'
import { holdMixedImport } from './mixed-import.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'easel-mixed-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it(
  'TR36, TR37: 300 files of every kind, killed at three places and run again, are the same library',
  { timeout: 600_000 },
  async () => {
    await holdMixedImport({ folder, count: 300 })
  },
)
