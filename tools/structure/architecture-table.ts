import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { serverTable } from '../lint/import-table.ts'
import { textOf } from './tree.ts'

const file = 'ARCHITECTURE.md'

/** The import table that people read says the same as the one that lint holds, for every folder that there is. */
export function architectureTableProblems(root: string): readonly string[] {
  if (!existsSync(join(root, file))) return [`${file} is missing`]
  const written = writtenTable(textOf(root, file))
  return Object.entries(serverTable)
    .filter(([folder]) => !folder.includes('/') && exists(root, folder))
    .flatMap(([folder, allowed]) => {
      const row = written.get(folder)
      if (row === undefined) return [`${file} does not say what ${folder} may import`]
      const missing = allowed.filter((name) => exists(root, name) && !row.includes(name))
      const wrong = row.filter((name) => !allowed.includes(name))
      return [
        ...missing.map((name) => `${file} does not say that ${folder} may import ${name}`),
        ...wrong.map(
          (name) => `${file} says that ${folder} may import ${name}, but tools/lint/import-table.ts does not`,
        ),
      ]
    })
}

function exists(root: string, folder: string): boolean {
  return existsSync(join(root, 'packages/server/src', folder))
}

/** Rows such as `| events, jobs | base, db; a remark |`. What is only a type is no value. */
function writtenTable(text: string): ReadonlyMap<string, readonly string[]> {
  const rows = [...text.matchAll(/^\| ([a-z, ]+) \| ([^|]*) \|$/gm)]
  return new Map(
    rows.flatMap(([, folders = '', imports = '']) => {
      const names = namesIn(imports.split(';')[0] ?? '').filter((name) => !name.endsWith('(types)') && name !== '–')
      return namesIn(folders).map((folder) => [folder, names] as const)
    }),
  )
}

function namesIn(list: string): readonly string[] {
  return list.split(',').map((name) => name.trim())
}
