import { Outlet, useLocation } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { isOutside } from '#data/own-path.ts'
import { Shell } from './shell.tsx'
import { useSessionWatch } from './use-session-watch.ts'

const Outside = lazy(async () => ({ default: (await import('#screens/sign-in/outside.tsx')).Outside }))

/** What is around every screen: the shell, or for who is not signed in nearly nothing. */
export function Frame() {
  const outside = useLocation({ select: ({ pathname }) => isOutside(pathname) })
  useSessionWatch()
  if (!outside) return <Shell />
  return (
    <Suspense fallback={null}>
      <Outside>
        <Outlet />
      </Outside>
    </Suspense>
  )
}
