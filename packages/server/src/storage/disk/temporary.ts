import { constants, lstat, open, readdir, unlink, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { newId } from '#base/ids.ts'
import { orNull } from './fault.ts'

const oldMs = 60 * 60 * 1000
const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants

/**
 * Writes `bytes` to a new file of its own in `folder` and waits until they are on the disk.
 * @returns its path; the caller renames or removes it
 */
export async function writeTemporary(folder: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, newId())
  const handle = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  try {
    await writeAll(handle, bytes)
    await handle.sync()
  } catch (error) {
    await discard(path)
    throw error
  } finally {
    await handle.close()
  }
  return path
}

/** In one go, where the system takes it all: `writeFile` does half a megabyte at a time. */
async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten
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
