/** Small files kept in memory up to a number of bytes; what was used longest ago goes first. */
export interface ByteCache {
  get(key: string): Uint8Array | null
  set(key: string, bytes: Uint8Array): void
}

export function createByteCache(maxBytes: number): ByteCache {
  const entries = new Map<string, Uint8Array>()
  let total = 0
  return {
    get(key) {
      const bytes = entries.get(key)
      if (bytes === undefined) return null
      // A Map keeps the order of insertion: taken out and put back, an entry is the newest.
      entries.delete(key)
      entries.set(key, bytes)
      return bytes
    },
    set(key, bytes) {
      if (bytes.length > maxBytes) return
      total += bytes.length - (entries.get(key)?.length ?? 0)
      entries.delete(key)
      entries.set(key, bytes)
      for (const [oldest, old] of entries) {
        if (total <= maxBytes) break
        entries.delete(oldest)
        total -= old.length
      }
    },
  }
}
