import type { InfiniteData } from '@tanstack/react-query'

export interface ListPage<T> {
  readonly data: T[]
  readonly nextCursor: string | null
}
/** What an infinite query holds. Its page parameters are never read here. */
export type Pages<T> = InfiniteData<ListPage<T>, unknown>

interface WithId {
  readonly id: string
}

/** Every item that has been loaded, in the order of the list. */
export function itemsOf<T>(pages: Pages<T> | undefined): T[] {
  return pages?.pages.flatMap((page) => page.data) ?? []
}

function mapPages<T>(pages: Pages<T>, change: (data: T[]) => T[]): Pages<T> {
  let changed = false
  const next = pages.pages.map((page) => {
    const data = change(page.data)
    if (data === page.data) return page
    changed = true
    return { ...page, data }
  })
  return changed ? { ...pages, pages: next } : pages
}

/** The pages with one item changed; the same object when it is not loaded, so that nothing draws again. */
export function patchItem<T extends WithId>(pages: Pages<T>, id: string, change: (item: T) => T): Pages<T> {
  return mapPages(pages, (data) =>
    data.some((item) => item.id === id) ? data.map((item) => (item.id === id ? change(item) : item)) : data,
  )
}

/** The pages without one item. */
export function removeItem<T extends WithId>(pages: Pages<T>, id: string): Pages<T> {
  return mapPages(pages, (data) => (data.some((item) => item.id === id) ? data.filter((item) => item.id !== id) : data))
}

/**
 * The pages with the item in its place. Ids are UUIDv7, so newest first is descending by id. An item older than all that is
 * loaded belongs to a page that has not been asked for yet and is left out.
 */
export function placeItem<T extends WithId>(pages: Pages<T>, item: T): Pages<T> {
  if (itemsOf(pages).some((other) => other.id === item.id)) return patchItem(pages, item.id, () => item)
  const at = pages.pages.findIndex((page) => page.data.some((other) => other.id < item.id))
  const last = pages.pages.length - 1
  if (at === -1 && pages.pages[last]?.nextCursor !== null) return pages
  const target = at === -1 ? last : at
  return {
    ...pages,
    pages: pages.pages.map((page, index) => (index === target ? { ...page, data: inserted(page.data, item) } : page)),
  }
}

function inserted<T extends WithId>(data: readonly T[], item: T): T[] {
  const at = data.findIndex((other) => other.id < item.id)
  return at === -1 ? [...data, item] : data.toSpliced(at, 0, item)
}
