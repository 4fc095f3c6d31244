import { parseSearch } from '@easel/contract'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { itemsOf } from '#data/pages.ts'
import { imagesQuery, type ImageFilter } from '#data/queries.ts'
import { endOfDay } from './days.ts'

/** The list of pictures that the address names. */
function useLibraryFilter(): ImageFilter {
  const { trash, album, q, sort, at } = useSearch({ from: '/library' })
  return useMemo(
    () => ({
      trash: trash === true,
      ...(q === undefined ? {} : { q }),
      ...(album === undefined ? {} : { album }),
      // An album is as people have put it, until one searches in it.
      ...(album !== undefined && q === undefined ? { sort: 'album' } : {}),
      ...(q === undefined || sort === undefined ? {} : { sort }),
      ...(at === undefined || trash === true || album !== undefined ? {} : { before: endOfDay(at) }),
    }),
    [trash, album, q, sort, at],
  )
}

/** What is in the trash, in an album and in the Library are places of their own: nothing of one is to be seen in another. */
const isSamePlace = (before: ImageFilter | undefined, { trash, album }: ImageFilter): boolean =>
  before?.trash === trash && before.album === album

/** The pictures that the address names, page by page; while a search is under way, those of the one before. */
export function useLibraryList() {
  const filter = useLibraryFilter()
  const faults = useMemo(() => parseSearch(filter.q ?? '').faults, [filter.q])
  const query = useInfiniteQuery({
    ...imagesQuery(filter),
    enabled: faults.length === 0,
    placeholderData: (shown, before) => (isSamePlace(before?.queryKey[1], filter) ? shown : undefined),
  })
  const images = useMemo(() => itemsOf(query.data), [query.data])
  return { filter, faults, query, images }
}
