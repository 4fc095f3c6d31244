import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const notOurs = new Set(['node_modules', 'dist', '.git', '.cache', 'data'])

/** The folders directly below a folder, sorted; none where it does not exist. */
export function foldersIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !notOurs.has(entry.name))
    .map((entry) => entry.name)
    .sort()
}

/** Every file of ours below a folder: paths relative to `root` with forward slashes, sorted. */
export function filesUnder(root: string, folder: string): readonly string[] {
  const path = join(root, folder)
  if (!existsSync(path)) return []
  return readdirSync(path, { withFileTypes: true })
    .flatMap((entry) => {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (!entry.isDirectory()) return [name]
      return notOurs.has(entry.name) ? [] : filesUnder(root, name)
    })
    .sort()
}

/** The text of a file given by its path below `root`. */
export function textOf(root: string, file: string): string {
  return readFileSync(join(root, file), 'utf8')
}
