import fc from 'fast-check'
import { expect, it } from 'vitest'
import { findRepeatedName } from './repeated-names.ts'

it.each([
  ['{"a":1,"a":2}', 'a'],
  ['{"a" : 1, "b": 3,\n"a"\t: 2}', 'a'],
  ['{"x":[{"a":1},{"b":1,"b":1}]}', 'b'],
  ['{"a":1,"\\u0061":2}', 'a'],
  ['{"":1,"":2}', ''],
  ['{"a\\"":1,"a\\"":2}', 'a"'],
  ['{"a":{"a":{"a":1}},"b":"a"}', null],
  ['{"a":"a","b":["a","a","b","b"]}', null],
  ['[{"a":1},{"a":1}]', null],
  ['{"a":"{\\"b\\":1,\\"b\\":1}"}', null],
  ['"a":"a"', null],
  ['{"a', null],
  ['{"a":1]}}}"a":', null],
  ['', null],
])('%s', (json, name) => {
  expect(findRepeatedName(json)).toBe(name)
})

it('finds nothing in what was written from a value', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => findRepeatedName(JSON.stringify(value)) === null))
})

it('never fails, whatever the text', () => {
  fc.assert(fc.property(fc.string(), (text) => void findRepeatedName(text)))
})
