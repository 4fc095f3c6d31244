import type { Image } from '@easel/contract'
import { describe, expect, it } from 'vitest'
import { imageOf } from './__fixtures__/records.ts'
import { movedBefore, orderedPages, stepTarget } from './album-order.ts'
import { itemsOf, type Pages } from './pages.ts'

const ids = ['a', 'b', 'c', 'd']

describe('LB14: the order of an album', () => {
  it('moves pictures to before another one, or to the end', () => {
    expect(movedBefore(ids, ['d'], 'b')).toEqual(['a', 'd', 'b', 'c'])
    expect(movedBefore(ids, ['a', 'c'], null)).toEqual(['b', 'd', 'a', 'c'])
    expect(movedBefore(ids, ['a'], 'a')).toEqual(['b', 'c', 'd', 'a'])
  })

  it('goes one place by the keyboard, and stays at the ends', () => {
    const step = (id: string, direction: 1 | -1) => {
      const before = stepTarget(ids, id, direction)
      return before === undefined ? ids : movedBefore(ids, [id], before)
    }
    expect(step('b', 1)).toEqual(['a', 'c', 'b', 'd'])
    expect(step('c', 1)).toEqual(['a', 'b', 'd', 'c'])
    expect(step('c', -1)).toEqual(['a', 'c', 'b', 'd'])
    expect([step('a', -1), step('d', 1)]).toEqual([ids, ids])
  })

  it('keeps the pages as long as they were', () => {
    const page = (...names: string[]) => ({ data: names.map((id) => imageOf(0, { id })), nextCursor: null })
    const pages: Pages<Image> = { pages: [page('a', 'b'), page('c')], pageParams: [] }
    const next = orderedPages(pages, ['c', 'a', 'b'])
    expect(itemsOf(next).map(({ id }) => id)).toEqual(['c', 'a', 'b'])
    expect(next.pages.map(({ data }) => data.length)).toEqual([2, 1])
  })
})
