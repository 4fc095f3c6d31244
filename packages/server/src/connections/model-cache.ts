import type { ModelInfo } from '@easel/contract'
import type { Clock } from '#base/clock.ts'

type Models = Promise<readonly ModelInfo[]>

interface Entry {
  readonly signature: string
  readonly models: Models
  /** Null while the engine is being asked. */
  freshUntil: number | null
}

export interface ModelQuestion {
  readonly connectionId: string
  /** Tells whether the connection is still the one that was asked: another address, key or setting is another answer. */
  readonly signature: string
  /** Asks anew, though not while the same question is under way. */
  readonly refresh: boolean
}

const lifetimeMs = 60_000

/**
 * Keeps what engines said about their models for a minute. Questions under way are shared. A failure is kept for as long as it took
 * to learn it: one that comes at once is asked for again at once, and a host that never answers costs half the time at most.
 */
export function createModelCache(clock: Clock) {
  const entries = new Map<string, Entry>()

  return {
    get({ connectionId, signature, refresh }: ModelQuestion, ask: () => Models): Models {
      const known = entries.get(connectionId)
      if (known?.signature === signature) {
        if (known.freshUntil === null) return known.models
        if (!refresh && clock.now() < known.freshUntil) return known.models
      }
      const askedAt = clock.now()
      const entry: Entry = { signature, models: ask(), freshUntil: null }
      entries.set(connectionId, entry)
      entry.models.then(
        () => {
          entry.freshUntil = clock.now() + lifetimeMs
        },
        () => {
          entry.freshUntil = 2 * clock.now() - askedAt
        },
      )
      return entry.models
    },
    drop(connectionId: string): void {
      entries.delete(connectionId)
    },
  }
}
