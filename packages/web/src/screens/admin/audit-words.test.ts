import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { actionWords, detailWords, knownActions } from './audit-words.ts'

const server = join(import.meta.dirname, '../../../../server/src')

/** Every action that the server's code names as the one it writes down. */
function writtenActions(): readonly string[] {
  const named = /(?<=\baction: |actions\.push\(\[(?:disabled \? )?|changed\(ports, owner, |'user-disabled' : )'([a-z-]+)'/g
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

it('says what happened in words, also what it does not know by name', () => {
  expect(actionWords('sign-in-failed')).toBe('Sign-in refused')
  expect(actionWords('moon-landed')).toBe('Moon landed')
})

it('says what more is known of it', () => {
  expect(detailWords({ detail: {} })).toBe('')
  expect(detailWords({ detail: { from: 'user', to: 'admin', days: 7 } })).toBe('from: user; to: admin; days: 7')
  expect(detailWords({ detail: { quota: { bytes: 200 * 1024 ** 2, imagesADay: null } } })).toBe(
    'limits: storage 200 MB, pictures a day no limit',
  )
  expect(detailWords({ detail: { signUp: 'closed', guests: false, session: 'x', quota: {} } })).toBe(
    'accounts: closed; guests: no; limits: as for everybody',
  )
  expect(detailWords({ detail: { name: 'Backup', scopes: ['read', 'write'] } })).toBe('name: Backup; scopes: read, write')
})
