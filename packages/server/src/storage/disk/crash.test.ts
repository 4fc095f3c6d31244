import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'
import { present } from '#base/errors.ts'
import { openDiskStorage } from './storage.ts'

const writer = join(import.meta.dirname, 'crash-writer.ts')
// Large, so that most of the time is spent in the middle of writing one.
const size = 8_000_000

async function writeUntilKilled(folder: string, acknowledgements: number): Promise<string[]> {
  const child = spawn(process.execPath, [writer, folder, String(size)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const acknowledged: string[] = []
  const exit = once(child, 'exit')
  for await (const key of createInterface({ input: child.stdout })) {
    acknowledged.push(key)
    if (acknowledged.length === acknowledgements) child.kill('SIGKILL')
  }
  expect(await exit).toEqual([null, 'SIGKILL'])
  return acknowledged
}

it.each([1, 5, 14])(
  'ST2, ST11: a writer killed after %i blobs leaves every blob whole and none lost',
  async (count) => {
    const folder = await mkdtemp(join(tmpdir(), 'easel-crash-'))
    try {
      const acknowledged = await writeUntilKilled(folder, count)
      const storage = await openDiskStorage(folder)
      const listed: string[] = []
      for await (const { key } of storage.list('')) {
        const bytes = Buffer.from(present(await storage.read(key), key))
        if (key.endsWith('.json')) {
          expect(bytes.toString()).toBe('{}')
          continue
        }
        expect(await storage.stat(`${key}.json`), `what came before ${key}`).not.toBeNull()
        expect(bytes.equals(Buffer.alloc(size, bytes.subarray(0, 16))), key).toBe(true)
        listed.push(key)
      }
      expect(acknowledged.length).toBeGreaterThanOrEqual(count)
      expect(listed).toEqual(expect.arrayContaining(acknowledged))
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
)
