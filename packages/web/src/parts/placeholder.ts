import { thumbHashToDataURL } from 'thumbhash'

const LIMIT = 2000
/** Bytes of a thumbhash without its details. */
const SHORTEST = 5
const cache = new Map<string, string | null>()

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
}

/** A tiny blurred picture as a data URL, from the base64 of a thumbhash; null when it cannot be read. */
export function placeholderOf(thumbhash: string | null): string | null {
  if (thumbhash === null) return null
  const known = cache.get(thumbhash)
  if (known !== undefined) return known
  let url: string | null = null
  try {
    const hash = bytesOf(thumbhash)
    if (hash.length >= SHORTEST) url = thumbHashToDataURL(hash)
  } catch {
    url = null // not base64, or cut short: the plain surface is shown instead
  }
  const oldest = cache.size >= LIMIT ? cache.keys().next().value : undefined
  if (oldest !== undefined) cache.delete(oldest)
  cache.set(thumbhash, url)
  return url
}
