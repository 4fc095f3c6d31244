// What pictures are kept in and found by.
import {
  routes,
  type AlbumChange,
  type Image,
  type ImageChange,
  type SavedSearchChange,
  type SavedSearchCreate,
  type Tag,
} from '@easel/contract'
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { movedBefore, orderedPages } from './album-order.ts'
import { call } from './client.ts'
import { storeImage } from './event-sink.ts'
import { itemsOf, type Pages } from './pages.ts'
import { keys, type ImageFilter } from './queries.ts'

const SUGGESTIONS = 8

/** The tags that fit what has been typed, the most used first. */
export function tagsQuery(typed: string) {
  return queryOptions({
    queryKey: [...keys.tags, typed],
    queryFn: async ({ signal }) => {
      const q = typed === '' ? {} : { q: typed }
      return (await call(routes.listTags, { query: { limit: SUGGESTIONS, ...q } }, { signal })).data
    },
    placeholderData: keepPreviousData,
  })
}

export function albumsQuery() {
  return queryOptions({
    queryKey: keys.albums,
    queryFn: async ({ signal }) => (await call(routes.listAlbums, { query: {} }, { signal })).data,
  })
}

/** The albums that hold a picture. */
export function albumsOfQuery(imageId: string) {
  return queryOptions({
    queryKey: [...keys.albums, 'of', imageId],
    queryFn: async ({ signal }) => (await call(routes.listAlbums, { query: { image: imageId } }, { signal })).data,
  })
}

/** Changes words, stars or heart of a picture; it is shown so before the server has answered. */
export function useUpdateImage() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ image, change }: { readonly image: Image; readonly change: ImageChange }) =>
      (await call(routes.updateImage, { params: { id: image.id }, body: change })).data,
    onMutate: ({ image, change }) => {
      const set = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
      storeImage(client, { ...image, ...set })
    },
    onSuccess: (image) => {
      storeImage(client, image)
      void client.invalidateQueries({ queryKey: keys.allCounts })
    },
    onError: (_error, { image }) => storeImage(client, image),
  })
}

export interface Tagging {
  readonly image: Image
  readonly tags: Tag[]
  /** False takes them off. */
  readonly on: boolean
}

export function useTagImage() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ image, tags, on }: Tagging) => {
      const input = { params: { id: image.id }, body: { tags } }
      return (await (on ? call(routes.addImageTags, input) : call(routes.removeImageTags, input))).data
    },
    onSuccess: (image) => {
      storeImage(client, image)
      void client.invalidateQueries({ queryKey: keys.tags })
      void client.invalidateQueries({ queryKey: keys.allCounts })
    },
  })
}

export function useCreateAlbum() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (name: string) => (await call(routes.createAlbum, { body: { name } })).data,
    onSuccess: () => client.invalidateQueries({ queryKey: keys.albums }),
  })
}

export interface AlbumMembers {
  readonly albumId: string
  readonly imageIds: string[]
  /** False takes them out. */
  readonly on: boolean
}

export function useAlbumMembers() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ albumId, imageIds, on }: AlbumMembers) => {
      const input = { params: { id: albumId }, body: { imageIds } }
      return (await (on ? call(routes.addToAlbum, input) : call(routes.removeFromAlbum, input))).data
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.albums })
      void client.invalidateQueries({ queryKey: keys.allCounts })
    },
  })
}

export function albumQuery(id: string) {
  return queryOptions({
    queryKey: [...keys.albums, 'one', id],
    queryFn: async ({ signal }) => (await call(routes.getAlbum, { params: { id } }, { signal })).data,
  })
}

export interface AlbumUpdate {
  readonly id: string
  readonly change: AlbumChange
}

export function useUpdateAlbum() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ id, change }: AlbumUpdate) =>
      (await call(routes.updateAlbum, { params: { id }, body: change })).data,
    onSuccess: () => client.invalidateQueries({ queryKey: keys.albums }),
  })
}

export function useDeleteAlbum() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => call(routes.deleteAlbum, { params: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.albums }),
  })
}

export interface AlbumMove {
  readonly filter: ImageFilter
  readonly imageIds: string[]
  readonly before: string | null
}

/** Moves pictures of an album; they stand in their new place before the server has answered. */
export function useOrderAlbum(albumId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ imageIds, before }: AlbumMove) =>
      call(routes.orderAlbum, { params: { id: albumId }, body: { imageIds, before } }),
    onMutate: async ({ filter, imageIds, before }) => {
      const queryKey = keys.images(filter)
      await client.cancelQueries({ queryKey })
      client.setQueryData<Pages<Image>>(queryKey, (pages) => {
        if (pages === undefined) return pages
        const ids = itemsOf(pages).map(({ id }) => id)
        return orderedPages(pages, movedBefore(ids, imageIds, before))
      })
    },
    onSettled: (_answer, _error, { filter }) => {
      void client.invalidateQueries({ queryKey: keys.images(filter) })
      void client.invalidateQueries({ queryKey: keys.albums })
    },
  })
}

export function searchesQuery() {
  return queryOptions({
    queryKey: keys.searches,
    queryFn: async ({ signal }) => (await call(routes.listSearches, {}, { signal })).data,
  })
}

export function useCreateSearch() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (search: SavedSearchCreate) => (await call(routes.createSearch, { body: search })).data,
    onSuccess: () => client.invalidateQueries({ queryKey: keys.searches }),
  })
}

export interface SearchUpdate {
  readonly id: string
  readonly change: SavedSearchChange
}

export function useUpdateSearch() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ id, change }: SearchUpdate) =>
      (await call(routes.updateSearch, { params: { id }, body: change })).data,
    onSuccess: () => client.invalidateQueries({ queryKey: keys.searches }),
  })
}

export function useDeleteSearch() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => call(routes.deleteSearch, { params: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.searches }),
  })
}
