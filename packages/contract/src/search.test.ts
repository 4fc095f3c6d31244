import { describe, expect, it } from 'vitest'
import { ImageFilter, parseSearch, searchOf } from './search.ts'

const understood = (text: string) => {
  const { query, faults } = parseSearch(text)
  expect(faults).toEqual([])
  return query
}

describe('the search box', () => {
  it('LB20: takes words, words in order, and words that must not be there', () => {
    expect(understood('  red "in the snow" -dog night ')).toMatchObject({
      words: ['red', 'night'],
      phrases: ['in the snow'],
      without: ['dog'],
    })
  })

  it('LB20: takes every filter', () => {
    const text =
      'tag:fox -tag:"two words" tag:character/42 model:"a b" provider:openai seed:7 before:2026 after:2025-03 ratio:16:9 size:>=2000 rating:4 source:upload is:favourite in:"My album"'
    expect(understood(text)).toEqual({
      words: [],
      phrases: [],
      without: [],
      tags: [
        { tagType: null, tagId: 'fox' },
        { tagType: 'CHARACTER', tagId: '42' },
      ],
      withoutTags: [{ tagType: null, tagId: 'two words' }],
      models: ['a b'],
      providers: ['openai'],
      seed: 7,
      before: '2026-01-01',
      after: '2025-03-01',
      ratio: '16:9',
      size: '>=2000',
      rating: 4,
      source: 'upload',
      favourite: true,
      album: 'My album',
      trash: null,
    })
    expect(understood('-is:favorite in:trash')).toMatchObject({ favourite: false, trash: true, album: null })
  })

  it('LB20: takes what is no filter as a word', () => {
    expect(understood('http://x.example red-fox a: - " "').words).toEqual(['http://x.example', 'red-fox', 'a:'])
  })

  it.each([
    ['a before:2026-02-30', 'before:2026-02-30', 2],
    ['seed:many', 'seed:many', 0],
    ['fox ratio:wide', 'ratio:wide', 4],
    ['size:big', 'size:big', 0],
    ['rating:6', 'rating:6', 0],
    ['source:stolen', 'source:stolen', 0],
    ['is:lovely', 'is:lovely', 0],
    ['a tag:', 'tag:', 2],
    ['tag:""', 'tag:""', 0],
    ['-model:x', '-model:x', 0],
    ['fox "in the', '"in the', 4],
  ])('LB21: names the part of %s that it cannot understand', (text, part, start) => {
    expect(parseSearch(text).faults).toEqual([{ part, start, message: expect.any(String) }])
  })

  it('LB21: goes on behind a part that it cannot understand', () => {
    expect(parseSearch('seed:x fox rating:9')).toMatchObject({ query: { words: ['fox'] }, faults: [{}, {}] })
  })

  it('LB20: begins and ends at a day or at a moment', () => {
    const at = '2026-11-21T22:30:00.000Z'
    expect(searchOf(ImageFilter.parse({ before: at, after: '2025-02' })).query).toMatchObject({
      before: at,
      after: '2025-02-01',
    })
    expect(searchOf(ImageFilter.parse({ before: '2026-02-30' })).faults).toHaveLength(1)
    for (const before of ['2026-11-21T', 'T', '2026-13-01', '2026-11-21T22:30:00+99:00']) {
      expect(ImageFilter.safeParse({ before }).success, before).toBe(false)
    }
  })

  it('LB20: is one query with the filters beside it, and counts where both say something', () => {
    const filter = ImageFilter.parse({ q: 'fox seed:1', seed: '2', tagId: 'a', tagType: 'THEME', favourite: 'true' })
    expect(searchOf(filter)).toMatchObject({
      faults: [],
      query: { words: ['fox'], seed: 1, tags: [{ tagType: 'THEME', tagId: 'a' }], favourite: true },
    })
  })
})
