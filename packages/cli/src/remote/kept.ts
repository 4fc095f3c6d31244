// What `easel login` keeps: which server, and the key to it, for nobody else's eyes.
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Stopped } from '../stopped.ts'

const Kept = z.object({ server: z.string(), key: z.string().nullable() })
export type Kept = z.infer<typeof Kept>

const fileIn = (folder: string): string => join(folder, 'cli.json')

/** @returns null when nobody has signed in from here @throws Stopped when the file is not one of ours */
export async function readKept(folder: string): Promise<Kept | null> {
  const text = await readFile(fileIn(folder), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw new Stopped(error instanceof Error ? error.message : String(error))
  })
  if (text === null) return null
  try {
    return Kept.parse(JSON.parse(text))
  } catch {
    throw new Stopped(`${fileIn(folder)} cannot be read. Remove it and run: easel login`)
  }
}

/** @returns where it is kept */
export async function keep(folder: string, kept: Kept): Promise<string> {
  const file = fileIn(folder)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // Written aside, so that the file never has other rights, nor half a key.
  const aside = `${file}.${process.pid}`
  await writeFile(aside, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 })
  await chmod(aside, 0o600)
  await rename(aside, file)
  return file
}

export async function forget(folder: string): Promise<void> {
  await rm(fileIn(folder), { force: true })
}
