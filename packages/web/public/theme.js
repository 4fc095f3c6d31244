// Sets the colour scheme before the first paint, so that a dark page does not flash white. Runs before everything else.
;(function () {
  var scheme = null
  try {
    scheme = localStorage.getItem('easel-color-scheme')
  } catch {
    // Storage is switched off: the system's scheme it is.
  }
  var dark = scheme === 'dark' || (scheme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
})()
