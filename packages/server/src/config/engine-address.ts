const scheme = /^[a-z][a-z\d+.-]*:\/\//i
const portAtEnd = /^[^/]*:\d+(?:\/|$)/

/** An address that listens everywhere is what a server is told; who wants to reach it asks the loopback one. */
const reachable: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '[::]': '[::1]' }

/**
 * The base URL that an engine's variable means. Engines' own tools are lenient (`OLLAMA_HOST=0.0.0.0`, `myhost`, `:11434`), so a
 * missing scheme and, with it, a missing port are those of `usual`, the engine's usual base URL.
 * @returns the URL without a slash at the end, or null when it is none
 */
export function engineAddress(text: string, usual: string | null): string | null {
  const known = usual === null ? null : URL.parse(usual)
  const complete = scheme.test(text)
  const host = text.startsWith(':') ? `127.0.0.1${text}` : text
  const url = URL.parse(complete ? text : `${known?.protocol ?? 'http:'}//${host}`)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return null
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return null
  if (!complete && !portAtEnd.test(host)) url.port = known?.port ?? ''
  url.hostname = reachable[url.hostname] ?? url.hostname
  return url.href.replace(/\/+$/, '')
}
