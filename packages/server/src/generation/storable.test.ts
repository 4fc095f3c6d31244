import { describe, expect, it } from 'vitest'
import { addToSeed } from './seed.ts'
import { storableJson, storableText } from './storable.ts'

describe('what an engine says', () => {
  it.each([
    ['plain', 'plain'],
    ['a\u0000b', 'ab'],
    ['\ud83e', '\ufffd'],
    ['🦊\udd8a', '🦊\ufffd'],
    ['\u0001\u001f', '\u0001\u001f'],
  ])('%j is kept as %j', (text, kept) => expect(storableText(text)).toBe(kept))

  it('is cleaned however deep it stands', () => {
    expect(storableJson({ a: ['x\u0000', { 'k\u0000': null, n: 1, b: true }] })).toEqual({
      a: ['x', { k: null, n: 1, b: true }],
    })
  })
})

it.each([
  [5, 2, 9, 7],
  [9, 1, 9, 0],
  [123, 0, 9, 3],
  [Number.MAX_SAFE_INTEGER, 2, Number.MAX_SAFE_INTEGER, 1],
  [Number.MAX_SAFE_INTEGER, 3, 2 ** 32 - 1, 2],
])('GN12: %i + %i within %i is %i', (seed, count, max, sum) => {
  expect(addToSeed(seed, count, max)).toBe(sum)
})
