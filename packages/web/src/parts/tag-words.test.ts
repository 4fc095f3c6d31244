import { expect, it } from 'vitest'
import { tagOf, tagSearch, tagWords } from './tag-words.ts'

it.each([
  ['swan', 'LABEL', 'swan', 'swan'],
  ['  red brick ', 'LABEL', 'red brick', 'red brick'],
  ['Character: 42', 'CHARACTER', '42', 'character: 42'],
  ['theme/x y', 'THEME', 'x y', 'theme: x y'],
  ['label: theme: x', 'LABEL', 'theme: x', 'label: theme: x'],
  ['chatter', 'LABEL', 'chatter', 'chatter'],
] as const)('reads %j as a tag, and says it again', (text, tagType, tagId, words) => {
  const tag = tagOf(text)
  expect(tag).toEqual({ tagType, tagId })
  expect(tagWords({ tagType, tagId })).toBe(words)
  expect(tagOf(words)).toEqual(tag)
})

it('makes no tag of nothing', () => {
  expect(tagOf('  ')).toBeNull()
})

it('searches for a tag of its type', () => {
  expect(tagSearch({ tagType: 'LABEL', tagId: 'red brick' })).toBe('tag:"red brick"')
  expect(tagSearch({ tagType: 'THEME', tagId: '7' })).toBe('tag:theme/7')
})
