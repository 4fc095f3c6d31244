import { expect, it } from 'vitest'
import { insertAt, referenceTo } from './insert-text.ts'

it('names a list, and a template with its places to be filled in', () => {
  expect(referenceTo('animal', [])).toEqual({ text: '__animal__', caret: 10 })
  expect(referenceTo('portrait', ['who', 'where'])).toEqual({ text: '__portrait(who=|where=)__', caret: 15 })
})

it('stands apart from letters, and the caret is where to go on', () => {
  const list = referenceTo('a', [])
  expect(insertAt('', 0, list)).toEqual({ text: '__a__', caret: 5 })
  expect(insertAt('red', 3, list)).toEqual({ text: 'red __a__', caret: 9 })
  expect(insertAt('in {} now', 4, list)).toEqual({ text: 'in {__a__} now', caret: 9 })
})
