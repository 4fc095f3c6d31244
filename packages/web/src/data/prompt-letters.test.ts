import { describe, expect, it } from 'vitest'
import { asLetters, mayVary } from './prompt-letters.ts'

describe('a prompt as letters', () => {
  it.each([
    ['a fox', 'a fox'],
    ['{"a": 1}', '{"a": 1}'],
    ['a {red|blue} fox', String.raw`a \{red\|blue\} fox`],
    ['__init__', String.raw`\__init\__`],
    [String.raw`\{a|b\}`, String.raw`\\\{a\|b\\\}`],
    [String.raw`C:\foxes (a:1.2)`, String.raw`C:\foxes (a:1.2)`],
  ])('%s', (typed, letters) => {
    expect(asLetters(typed)).toBe(letters)
  })

  it('says whether a preview is worth it', () => {
    expect(['{a|b}', 'a {b', '__x__', String.raw`\{`].map(mayVary)).toEqual([true, true, true, true])
    expect(['a fox', '{"a": 1}', 'a_b'].map(mayVary)).toEqual([false, false, false])
  })
})
