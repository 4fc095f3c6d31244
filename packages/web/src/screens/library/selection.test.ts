import { describe, expect, it } from 'vitest'
import { isEmpty, isSelected, most, nothing, selectionAfter, sentSelection, type SelectionStep } from './selection.ts'

const list = ['a', 'b', 'c', 'd', 'e']
const mark = (id: string, range = false): SelectionStep => ({ type: 'mark', id, range, list })
const after = (...steps: SelectionStep[]) => steps.reduce(selectionAfter, nothing)

describe('selecting', () => {
  it('takes one, and a range from what was marked last in either direction', () => {
    expect([...after(mark('b')).ids]).toEqual(['b'])
    expect([...after(mark('b'), mark('d', true)).ids]).toEqual(['b', 'c', 'd'])
    expect([...after(mark('d'), mark('b', true)).ids].toSorted()).toEqual(['b', 'c', 'd'])
    expect([...after(mark('c', true)).ids]).toEqual(['c'])
  })

  it('ends when the last is taken out, but not when nothing is marked yet', () => {
    expect(after(mark('b'), mark('b'))).toEqual(nothing)
    expect(after({ type: 'open' })).toMatchObject({ active: true })
    expect(after(mark('b'), { type: 'close' })).toEqual(nothing)
  })

  it('LB30: sends what is marked, or the search instead of a list', () => {
    expect(sentSelection(after(mark('b')), { trash: false, q: 'fox' })).toEqual({ ids: ['b'] })
    const all = after({ type: 'all' }, mark('b'))
    expect(isSelected(all, 'never loaded')).toBe(true)
    expect(isEmpty(all)).toBe(false)
    expect(sentSelection(all, { trash: true, q: 'fox', sort: 'rank' })).toEqual({ search: { trash: true, q: 'fox' } })
    expect(sentSelection(all, { trash: false })).toEqual({ search: { trash: false } })
  })

  it('names no more than the server takes', () => {
    const many = Array.from({ length: most + 50 }, (_, index) => String(index))
    const all = [mark('0'), { type: 'mark', id: String(most + 49), range: true, list: many } as const]
    expect(all.reduce(selectionAfter, nothing).ids.size).toBe(most)
  })
})
