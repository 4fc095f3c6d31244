// Stored files that were there a moment ago are taken to be there: to look for one costs more than all the rest of an answer.
import type { Storage } from '#storage/spec/storage.ts'

/** So long; derived ones may be thrown away at any time, and are made anew after it. */
const seenMs = 5_000
const mostSeen = 20_000

export interface SeenFiles {
  /** @returns bytes; null where there is no such file, which is not remembered @throws StorageError */
  sizeOf(storage: Pick<Storage, 'stat'>, key: string): Promise<number | null>
}

/** @param now milliseconds that only grow */
export function createSeenFiles(now: () => number = () => performance.now()): SeenFiles {
  // In the order in which they run out.
  const seen = new Map<string, { readonly size: number; readonly untilMs: number }>()

  return {
    async sizeOf(storage, key) {
      const known = seen.get(key)
      if (known !== undefined && known.untilMs > now()) return known.size
      const stat = await storage.stat(key)
      seen.delete(key)
      if (stat === null) return null
      seen.set(key, { size: stat.size, untilMs: now() + seenMs })
      for (const [oldest, { untilMs }] of seen) {
        if (untilMs > now() && seen.size <= mostSeen) break
        seen.delete(oldest)
      }
      return stat.size
    },
  }
}
