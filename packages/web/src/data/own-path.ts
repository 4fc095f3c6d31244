/** Pages for people who are not signed in; nobody is sent back to one of them. */
const outsidePages = ['/sign-in', '/sign-up', '/setup', '/forgot-password', '/reset-password'] as const

export function isOutside(pathname: string): boolean {
  return outsidePages.some((page) => page === pathname)
}

/**
 * Where to go after signing in: a screen of ours with its search and fragment, else the Studio. What stands in a link could name another
 * website (`//elsewhere`, `/\elsewhere`, `javascript:`), so it is read as browsers read it.
 */
export function ownPath(wanted: string | undefined, origin: string): string {
  if (wanted === undefined || !wanted.startsWith('/')) return '/'
  if (!URL.canParse(wanted, origin)) return '/'
  const url = new URL(wanted, origin)
  if (url.origin !== origin || isOutside(url.pathname) || url.pathname.startsWith('/api/')) return '/'
  // Dots may have left two slashes at the front, which would be another website when read again.
  if (url.pathname.startsWith('//')) return '/'
  return `${url.pathname}${url.search}${url.hash}`
}
