import { parseSearch } from '@easel/contract'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
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

/** The pictures that the address names, page by page; while a search is under way, those of the one before. */
export function useLibraryList() {
  const filter = useLibraryFilter()
  const faults = useMemo(() => parseSearch(filter.q ?? '').faults, [filter.q])
  const query = useInfiniteQuery({
    ...imagesQuery(filter),
    enabled: faults.length === 0,
    placeholderData: keepPreviousData,
  })
  const images = useMemo(() => itemsOf(query.data), [query.data])
  return { filter, faults, query, images }
}
