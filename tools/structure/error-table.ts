import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCodes } from '../../packages/contract/src/problem.ts'

const file = 'docs/errors.md'
const begin = '<!-- the table is made by `npm run fix` -->'
const end = '<!-- end of the table -->'

/** docs/errors.md lists exactly the codes of the contract, with their status and title. */
export function errorTableProblems(root: string): readonly string[] {
  const path = join(root, file)
  if (!existsSync(path)) return [`${file} is missing`]
  const text = readFileSync(path, 'utf8')
  const listed = [...text.matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1])
  const missing = Object.keys(errorCodes).filter((code) => !listed.includes(code))
  if (missing.length > 0) return missing.map((code) => `${file} does not list the code ${code}: run \`npm run fix\``)
  return text === withTable(text) ? [] : [`${file} differs from packages/contract/src/problem.ts: run \`npm run fix\``]
}

/** Writes the table anew. */
export function writeErrorTable(root: string): void {
  const path = join(root, file)
  const text = readFileSync(path, 'utf8')
  const updated = withTable(text)
  if (updated !== text) writeFileSync(path, updated)
}

function withTable(text: string): string {
  const [before, rest] = [text.split(begin)[0] ?? '', text.split(end)[1] ?? '\n']
  const rows = Object.entries(errorCodes).map(([code, { status, title }]) => `| \`${code}\` | ${status} | ${title} |`)
  return `${before}${begin}\n\n${['| Code | Status | Title |', '|---|---|---|', ...rows].join('\n')}\n\n${end}${rest}`
}
