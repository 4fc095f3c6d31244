import type { Image } from '@easel/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useLive } from './live.ts'
import type { Pages } from './pages.ts'
import { keepPage } from './page-cache.ts'
import { keys } from './queries.ts'
import { useAuthStatus } from './session.ts'
import { keepVisit } from './visit.ts'

const PAUSE = 2500

/** Keeps what the library shows, and the page itself, for when the server is away. Waits for a quiet moment. */
export function useKeepVisit(): void {
  const client = useQueryClient()
  const status = useAuthStatus()
  const reachable = useLive().stream === 'open'
  useEffect(() => {
    if (!reachable || status === undefined || status.me === null) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const libraryKey = JSON.stringify(keys.images({ trash: false }))
    const keep = () => {
      // The server may go away meanwhile, or the browser have no room; the next quiet moment tries again.
      const given = () => {}
      keepPage().catch(given)
      const library = client.getQueryData<Pages<Image>>(keys.images({ trash: false }))
      if (library !== undefined) keepVisit(status, library).catch(given)
    }
    const later = () => {
      clearTimeout(timer)
      timer = setTimeout(keep, PAUSE)
    }
    later()
    const stop = client.getQueryCache().subscribe(({ type, query }) => {
      if (type === 'updated' && JSON.stringify(query.queryKey) === libraryKey) later()
    })
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [client, reachable, status])
}
