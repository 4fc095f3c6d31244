import { constants, open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { FileRefused } from '../stopped.ts'
import type { Source, SourceFile } from './source.ts'

/** Not through a link that somebody put there meanwhile. */
const openFile = async (path: string) => await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))

async function* streamFile(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const handle = await openFile(path)
  try {
    for await (const part of handle.createReadStream({ autoClose: false })) yield part
  } finally {
    await handle.close()
  }
}

async function readFile(path: string, max: number): Promise<Uint8Array> {
  const handle = await openFile(path)
  try {
    const { size } = await handle.stat()
    if (size > max) throw new FileRefused(`It has ${size} bytes; ${max} are allowed.`)
    return await handle.readFile()
  } finally {
    await handle.close()
  }
}

/** @param name what it is called in the report */
export async function fileAt(path: string, name: string): Promise<SourceFile> {
  const { size, mtime } = await stat(path)
  return { name, size, modified: mtime, read: (max) => readFile(path, max), stream: () => streamFile(path) }
}

/** The record that stands beside a picture, or none. */
export async function sidecarOf(path: string): Promise<readonly string[]> {
  for (const place of [`${path}.json`, path.replace(/\.\w+$/, '.json')]) {
    const found = place === path ? null : await stat(place).catch(() => null)
    if (found?.isFile() === true) return [place]
  }
  return []
}

/** Every file below a folder, in order. Links are not followed: they may lead anywhere. */
export async function filesBelow(root: string): Promise<Omit<Source, 'close'>> {
  const files: SourceFile[] = []
  const left: { name: string; why: string }[] = []
  async function walk(prefix: string): Promise<void> {
    const entries = await readdir(join(root, prefix), { withFileTypes: true })
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const name = prefix === '' ? entry.name : `${prefix}/${entry.name}`
      const path = join(root, name)
      if (entry.isDirectory()) await walk(name)
      else if (entry.isSymbolicLink()) left.push({ name, why: 'It is a symbolic link.' })
      else if (entry.isFile()) files.push(await fileAt(path, name))
    }
  }
  await walk('')
  return { files, left }
}
