import { chmodSync, mkdtempSync, statfsSync } from 'node:fs'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'

const memoryVolume = '/dev/shm'
const gigabyte = 1024 ** 3
/** What the tests hold at the same time at most, with room to spare. */
const roomBytes = 6 * gigabyte

/**
 * Makes the folder in which a run of the tests keeps its own. In memory where there is plenty of it: hundreds of databases are made
 * and thrown away, and what a test kills is a process, never the machine.
 */
export function makeTestFolder(): string {
  const folder = mkdtempSync(join(hasRoom() ? memoryVolume : tmpdir(), 'easel-tests-'))
  // PostgreSQL refuses to run as root, and its own user has to get through.
  chmodSync(folder, 0o711)
  return folder
}

function hasRoom(): boolean {
  if (process.platform !== 'linux' || freemem() < 2 * roomBytes) return false
  try {
    const { bavail, bsize } = statfsSync(memoryVolume)
    return bavail * bsize >= roomBytes
  } catch {
    return false
  }
}
