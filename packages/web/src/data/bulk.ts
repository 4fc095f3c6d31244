// Actions on many pictures at once: the server goes over them, and here one follows how far it is.
import { routes, type Bulk, type BulkRequest } from '@easel/contract'
import { queryOptions, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { call } from './client.ts'
import { keys } from './queries.ts'

const PAUSE = 400
const pause = () => new Promise((done) => setTimeout(done, PAUSE))
const isOver = ({ state }: Bulk) => state !== 'running' && state !== 'undoing'

async function follow(client: QueryClient, begun: Bulk, onProgress: (bulk: Bulk) => void): Promise<Bulk> {
  let bulk = begun
  while (!isOver(bulk)) {
    await pause()
    bulk = (await call(routes.getBulk, { params: { id: bulk.id } })).data
    onProgress(bulk)
  }
  for (const queryKey of [keys.allImages, keys.allCounts, keys.generations, keys.tags, keys.albums, ['image']]) {
    void client.invalidateQueries({ queryKey })
  }
  return bulk
}

/** What begins an action. */
export type Begin = () => Promise<Bulk>

export const begin =
  (body: BulkRequest): Begin =>
  async () =>
    (await call(routes.startBulk, { body })).data

/** Erases everything in the trash, for good. */
export const beginEmptying: Begin = async () => (await call(routes.emptyTrash, {})).data

/** The words that have to be typed. */
export const clearWords = 'delete everything'

/** Moves every picture to the trash. */
export const beginClearing: Begin = async () =>
  (await call(routes.clearLibrary, { body: { confirm: clearWords } })).data

export function trashQuery() {
  return queryOptions({
    queryKey: keys.trash,
    queryFn: async ({ signal }) => (await call(routes.getTrash, {}, { signal })).data,
    staleTime: Number.POSITIVE_INFINITY,
  })
}

export type OnProgress = (bulk: Bulk) => void

/** Each resolves when the action is over, in whatever state. */
export interface Bulks {
  start(begin: Begin, onProgress: OnProgress): Promise<Bulk>
  undo(id: string, onProgress: OnProgress): Promise<Bulk>
}

export function useBulks(): Bulks {
  const client = useQueryClient()
  return useMemo(
    () => ({
      start: async (begin, onProgress) => follow(client, await begin(), onProgress),
      undo: async (id, onProgress) =>
        follow(client, (await call(routes.undoBulk, { params: { id } })).data, onProgress),
    }),
    [client],
  )
}
