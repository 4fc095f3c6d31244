import { describe, expect, it } from 'vitest'
import { idOf } from './__fixtures__/records.ts'
import { itemsOf, patchItem, placeItem, removeItem, type Pages } from './pages.ts'

interface Item {
  readonly id: string
  readonly name?: string
}

function pagesOf(numbers: readonly (readonly number[])[], more: boolean): Pages<Item> {
  return {
    pageParams: numbers.map(() => undefined),
    pages: numbers.map((page, index) => ({
      data: page.map((number) => ({ id: idOf(number) })),
      nextCursor: index < numbers.length - 1 || more ? `c${index}` : null,
    })),
  }
}

const ids = (pages: Pages<Item>) => itemsOf(pages).map((item) => Number(item.id.slice(-12)))

describe('pages', () => {
  it('puts a new item first', () => {
    expect(ids(placeItem(pagesOf([[9, 8], [7]], true), { id: idOf(10) }))).toEqual([10, 9, 8, 7])
  })

  it('puts an item that comes back into its old place, across pages', () => {
    expect(
      ids(
        placeItem(
          pagesOf(
            [
              [9, 8],
              [5, 4],
            ],
            true,
          ),
          { id: idOf(6) },
        ),
      ),
    ).toEqual([9, 8, 6, 5, 4])
  })

  it('leaves out an item older than all that is loaded while more can be loaded', () => {
    const pages = pagesOf([[9, 8]], true)
    expect(placeItem(pages, { id: idOf(1) })).toBe(pages)
  })

  it('appends it on the last page', () => {
    expect(ids(placeItem(pagesOf([[9, 8]], false), { id: idOf(1) }))).toEqual([9, 8, 1])
    expect(ids(placeItem(pagesOf([[]], false), { id: idOf(1) }))).toEqual([1])
  })

  it('replaces an item that is there already, and never doubles it', () => {
    const placed = placeItem(pagesOf([[9, 8]], true), { id: idOf(8), name: 'new' })
    expect(itemsOf(placed)).toEqual([{ id: idOf(9) }, { id: idOf(8), name: 'new' }])
  })

  it('keeps the same object, and the same pages, where nothing changed', () => {
    const pages = pagesOf([[9, 8], [7]], true)
    expect(patchItem(pages, idOf(1), (item) => ({ ...item, name: 'x' }))).toBe(pages)
    expect(removeItem(pages, idOf(1))).toBe(pages)
    const patched = patchItem(pages, idOf(7), (item) => ({ ...item, name: 'x' }))
    expect(patched.pages[0]).toBe(pages.pages[0])
    expect(patched.pages[1]).not.toBe(pages.pages[1])
  })

  it('removes an item', () => {
    expect(ids(removeItem(pagesOf([[9, 8], [7]], false), idOf(8)))).toEqual([9, 7])
  })
})
