import { expect, it } from 'vitest'
import { listNameOf } from './list-name.ts'

it.each([
  ['animals.txt', 'animals'],
  ['Wild Animals (2).txt', 'Wild-Animals-2'],
  ['__own__list.TXT', 'own_list'],
  ['Füchse 🦊.txt', 'Füchse'],
  ['.txt', 'list'],
  [`${'a'.repeat(80)}.txt`, 'a'.repeat(60)],
])('makes of the file %s a name that prompts can name', (filename, name) => {
  expect(listNameOf(filename)).toBe(name)
})
