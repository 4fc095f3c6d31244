// How often something about one person was tried, counted in the database, so that all processes count together.
import { sql } from 'kysely'
import { systemClock, type Clock } from '#base/clock.ts'
import { EaselError } from '#base/errors.ts'
import type { Db } from '#db/database.ts'

export interface Attempts {
  /**
   * Counts an attempt before it is made, so that many at once are counted too.
   * @throws EaselError `too-many-requests`
   */
  count(what: string, userId: string): Promise<void>
  /** It worked: those before it do not count any more. */
  succeeded(what: string, userId: string): Promise<void>
  /** Whether this is the first time in `seconds` that something is shown. */
  isFirst(what: string, seconds: number): Promise<boolean>
  /**
   * Does something that must not be done twice at once for one person, in any process.
   * @throws EaselError `conflict` while it is being done
   */
  alone<T>(what: string, userId: string, work: () => Promise<T>): Promise<T>
}

const most = 10
const windowMs = 15 * 60_000
/** Longer than any of it takes; then a process that died is waited for no longer. */
const aloneMs = 30_000

export function createAttempts({ db, clock = systemClock }: { readonly db: Db; readonly clock?: Clock }): Attempts {
  async function add(key: string, forMs: number): Promise<number> {
    const now = clock.now()
    const until = now + forMs
    const { points } = await db
      .insertInto('rate_limits')
      .values({ key, points: 1, expire: until })
      .onConflict((conflict) =>
        conflict.column('key').doUpdateSet({
          points: sql<number>`case when rate_limits.expire <= ${now} then 1 else rate_limits.points + 1 end`,
          expire: sql<number>`case when rate_limits.expire <= ${now} then ${until} else rate_limits.expire end`,
        }),
      )
      .returning('points')
      .executeTakeFirstOrThrow()
    return points
  }

  return {
    async count(what, userId) {
      if ((await add(`attempts:${what}:${userId}`, windowMs)) > most) {
        throw new EaselError('too-many-requests', 'This was tried too often. Try again in a quarter of an hour.')
      }
    },
    async succeeded(what, userId) {
      await db.deleteFrom('rate_limits').where('key', '=', `attempts:${what}:${userId}`).execute()
    },
    isFirst: async (what, seconds) => (await add(`once:${what}`, seconds * 1000)) === 1,
    async alone(what, userId, work) {
      const key = `alone:${what}:${userId}`
      if ((await add(key, aloneMs)) > 1) {
        throw new EaselError('conflict', 'Another one is being tried at this moment. Try again.')
      }
      try {
        return await work()
      } finally {
        await db.deleteFrom('rate_limits').where('key', '=', key).execute()
      }
    },
  }
}
