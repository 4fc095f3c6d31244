import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeStorage } from '../spec/contract-suite.ts'
import { openDiskStorage } from './storage.ts'

describeStorage('disk', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'easel-disk-'))
  return { storage: await openDiskStorage(folder), close: () => rm(folder, { recursive: true, force: true }) }
})
