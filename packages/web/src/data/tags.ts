// The tags themselves: all of them, other names, and none any more.
import { routes, type Tag } from '@easel/contract'
import { keepPreviousData, queryOptions, useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { call } from './client.ts'
import { keys } from './queries.ts'

/** As many as one page shows. */
export const mostTags = 200

/** The most used tags, or those that have what was typed. */
export function allTagsQuery(typed: string) {
  return queryOptions({
    queryKey: [...keys.tags, 'all', typed],
    queryFn: async ({ signal }) => {
      const q = typed === '' ? {} : { q: typed }
      return (await call(routes.listTags, { query: { limit: mostTags, ...q } }, { signal })).data
    },
    placeholderData: keepPreviousData,
  })
}

const readAll = (client: QueryClient) =>
  Promise.all(
    [keys.tags, keys.allImages, keys.allCounts, ['image']].map((queryKey) => client.invalidateQueries({ queryKey })),
  )

export interface TagRename {
  readonly id: string
  readonly tag: Tag
}

/** Gives a tag another name. One of that name takes its pictures: then there is one where two were. */
export function useRenameTag() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ id, tag }: TagRename) => (await call(routes.renameTag, { params: { id }, body: tag })).data,
    onSettled: () => readAll(client),
  })
}

export function useDeleteTag() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => call(routes.deleteTag, { params: { id } }),
    onSettled: () => readAll(client),
  })
}

/** Whether there is such a tag. */
export async function isTag({ tagType, tagId }: Tag): Promise<boolean> {
  const { data } = await call(routes.listTags, { query: { q: tagId, tagType, limit: 1000 } })
  return data.some((tag) => tag.tagId === tagId)
}
