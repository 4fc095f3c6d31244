import { constants, lstat, open, readdir, unlink, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import { createDirectWrite, directFlag } from './direct.ts'
import { orNull } from './fault.ts'

const oldMs = 60 * 60 * 1000
const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants

const newFile = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
/** What file systems say that take no writes past the page cache. */
const noDirectWrites: readonly (string | null)[] = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP']
/** Smaller files are thumbnails and texts, which are read soon. */
const directBytes = 256 * 1024

export interface Temporaries {
  /**
   * Writes `bytes` to a new file of its own and waits until they are on the disk.
   * @returns its path; the caller renames or removes it
   */
  write(bytes: Uint8Array): Promise<string>
}

/** Writes whole files in `folder`, the large ones past the page cache where the file system can do that. */
export function createTemporaries(folder: string): Temporaries {
  const writeDirect = createDirectWrite()
  let direct = directFlag

  async function tryDirect(path: string, bytes: Uint8Array): Promise<boolean> {
    if (direct === null || bytes.length < directBytes) return false
    try {
      if (await writeNew(path, direct, (handle) => writeDirect(handle, bytes))) return true
    } catch (error) {
      if (!noDirectWrites.includes(codeOf(error))) throw error
      direct = null
    }
    await discard(path)
    return false
  }

  return {
    async write(bytes) {
      const path = join(folder, newId())
      try {
        if (!(await tryDirect(path, bytes))) await writeNew(path, 0, (handle) => writeAll(handle, bytes))
      } catch (error) {
        await discard(path)
        throw error
      }
      return path
    },
  }
}

/** @param write writes everything, or gives false @returns whether it is on the disk */
async function writeNew(path: string, flag: number, write: (handle: FileHandle) => Promise<boolean>): Promise<boolean> {
  const handle = await open(path, newFile | flag, 0o600)
  try {
    const written = await write(handle)
    if (written) await handle.sync()
    return written
  } finally {
    await handle.close()
  }
}

/** In one go, where the system takes it all: `writeFile` does half a megabyte at a time. */
async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<boolean> {
  for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten
  return true
}

/** Removes a temporary file. Never throws: what it leaves behind is removed when the store is next opened. */
export async function discard(path: string): Promise<void> {
  await unlink(path).catch(() => undefined)
}

/** Removes the temporary files that processes left behind when they died: those older than an hour. */
export async function removeLeftovers(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const found = await orNull(lstat(path))
    if (found !== null && !found.isDirectory() && now - found.mtimeMs > oldMs) await orNull(unlink(path))
  }
}
