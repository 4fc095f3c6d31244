import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'
import { present } from '#base/errors.ts'
import { openDiskStorage } from './storage.ts'

const writer = join(import.meta.dirname, 'crash-writer.ts')

async function writeUntilKilled(folder: string, acknowledgements: number): Promise<string[]> {
  const child = spawn(process.execPath, [writer, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const acknowledged: string[] = []
  const exit = once(child, 'exit')
  for await (const key of createInterface({ input: child.stdout })) {
    acknowledged.push(key)
    if (acknowledged.length === acknowledgements) child.kill('SIGKILL')
  }
  expect(await exit).toEqual([null, 'SIGKILL'])
  return acknowledged
}

it.each([1, 7, 40])('ST2: a writer killed after %i blobs leaves every blob whole and none lost', async (count) => {
  const folder = await mkdtemp(join(tmpdir(), 'easel-crash-'))
  try {
    const acknowledged = await writeUntilKilled(folder, count)
    const storage = await openDiskStorage(folder)
    const listed: string[] = []
    for await (const { key } of storage.list('')) {
      const bytes = Buffer.from(present(await storage.read(key), key))
      const hash = createHash('sha256').update(bytes.subarray(32)).digest()
      expect(bytes.subarray(0, 32).equals(hash), key).toBe(true)
      listed.push(key)
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(count)
    expect(listed).toEqual(expect.arrayContaining(acknowledged))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
