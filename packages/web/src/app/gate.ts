import type { AuthStatus } from '@easel/contract'
import { isOutside, ownPath } from '#data/own-path.ts'

interface Place {
  readonly pathname: string
  /** With search and fragment. */
  readonly href: string
  /** Where the sign-in page is to lead. */
  readonly wanted: string | undefined
}

/** Where somebody has to go instead of the place they asked for, or null when they may stay. */
export function detour(status: AuthStatus, { pathname, href, wanted }: Place, origin: string): string | null {
  const outside = isOutside(pathname)
  if (status.mode === 'local') return outside ? '/' : null
  if (status.needsSetup) return pathname === '/setup' ? null : '/setup'
  if (status.me === null) {
    if (pathname === '/setup') return '/sign-in'
    return outside ? null : href === '/' ? '/sign-in' : `/sign-in?to=${encodeURIComponent(href)}`
  }
  // The link of a mail holds for whoever has it, and a guest may become somebody.
  const welcome = pathname === '/reset-password' || (status.me.role === 'guest' && pathname !== '/setup')
  return outside && !welcome ? ownPath(wanted, origin) : null
}
