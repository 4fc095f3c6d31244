// Where pictures are saved: under a name of their own, and never over something else.
import { mkdir, open, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve, sep } from 'node:path'
import type { Easel } from '@easel/client'
import type { PictureFormat } from '@easel/contract'
import { Stopped } from '../stopped.ts'

const formats: Readonly<Record<string, PictureFormat>> = {
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.webp': 'webp',
  '.avif': 'avif',
}

export interface Saved {
  readonly id: string
  readonly path: string
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

/** Writes a file that was not there. Where the name is taken it gets a number. */
async function writeNew(path: string, bytes: Uint8Array): Promise<string> {
  const extension = extname(path)
  const stem = path.slice(0, path.length - extension.length)
  for (let number = 1; ; number++) {
    const name = number === 1 ? path : `${stem}-${number}${extension}`
    try {
      const file = await open(name, 'wx')
      try {
        await file.writeFile(bytes)
      } finally {
        await file.close()
      }
      return name
    } catch (error) {
      if (hasCode(error, 'EEXIST')) continue
      throw new Stopped(error instanceof Error ? error.message : String(error))
    }
  }
}

/**
 * Saves pictures one after the other and says where each is.
 * @param out a folder, or the name of a file, whose extension says the format; absent: the folder where one is
 */
export async function savePictures(
  easel: Easel,
  ids: readonly string[],
  { out = '.', onSaved }: { readonly out?: string | undefined; readonly onSaved: (saved: Saved) => void },
): Promise<void> {
  const format = formats[extname(out).toLowerCase()]
  const folder = format === undefined || out.endsWith(sep) || out.endsWith('/') || (await isFolder(out))
  await mkdir(folder ? out : dirname(resolve(out)), { recursive: true })
  for (const id of ids) {
    // A file that has the format already comes as it is kept, with everything that it tells.
    const kept = await easel.download(id)
    const same = format === undefined || formats[extname(kept.filename).toLowerCase()] === format
    const { bytes, filename } = folder || same ? kept : await easel.download(id, { format })
    // The name comes from elsewhere: only its last part counts.
    const path = folder ? join(out, basename(filename)) : out
    onSaved({ id, path: await writeNew(path, bytes) })
  }
}
