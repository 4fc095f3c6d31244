// The page itself, kept so that it can be opened while the server is away. Nothing of anybody's is in it. `public/away.js` reads it.

const name = 'easel-page'

const isOwnFile = (path: string): boolean =>
  path.startsWith('/assets/') || path === '/theme.js' || path === '/favicon.svg'

/** The files that this page was made of, from what the browser loaded. */
function loadedFiles(): string[] {
  const { origin } = window.location
  const urls = performance.getEntriesByType('resource').map((entry) => new URL(entry.name))
  return [...new Set(urls.filter((url) => url.origin === origin && isOwnFile(url.pathname)).map((url) => url.pathname))]
}

/**
 * Keeps the page and its files, and has the browser open them when the server cannot be reached. Does nothing where browsers do not
 * allow it: on pages that came by plain http from another machine.
 */
export async function keepPage(): Promise<void> {
  if (!import.meta.env.PROD || !window.isSecureContext || !('serviceWorker' in navigator)) return
  // Browsers look for a newer one by themselves.
  if ((await navigator.serviceWorker.getRegistration()) === undefined)
    await navigator.serviceWorker.register('/away.js')
  const page = await fetch('/', { headers: { accept: 'text/html' } })
  const text = await page.clone().text()
  let cache = await caches.open(name)
  const before = await (await cache.match('/'))?.text()
  if (before !== undefined && before !== text) {
    // A newer Easel: its files have other names.
    await caches.delete(name)
    cache = await caches.open(name)
  }
  await cache.put('/', page)
  for (const path of loadedFiles()) {
    if ((await cache.match(path)) === undefined) await cache.add(path)
  }
}
