import { expect, it } from 'vitest'
import { actionWords, detailWords } from './audit-words.ts'

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
  expect(detailWords({ detail: { name: 'Backup', scopes: ['read', 'write'] } })).toBe(
    'name: Backup; scopes: read, write',
  )
})
