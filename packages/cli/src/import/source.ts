import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { openArchive } from '@easel/server/archive'
import { Stopped } from '../stopped.ts'
import { fileAt, filesBelow, sidecarOf } from './folder.ts'

/** A file of a library that is taken back. */
export interface SourceFile {
  /** `/` between folders. */
  readonly name: string
  readonly size: number
  /** When it was last changed, or null where nothing says so. */
  readonly modified: Date | null
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

async function openZip(path: string): Promise<Source> {
  try {
    const { entries, close } = await openArchive(path)
    return { files: entries, left: [], close }
  } catch (error) {
    throw new Stopped(error instanceof Error ? error.message : String(error))
  }
}

/** By its name, or by its first bytes (APPNOTE.TXT, sections 4.3.7 and 4.3.16). */
async function isZip(path: string): Promise<boolean> {
  if (/\.zip$/i.test(path)) return true
  const handle = await open(path)
  try {
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0)
    return ['PK\x03\x04', 'PK\x05\x06'].includes(buffer.toString('latin1'))
  } finally {
    await handle.close()
  }
}

/** Pictures named one by one, with the records beside them. */
async function openFiles(paths: readonly string[]): Promise<Source> {
  const files: SourceFile[] = []
  const seen = new Set<string>()
  for (const path of paths) {
    for (const one of [path, ...(await sidecarOf(path))]) {
      if (seen.has(one)) continue
      seen.add(one)
      files.push(await fileAt(one, paths.length === 1 ? basename(one) : one))
    }
  }
  return { files, left: [], close: () => {} }
}

/**
 * Opens everything that was named: folders, zip archives, and single files, those together as one.
 * @throws Stopped when there is nothing at a path, or an archive that must not be trusted
 */
export async function openSources(paths: readonly string[]): Promise<readonly Source[]> {
  const sources: Source[] = []
  const single: string[] = []
  try {
    for (const path of paths) {
      const found = await stat(path).catch(() => null)
      if (found === null) throw new Stopped(`There is nothing at ${path}.`)
      if (found.isDirectory()) sources.push({ ...(await filesBelow(path)), close: () => {} })
      else if (!found.isFile()) throw new Stopped(`${path} is neither a file nor a folder.`)
      else if (await isZip(path)) sources.push(await openZip(path))
      else single.push(path)
    }
    if (single.length > 0) sources.push(await openFiles(single))
    return sources
  } catch (error) {
    for (const source of sources) source.close()
    if (error instanceof Error && 'code' in error) throw new Stopped(error.message)
    throw error
  }
}
