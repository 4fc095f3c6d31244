import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isSegment } from '../spec/key.ts'
import { orNull } from './fault.ts'

export interface Entry {
  readonly key: string
  readonly size: number
  readonly modifiedMs: number
}

/** How many files are looked at at once: enough for the four threads that Node has for it. */
const batch = 32

/**
 * Every blob in `folder` and below, in order of the keys. What is no regular file and no folder (symbolic links, sockets) or has a name
 * that no key has (`.tmp`) is passed over; what disappears on the way is left out.
 * @param prefix key of `folder`, with a slash at the end unless it is the root
 */
export async function* walk(folder: string, prefix: string): AsyncGenerator<Entry> {
  const found = (await orNull(readdir(folder, { withFileTypes: true }))) ?? []
  const entries = found
    .filter((entry) => isSegment(entry.name) && (entry.isFile() || entry.isDirectory()))
    // The slash puts `a-1` before `a/b`, as their keys are ordered.
    .map((entry) => ({ name: entry.name, order: entry.isFile() ? entry.name : `${entry.name}/`, file: entry.isFile() }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
  for (let at = 0; at < entries.length; at += batch) {
    const part = entries.slice(at, at + batch)
    const files = await Promise.all(part.map(async (entry) => (entry.file ? look(join(folder, entry.name)) : null)))
    for (const [index, entry] of part.entries()) {
      const file = files[index]
      if (!entry.file) yield* walk(join(folder, entry.name), `${prefix}${entry.name}/`)
      else if (file) yield { key: `${prefix}${entry.name}`, ...file }
    }
  }
}

/** Size and time of writing of a regular file; null for anything else and for nothing. */
export async function look(path: string): Promise<{ size: number; modifiedMs: number } | null> {
  const found = await orNull(lstat(path))
  return found?.isFile() === true ? { size: found.size, modifiedMs: Math.trunc(found.mtimeMs) } : null
}
