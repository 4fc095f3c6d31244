import { stat } from 'node:fs/promises'
import { openArchive } from '@easel/server/archive'
import { Stopped } from '../stopped.ts'
import { filesBelow } from './folder.ts'

/** A file of a library that is taken back. */
export interface SourceFile {
  /** `/` between folders. */
  readonly name: string
  readonly size: number
  /** @throws when it has more than `max` bytes, or is not what it was */
  read(max: number): Promise<Uint8Array>
  /** Its bytes as they come. @throws like `read`; what comes before that may be damaged */
  stream(): AsyncIterable<Uint8Array>
}

export interface Source {
  readonly files: readonly SourceFile[]
  /** What stands there and is no file, with the reason why it is left alone. */
  readonly left: readonly { readonly name: string; readonly why: string }[]
  close(): void
}

/**
 * Opens a zip archive or a folder.
 * @throws Stopped when it is neither, or an archive that must not be trusted
 */
export async function openSource(path: string): Promise<Source> {
  const found = await stat(path).catch(() => null)
  if (found === null) throw new Stopped(`There is nothing at ${path}.`)
  if (found.isDirectory()) return { ...(await filesBelow(path)), close: () => {} }
  try {
    const { entries, close } = await openArchive(path)
    return { files: entries, left: [], close }
  } catch (error) {
    throw new Stopped(error instanceof Error ? error.message : String(error))
  }
}
