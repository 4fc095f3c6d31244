import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { knownActions } from '../../packages/web/src/screens/admin/audit-words.ts'

const server = join(import.meta.dirname, '../../packages/server/src')

/** Every action that the server's code names as the one it writes down. */
function writtenActions(): readonly string[] {
  const named =
    /(?<=\baction: |actions\.push\(\[(?:disabled \? )?|changed\(ports, owner, |'user-disabled' : )'([a-z-]+)'/g
  const asked = /asked: '([a-z-]+)'/g
  const found = new Set<string>()
  for (const file of globSync('**/*.ts', { cwd: server })) {
    if (file.includes('testing') || file.endsWith('.test.ts')) continue
    const source = readFileSync(join(server, file), 'utf8')
    for (const [, action = ''] of source.matchAll(named)) found.add(action)
    for (const [, what = ''] of source.matchAll(asked)) found.add(`${what}-failed`)
  }
  return [...found].toSorted()
}

it('has words for every event that the server writes down, and for no other', () => {
  expect(writtenActions()).toEqual(knownActions.toSorted())
})
