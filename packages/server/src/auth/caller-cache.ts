// Who a credential stands for, remembered for seconds. A look-up in the database would cost every request more than all the rest.
import type { Clock } from '#base/clock.ts'
import type { Caller } from './caller.ts'

export const rememberMs = 5_000
const maxEntries = 10_000

interface Entry {
  readonly caller: Caller
  readonly untilMs: number
}

export interface CallerCache {
  get(digest: string): Caller | null
  /** Taken before a look-up; what it found is kept only if nothing was forgotten meanwhile. */
  mark(): number
  /** @param endsAt when the credential ends by itself, or null */
  put(mark: number, digest: string, found: { readonly caller: Caller; readonly endsAt: Date | null }): void
  /** Forgets what is known of a user, and remembers nothing new for a while: a change may be under way that is not committed yet. */
  distrust(userId: string): void
  clear(): void
  readonly size: number
}

export function createCallerCache({ now }: Clock): CallerCache {
  // Maps keep the order of insertion, so that the first is the oldest.
  const entries = new Map<string, Entry>()
  const distrusted = new Map<string, number>()
  let forgotten = 0

  function trim(): void {
    for (const [userId, untilMs] of distrusted) if (untilMs <= now()) distrusted.delete(userId)
    for (const [digest, { untilMs }] of entries) {
      if (entries.size <= maxEntries && untilMs > now()) break
      entries.delete(digest)
    }
  }

  return {
    get(digest) {
      const entry = entries.get(digest)
      if (entry === undefined) return null
      if (entry.untilMs > now()) return entry.caller
      entries.delete(digest)
      return null
    },
    mark: () => forgotten,
    put(mark, digest, { caller, endsAt }) {
      if (mark !== forgotten || (distrusted.get(caller.userId) ?? 0) > now()) return
      const untilMs = Math.min(now() + rememberMs, endsAt?.getTime() ?? Number.POSITIVE_INFINITY)
      entries.delete(digest)
      entries.set(digest, { caller, untilMs })
      trim()
    },
    distrust(userId) {
      forgotten += 1
      for (const [digest, { caller }] of entries) if (caller.userId === userId) entries.delete(digest)
      distrusted.delete(userId)
      distrusted.set(userId, now() + rememberMs)
      trim()
    },
    clear() {
      forgotten += 1
      entries.clear()
    },
    get size() {
      return entries.size
    },
  }
}
