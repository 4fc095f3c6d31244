import { mkdir, open, realpath } from 'node:fs/promises'
import { dirname, sep } from 'node:path'
import { codeOf } from '#base/errors.ts'
import { StorageError } from '../spec/storage.ts'

/** The folders below one root: made durably, and never left by a symbolic link. */
export interface Folders {
  /** Makes a folder and all above it; when it returns they survive a power cut. */
  ensure(folder: string): Promise<void>
  /** Makes what was renamed into or removed from a folder survive a power cut. */
  sync(folder: string): Promise<void>
  /** @throws StorageError `failed` when a symbolic link leads the folder out of the root; ENOENT when it is not there */
  checkInside(folder: string): Promise<void>
  /** Forgets which folders were made, after somebody else has removed one. */
  forget(): void
}

/** @param root real path of an existing folder */
export function createFolders(root: string): Folders {
  const made = new Map<string, Promise<void>>()
  const sync = createSharedSync()

  async function checkInside(folder: string): Promise<void> {
    const real = await realpath(folder)
    if (real === root || real.startsWith(root + sep)) return
    throw new StorageError('failed', 'A symbolic link leads out of the storage folder')
  }

  async function make(folder: string): Promise<void> {
    const parent = dirname(folder)
    await ensure(parent)
    await checkInside(parent)
    await makeFolder(folder)
    // Also when it was there already: whoever made it may have died before this.
    await sync(parent)
  }

  function ensure(folder: string): Promise<void> {
    if (folder === root) return Promise.resolve()
    const earlier = made.get(folder)
    if (earlier !== undefined) return earlier
    const work = make(folder).catch((error: unknown) => {
      made.delete(folder)
      throw error
    })
    made.set(folder, work)
    return work
  }

  return { ensure, sync, checkInside, forget: () => made.clear() }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 })
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
}

/**
 * fsync of folders, shared by those who ask at the same time: whoever comes while one is running waits for the next one, since
 * the running one may have begun before the newcomer's rename.
 */
function createSharedSync(): (folder: string) => Promise<void> {
  const running = new Map<string, Promise<void>>()
  const next = new Map<string, Promise<void>>()

  function start(folder: string): Promise<void> {
    const work = syncFolder(folder).finally(() => running.delete(folder))
    running.set(folder, work)
    return work
  }

  return (folder) => {
    const joined = next.get(folder)
    if (joined !== undefined) return joined
    const before = running.get(folder)
    if (before === undefined) return start(folder)
    const begin = (): Promise<void> => {
      next.delete(folder)
      return start(folder)
    }
    const after = before.then(begin, begin)
    next.set(folder, after)
    return after
  }
}

/** One fsync of one folder. Windows has none: there a rename is durable by itself. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
