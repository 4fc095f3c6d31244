import { execFile } from 'node:child_process'
import { mkdtemp, rm, truncate, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A volume of its own in memory, so small that it can be filled. */
export interface Room {
  readonly folder: string
  makeReadOnly(): Promise<void>
  /** Leaves so many megabytes free. */
  fill(freeMb: number): Promise<void>
  /** Takes back what `fill` wrote. */
  empty(): Promise<void>
  remove(): Promise<void>
}

const mostAttempts = 20

/** Mounts a volume of `sizeMb` megabytes; null where that is not allowed. */
export async function mountRoom(sizeMb: number): Promise<Room | null> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null
  const folder = await mkdtemp(join(tmpdir(), 'easel-room-'))
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m,mode=700`, 'tmpfs', folder])
  } catch {
    // Root without the right to mount, as in most containers.
    await rm(folder, { recursive: true })
    return null
  }
  const filler = join(folder, 'filler')
  return {
    folder,
    async makeReadOnly() {
      await run('mount', ['-o', 'remount,ro', folder])
    },
    async fill(freeMb) {
      await writeFile(filler, Buffer.alloc(1))
      // A server that works here writes meanwhile: what was free a moment ago may be too much.
      for (let attempt = 1; ; attempt++) {
        const { stdout } = await run('df', ['--output=avail', '-B1', folder])
        const bytes = Number(stdout.split('\n')[1]) - freeMb * 1024 ** 2
        try {
          await run('fallocate', ['-l', String(Math.max(bytes, 1)), filler])
          return
        } catch (error) {
          if (attempt === mostAttempts) throw error
        }
      }
    },
    async empty() {
      await truncate(filler)
      await unlink(filler)
    },
    async remove() {
      await run('umount', ['--lazy', folder])
      await rm(folder, { recursive: true })
    },
  }
}
