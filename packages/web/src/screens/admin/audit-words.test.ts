import { expect, it } from 'vitest'
import { actionWords, detailWords } from './audit-words.ts'

it('says what happened in words, also what it does not know by name', () => {
  expect(actionWords('sign-in-failed')).toBe('Sign-in refused')
  expect(actionWords('moon-landed')).toBe('Moon landed')
})

it('says what more is known of it', () => {
  expect(detailWords({ detail: {} })).toBe('')
  expect(detailWords({ detail: { from: 'user', to: 'admin', days: 7 } })).toBe('from: user, to: admin, days: 7')
})
