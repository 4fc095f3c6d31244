import type { Clock } from '#base/clock.ts'

/** What is over its limit, so that saying so again costs nothing. Never more than so many: what falls out is counted once more. */
export interface BlockedKeys {
  /** Milliseconds until the key is free again; 0 when it is. */
  left(key: string): number
  block(key: string, ms: number): void
  free(key: string): void
  readonly size: number
}

export function createBlockedKeys({ now }: Clock, maxEntries = 10_000): BlockedKeys {
  // Maps keep the order of insertion, so that the first is the oldest.
  const until = new Map<string, number>()
  return {
    left(key) {
      const endMs = until.get(key)
      if (endMs === undefined) return 0
      const left = endMs - now()
      if (left <= 0) until.delete(key)
      return Math.max(left, 0)
    },
    block(key, ms) {
      until.delete(key)
      until.set(key, now() + ms)
      for (const [oldest, endMs] of until) {
        if (until.size <= maxEntries && endMs > now()) break
        until.delete(oldest)
      }
    },
    free: (key) => void until.delete(key),
    get size() {
      return until.size
    },
  }
}
