// Albums shared with people who have an account here, from both sides.
import { routes, type CopiedImage, type RouteInput, type SharedAlbum } from '@easel/contract'
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from './client.ts'
import { keys } from './queries.ts'

const PAGE = 100
/** As many as the server copies at a time. */
const COPIES = 50
const first: string | undefined = undefined

/** Albums that others share with oneself, and those that one shares. */
export function sharedAlbumsQuery() {
  return queryOptions({
    queryKey: [...keys.people, 'albums'],
    queryFn: async ({ signal }) => (await call(routes.listSharedAlbums, {}, { signal })).data,
  })
}

export function sharedAlbumQuery(id: string) {
  return queryOptions({
    queryKey: [...keys.people, 'album', id],
    queryFn: async ({ signal }) => (await call(routes.getSharedAlbum, { params: { id } }, { signal })).data,
    // Who is taken away is told so once.
    retry: false,
  })
}

/** Its pictures, in its order, page by page. */
export function sharedImagesQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: [...keys.people, 'images', id],
    queryFn: ({ pageParam, signal }) => {
      const from = pageParam === undefined ? {} : { cursor: pageParam }
      return call(routes.listSharedImages, { params: { id }, query: { limit: PAGE, ...from } }, { signal })
    },
    initialPageParam: first,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  })
}

/** Whom an album of one's own is shared with. */
export function albumPeopleQuery(id: string) {
  return queryOptions({
    queryKey: [...keys.people, 'of', id],
    queryFn: async ({ signal }) => (await call(routes.listAlbumPeople, { params: { id } }, { signal })).data,
  })
}

export function myGroupsQuery() {
  return queryOptions({
    queryKey: [...keys.people, 'groups'],
    queryFn: async ({ signal }) => (await call(routes.listMyGroups, {}, { signal })).data,
    staleTime: 0,
  })
}

/** Everything that is known of what is shared is asked for again. */
function useRefresh() {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: keys.people })
}

export function useFindPeople() {
  return useMutation({
    mutationFn: async (text: string) => (await call(routes.findPeople, { body: { text } })).data,
  })
}

export function usePutPerson(albumId: string) {
  return useMutation({
    mutationFn: async (body: RouteInput<typeof routes.putAlbumPerson>['body']) =>
      (await call(routes.putAlbumPerson, { params: { id: albumId }, body })).data,
    onSuccess: useRefresh(),
  })
}

export function useRemovePerson(albumId: string) {
  return useMutation({
    mutationFn: (personId: string) => call(routes.removeAlbumPerson, { params: { id: albumId, personId } }),
    onSuccess: useRefresh(),
  })
}

export function useLeaveAlbum() {
  return useMutation({
    mutationFn: ({ id }: SharedAlbum) => call(routes.leaveSharedAlbum, { params: { id } }),
    onSuccess: useRefresh(),
  })
}

export function useAddShared(albumId: string) {
  return useMutation({
    mutationFn: async (body: RouteInput<typeof routes.addSharedImages>['body']) =>
      (await call(routes.addSharedImages, { params: { id: albumId }, body })).data,
    onSuccess: useRefresh(),
  })
}

export function useTakeOutShared(albumId: string) {
  return useMutation({
    mutationFn: async (imageIds: string[]) =>
      (await call(routes.removeSharedImages, { params: { id: albumId }, body: { imageIds } })).data,
    onSuccess: useRefresh(),
  })
}

export function useLabelShared(albumId: string) {
  return useMutation({
    mutationFn: async (body: RouteInput<typeof routes.labelSharedImages>['body']) =>
      (await call(routes.labelSharedImages, { params: { id: albumId }, body })).data,
    onSuccess: useRefresh(),
  })
}

/** Copies pictures into one's own library, some at a time. */
export function useCopyShared(albumId: string) {
  return useMutation({
    mutationFn: async (imageIds: readonly string[]) => {
      const copied: CopiedImage[] = []
      for (let from = 0; from < imageIds.length; from += COPIES) {
        const body = { imageIds: imageIds.slice(from, from + COPIES) }
        copied.push(...(await call(routes.copySharedImages, { params: { id: albumId }, body })).data)
      }
      return copied
    },
  })
}
