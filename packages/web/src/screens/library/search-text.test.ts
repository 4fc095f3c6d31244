import { describe, expect, it } from 'vitest'
import { filterText, filterWords, hasWords, searchText, shownSearch, withFilter } from './search-text.ts'

describe('the search box', () => {
  it('LB20: shows filters apart from words, and both together are the search', () => {
    const shown = shownSearch('fox tag:"two words" "at night" -is:favourite -rain http://x')
    expect(shown).toEqual({ filters: ['tag:"two words"', '-is:favourite'], words: 'fox "at night" -rain http://x' })
    expect(shownSearch(searchText(shown))).toEqual(shown)
    expect(searchText({ filters: [], words: '  ' })).toBe('')
  })

  it('LB21: leaves what cannot be understood in the box', () => {
    expect(shownSearch('seed:x rating:9 tag: fox')).toEqual({ filters: [], words: 'seed:x rating:9 tag: fox' })
  })

  it('puts a filter in the place of one that it shuts out', () => {
    expect(withFilter(['ratio:square', 'tag:a'], 'ratio:portrait')).toEqual(['tag:a', 'ratio:portrait'])
    expect(withFilter(['tag:a'], 'tag:b')).toEqual(['tag:a', 'tag:b'])
    expect(withFilter(['tag:a'], 'tag:a')).toEqual(['tag:a'])
  })

  it.each([
    ['is:favourite', 'Favourites'],
    ['-is:favourite', 'Not favourites'],
    ['rating:4', '4 stars or more'],
    ['tag:"two words"', 'Tag two words'],
    ['ratio:portrait', 'Portrait'],
    ['source:upload', 'Uploaded'],
    ['in:trash', 'In the trash'],
    ['size:1024x768', 'Size 1024 × 768'],
  ])('says %s as %s', (filter, words) => {
    expect(filterWords(filter)).toBe(words)
  })

  it('quotes what has spaces', () => {
    expect(filterText('tag', 'two words')).toBe('tag:"two words"')
    expect(filterText('in', 'Swans')).toBe('in:Swans')
  })

  it('ranks only where there are words', () => {
    expect([hasWords('tag:a -b'), hasWords('"a b"'), hasWords('fox')]).toEqual([false, true, true])
  })
})
