import { describe, expect, it } from 'vitest'
import { fits, nameOf, shareFacts } from './share-words.ts'
import { link } from './testing.ts'

const words = (time: number) => new Date(time).toISOString().slice(0, 10)

describe('what is told of a link', () => {
  it('SH4: names everything that sets it apart', () => {
    const share = link({
      kind: 'album',
      images: 12,
      expiresAt: '2027-01-01T00:00:00.000Z',
      hasPassword: true,
      viewLimit: 10,
      views: 3,
      download: false,
      prompt: true,
      listed: true,
    })
    expect(shareFacts(share, words)).toEqual([
      'album, 12 pictures',
      '3 of 10 visits',
      'until 2027-01-01',
      'with a password',
      'not to be saved',
      'tells the prompt',
      'for search engines',
    ])
  })

  it('SH4: is short for one without options', () => {
    expect(shareFacts(link(), words)).toEqual(['not visited yet'])
    expect(shareFacts(link({ views: 1 }), words)).toEqual(['1 visit'])
  })

  it('SH10: says when it opens, when it ended and when it was revoked', () => {
    const times = { startsAt: '2026-12-01T00:00:00.000Z', expiresAt: '2026-12-02T00:00:00.000Z' }
    expect(shareFacts(link({ ...times, state: 'not-yet' }), words)).toContain('opens 2026-12-01')
    expect(shareFacts(link({ ...times, state: 'expired' }), words)).toContain('ended 2026-12-02')
    const revoked = link({ state: 'revoked', revokedAt: '2026-12-03T00:00:00.000Z' })
    expect(shareFacts(revoked, words)).toContain('revoked 2026-12-03')
  })

  it('SH2: calls it by its title, else by what it shows', () => {
    expect(nameOf(link({ title: 'Ours', label: 'Coast' }))).toBe('Ours')
    expect(nameOf(link({ label: 'Coast' }))).toBe('Coast')
    expect(nameOf(link())).toBe('Picture')
    expect(nameOf(link({ kind: 'images', images: 3 }))).toBe('3 pictures')
  })
})

describe('a list of links', () => {
  it('SH4: is narrowed by state, where an end and a last visit are the same', () => {
    const states = ['open', 'not-yet', 'expired', 'used-up', 'revoked'] as const
    const left = (state: Parameters<typeof fits>[1]['state']) =>
      states.filter((one) => fits(link({ state: one }), { state, words: '' }))
    expect(left('all')).toEqual(states)
    expect(left('open')).toEqual(['open'])
    expect(left('not-yet')).toEqual(['not-yet'])
    expect(left('ended')).toEqual(['expired', 'used-up'])
    expect(left('revoked')).toEqual(['revoked'])
  })

  it('SH4: is narrowed by words, in any order and anywhere', () => {
    const share = link({ title: 'Summer at the COAST', comment: 'for Ann', name: 'sea-Ab12' })
    const found = (typed: string) => fits(share, { state: 'all', words: typed })
    expect(['coast summer', ' ann ', 'ab12', '']).toSatisfy((typed: string[]) => typed.every(found))
    expect(found('winter')).toBe(false)
    expect(found('coast winter')).toBe(false)
  })
})
