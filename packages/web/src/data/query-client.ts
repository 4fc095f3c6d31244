import { QueryClient } from '@tanstack/react-query'
import { ApiError } from './client.ts'

/** The cache of what has been loaded. Events keep it true, so nothing is asked again only because a window got the focus. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 60_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) => failures < 3 && error instanceof ApiError && error.code === 'away',
      },
    },
  })
}
