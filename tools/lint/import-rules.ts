import type { OxlintOverride } from 'oxlint'
import { packageOwners, serverTable, webTable, withoutContract, type ImportTable } from './import-table.ts'

/** How deep folders may nest below a top-level one; deeper files would escape the rule about relative imports. */
const deepest = 5

/** Files that only tests use. They may import across the table, and nothing else may import them. */
export const testFiles = [
  '**/*.test.ts',
  '**/*.test.tsx',
  '**/testing.ts',
  '**/testing/**',
  '**/*-suite.ts',
  '**/fake-*.ts',
]

interface Pattern {
  readonly group?: readonly string[]
  readonly regex?: string
  readonly message: string
  readonly allowTypeImports?: boolean
}

interface Scope {
  readonly source: string
  readonly table: ImportTable
  /** Patterns that a folder gets beyond the table. */
  readonly extra: (folder: string) => readonly Pattern[]
}

const bin: Pattern = { group: ['#bin/**'], message: 'Nobody imports bin: it is the composition.' }

const forTestsOnly: Pattern = { group: [...testFiles, 'vitest'], message: 'Only tests use this.' }

/** The overrides that hold the import table, for the server and the web app. */
export function importOverrides(): OxlintOverride[] {
  const server = { source: 'packages/server/src', table: serverTable, extra: serverExtra }
  const web = { source: 'packages/web/src', table: webTable, extra: () => [] }
  return [server, web].flatMap((scope) => [
    ...Object.keys(scope.table).flatMap((folder) => folderOverrides(scope, folder)),
    ...testOverrides(scope.source),
  ])
}

function serverExtra(folder: string): readonly Pattern[] {
  const foreign = Object.entries(packageOwners).filter(([, owners]) => !owners.includes(folder))
  const owned = foreign.map(([name, owners]) => ({
    group: [name, `${name}/**`],
    message: `Only ${owners.join(' and ') || 'tests'} may import ${name}.`,
    allowTypeImports: true,
  }))
  const contract = {
    group: ['@easel/contract'],
    message: `${folder} does not know the contract.`,
    allowTypeImports: true,
  }
  return [bin, ...owned, ...(withoutContract.includes(folder) ? [contract] : [])]
}

/** One override for each depth, because what leaves the top-level folder depends on it. */
function folderOverrides(scope: Scope, folder: string): OxlintOverride[] {
  const own = folder.split('/').length
  return depths(own).map((depth) => ({
    files: [`${scope.source}/${folder}/${'*/'.repeat(depth - own)}*.{ts,tsx}`],
    excludeFiles: testFiles,
    rules: restrict([
      tablePattern(folder, scope.table[folder] ?? []),
      ...siblingPatterns(folder, scope.table[folder] ?? [], depth),
      leaving(depth),
      forTestsOnly,
      ...scope.extra(folder),
    ]),
  }))
}

function testOverrides(source: string): OxlintOverride[] {
  return depths(1).map((depth) => ({
    files: testFiles
      .filter((glob) => !glob.endsWith('/**'))
      .map((glob) => `${source}/${'*/'.repeat(depth)}${glob.replace('**/', '')}`),
    rules: restrict([leaving(depth)]),
  }))
}

function depths(from: number): number[] {
  return Array.from({ length: deepest - from + 1 }, (_, index) => from + index)
}

function tablePattern(folder: string, allowed: readonly string[]): Pattern {
  const top = folder.split('/')[0] ?? folder
  // A folder's own files are better imported relatively, but to name them by `#` breaks nothing.
  const own = folder === top ? [top] : []
  return {
    // What one pattern lets pass, all let pass: so this one has to refuse again what only tests use.
    group: ['#*/**', ...[...allowed, ...own].map((name) => `!#${name}/**`), ...testFiles],
    message: `${folder} may import values only from: ${allowed.join(', ') || 'nothing of ours'}.`,
    allowTypeImports: true,
  }
}

/** Between the backends of storage and between the providers there is no way but through `spec` and `kit`. */
function siblingPatterns(folder: string, allowed: readonly string[], depth: number): readonly Pattern[] {
  const [top, ...rest] = folder.split('/')
  if (rest.length === 0) return []
  const up = '../'.repeat(depth - 1)
  const open = allowed
    .filter((name) => name.startsWith(`${top}/`))
    .map((name) => `!${up}${name.slice(`${top}/`.length)}/**`)
  return [
    {
      group: [`${up}*/**`, ...open, ...testFiles],
      message: `${folder} stands alone: it imports no other ${top} folder.`,
    },
  ]
}

function leaving(depth: number): Pattern {
  return {
    regex: `^(\\.\\./){${depth}}`,
    message: 'A relative import stays inside its top-level folder: write #folder/file.ts.',
  }
}

function restrict(patterns: readonly Pattern[]): NonNullable<OxlintOverride['rules']> {
  const mutable = patterns.map(({ group, ...rest }) => (group === undefined ? rest : { ...rest, group: [...group] }))
  return { 'no-restricted-imports': ['error', { patterns: mutable }] }
}
