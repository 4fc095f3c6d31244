import { expect, it } from 'vitest'
import fc from 'fast-check'
import { nameKey } from './name-key.ts'

it.each([
  ['Été', 'ÉTÉ'],
  ['Été', 'E\u0301te\u0301'],
  ['Straße', 'STRASSE'],
  ['ẞ', 'ss'],
  ['ΟΔΟΣ', 'οδος'],
  ['Привет', 'ПРИВЕТ'],
  ['İstanbul', 'i\u0307stanbul'],
  ['ﬁre', 'FIRE'],
])('LB15: %s and %s are one name', (one, other) => {
  expect(nameKey(one)).toBe(nameKey(other))
})

it.each([
  ['Été', 'Ete'],
  ['fox', 'fox '],
  ['🦊', '🐺'],
])('LB15: %s and %s are two', (one, other) => {
  expect(nameKey(one)).not.toBe(nameKey(other))
})

it('LB15: a key is its own key, and that of any spelling of its name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (name) => {
      const key = nameKey(name)
      expect(nameKey(key)).toBe(key)
      for (const form of ['NFC', 'NFD'] as const) expect(nameKey(name.normalize(form))).toBe(key)
    }),
  )
})
