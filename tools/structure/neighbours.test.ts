import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const rows = readFileSync(join(root, 'docs/security.md'), 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .flatMap(([, where = '', , , test = '']) =>
    [...where.matchAll(/CVE-[\d-]+|GHSA-[\w-]+|InvokeAI [\d.]+$/g)].map(([id]) => ({
      id,
      file: test.replaceAll('`', ''),
    })),
  )
  .filter(({ file }) => file.endsWith('.ts'))

it('lists thirty and more', () => {
  expect(rows.length).toBeGreaterThan(30)
})

it.each(rows)('$id has its test in $file', ({ id, file }) => {
  expect(readFileSync(join(root, file), 'utf8')).toContain(id)
})
