import type { Image } from '@easel/contract'
import { itemsOf, type Pages } from './pages.ts'

/** Ids in their new order: some moved to before another one, or to the end. */
export function movedBefore(ids: readonly string[], moved: readonly string[], before: string | null): string[] {
  const rest = ids.filter((id) => !moved.includes(id))
  const at = before === null ? -1 : rest.indexOf(before)
  return at === -1 ? [...rest, ...moved] : rest.toSpliced(at, 0, ...moved)
}

/** The pages of an album in that order; each page keeps its length. */
export function orderedPages(pages: Pages<Image>, ids: readonly string[]): Pages<Image> {
  const byId = new Map(itemsOf(pages).map((image) => [image.id, image]))
  const images = ids.flatMap((id) => byId.get(id) ?? [])
  let from = 0
  const next = pages.pages.map((page) => {
    const data = images.slice(from, from + page.data.length)
    from += page.data.length
    return { ...page, data }
  })
  return { ...pages, pages: next }
}

/** What a picture goes before when it is moved one place: null for the end, undefined where it cannot go. */
export function stepTarget(ids: readonly string[], id: string, direction: 1 | -1): string | null | undefined {
  const at = ids.indexOf(id)
  if (at === -1 || at + direction < 0 || at + direction >= ids.length) return undefined
  return direction === -1 ? ids[at - 1] : (ids[at + 2] ?? null)
}
