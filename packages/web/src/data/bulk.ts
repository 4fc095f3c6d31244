// Actions on many pictures at once: the server goes over them, and here one follows how far it is.
import { routes, type Bulk, type BulkRequest } from '@easel/contract'
import { useQueryClient, type QueryClient } from '@tanstack/react-query'
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

export type OnProgress = (bulk: Bulk) => void

/** Each resolves when the action is over, in whatever state. */
export interface Bulks {
  start(request: BulkRequest, onProgress: OnProgress): Promise<Bulk>
  undo(id: string, onProgress: OnProgress): Promise<Bulk>
}

export function useBulks(): Bulks {
  const client = useQueryClient()
  return useMemo(
    () => ({
      start: async (body, onProgress) => follow(client, (await call(routes.startBulk, { body })).data, onProgress),
      undo: async (id, onProgress) =>
        follow(client, (await call(routes.undoBulk, { params: { id } })).data, onProgress),
    }),
    [client],
  )
}
