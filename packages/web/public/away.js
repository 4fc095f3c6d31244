// Answers for the server while it cannot be reached, from what the page has kept: the page itself, its files, and thumbnails of whoever
// is signed in. It writes nothing, and whatever the server answers comes first.
;(function () {
  self.addEventListener('install', function () {
    self.skipWaiting()
  })
  self.addEventListener('activate', function (event) {
    event.waitUntil(self.clients.claim())
  })

  function isThumbnail(url) {
    return url.pathname.endsWith('/thumbnail')
  }

  function isFile(url) {
    return url.pathname.startsWith('/assets/') || url.pathname === '/theme.js' || url.pathname === '/favicon.svg'
  }

  /** `otherwise`: what is kept under that name when it is not under its own. */
  async function kept(request, otherwise, error) {
    const found = (await caches.match(request, { ignoreVary: true })) ?? (otherwise && (await caches.match(otherwise)))
    if (found) return found
    throw error
  }

  self.addEventListener('fetch', function (event) {
    const { request } = event
    const url = new URL(request.url)
    if (request.method !== 'GET' || url.origin !== self.location.origin) return
    // What others are shown is no screen of ours.
    const isScreen = request.mode === 'navigate' && !/^\/(api|s)\//.test(url.pathname)
    if (!isScreen && !isThumbnail(url) && !isFile(url)) return
    event.respondWith(
      fetch(request).catch(function (error) {
        return kept(request, isScreen ? '/' : null, error)
      }),
    )
  })
})()
