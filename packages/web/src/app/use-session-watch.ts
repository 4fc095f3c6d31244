import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { onOtherTab } from '#data/other-tabs.ts'
import { isOutside } from '#data/own-path.ts'
import { leave, leaveForGood, recheckSettledSession, useAuthStatus } from '#data/session.ts'
import { onUnauthorized } from '#data/unauthorized.ts'

/** Leaves for the sign-in page when the session has ended, here or in another tab, and comes in when another tab did. */
export function useSessionWatch(): void {
  const client = useQueryClient()
  const status = useAuthStatus()
  const ended = status !== undefined && status.mode === 'accounts' && status.me === null

  useEffect(() => onUnauthorized(() => void recheckSettledSession(client)), [client])
  useEffect(
    () =>
      onOtherTab((passage) => {
        // Somebody else may be here now: the page begins anew, as whoever that is.
        if (passage === 'left') void leaveForGood()
        else window.location.reload()
      }),
    [],
  )
  useEffect(() => {
    const { pathname, search, hash } = window.location
    if (ended && !isOutside(pathname)) void leave(`/sign-in?to=${encodeURIComponent(pathname + search + hash)}`)
  }, [ended])
}
