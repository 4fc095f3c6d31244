import { expect, it } from 'vitest'
import { initials } from './initials.ts'

it.each([
  ['Ada Lovelace', 'AL'],
  ['ada', 'A'],
  ['  Anna  Maria von Berg ', 'AB'],
  ['李小龍', '李'],
  ['🦊 Fox', '🦊F'],
  ['', '?'],
])('makes %j into %s', (name, mark) => {
  expect(initials(name)).toBe(mark)
})
