// How often somebody may do something, counted for all processes together. Rules in docs/spec/limits.md (LI1 …).
import { createHash } from 'node:crypto'
import { CompiledQuery } from 'kysely'
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible'
import { systemClock } from '#base/clock.ts'
import type { Db } from '#db/database.ts'
import { createBlockedKeys } from './blocked-keys.ts'

/** `points` times in `seconds`. */
export interface Rate {
  readonly points: number
  readonly seconds: number
}

export interface RateLimiter {
  /** Counts one more. @returns milliseconds to wait, or 0 when it may be done */
  take(key: string): Promise<number>
  /** Milliseconds to wait, or 0; counts nothing. */
  left(key: string): Promise<number>
  /** Takes one back that need not count. */
  giveBack(key: string): Promise<void>
  /** Begins anew. */
  forget(key: string): Promise<void>
}

export interface RateLimiters {
  /** @param name its own, e.g. `upload by address` */
  open(name: string, rate: Rate): RateLimiter
  /** Removes what has run out. @returns how many rows */
  prune(): Promise<number>
}

interface Statement {
  readonly text: string
  readonly values?: readonly unknown[]
}

/** Our database as the package wants it: the same on both kinds, where a client of its own would know only one. */
const clientOver = (db: Db) => ({
  async query({ text, values = [] }: Statement) {
    const { rows, numAffectedRows } = await db.executeQuery(CompiledQuery.raw(text, [...values]))
    // Of what only reads, PGlite says that it has affected nothing.
    return { rows, rowCount: rows.length > 0 ? rows.length : Number(numAffectedRows ?? 0) }
  },
})

/** Names and addresses of people do not have to stand in the table, nor may a long one break it. */
const digestOf = (key: string): string => createHash('sha256').update(key).digest('base64url')

function limiterOver(counter: RateLimiterAbstract, { points }: Rate): RateLimiter {
  const blocked = createBlockedKeys(systemClock)

  async function count(key: string): Promise<RateLimiterRes> {
    try {
      return await counter.consume(key)
    } catch (error) {
      // It throws what others return.
      if (error instanceof RateLimiterRes) return error
      throw error
    }
  }

  return {
    async take(text) {
      const key = digestOf(text)
      const left = blocked.left(key)
      if (left > 0) return left
      const { consumedPoints, msBeforeNext } = await count(key)
      if (consumedPoints <= points) return 0
      blocked.block(key, Math.max(msBeforeNext, 1))
      return Math.max(msBeforeNext, 1)
    },
    async left(text) {
      const key = digestOf(text)
      const held = blocked.left(key)
      if (held > 0) return held
      const counted = await counter.get(key)
      return counted === null || counted.consumedPoints <= points ? 0 : Math.max(counted.msBeforeNext, 1)
    },
    async giveBack(text) {
      await counter.reward(digestOf(text))
    },
    async forget(text) {
      const key = digestOf(text)
      blocked.free(key)
      await counter.delete(key)
    },
  }
}

/** Counted in the database. */
export function createRateLimiters(db: Db): RateLimiters {
  const storeClient = clientOver(db)
  return {
    open(name, rate) {
      const counter = new RateLimiterPostgres({
        storeClient,
        storeType: 'client',
        tableName: 'rate_limits',
        tableCreated: true,
        // By housekeeping, in one process.
        clearExpiredByTimeout: false,
        keyPrefix: name,
        points: rate.points,
        duration: rate.seconds,
      })
      return limiterOver(counter, rate)
    },
    async prune() {
      const { numDeletedRows } = await db
        .deleteFrom('rate_limits')
        .where('expire', '<', Date.now())
        .executeTakeFirstOrThrow()
      return Number(numDeletedRows)
    },
  }
}

/** Counted in this process alone, for local mode: one person, to whom a statement for every request would be the greater harm. */
export function createLocalRateLimiters(): RateLimiters {
  return {
    open: (name, rate) =>
      limiterOver(new RateLimiterMemory({ keyPrefix: name, points: rate.points, duration: rate.seconds }), rate),
    prune: async () => 0,
  }
}
