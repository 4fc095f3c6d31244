import { setTimeout as pause } from 'node:timers/promises'
import { EaselError } from '#base/errors.ts'
import type { Db } from '#db/database.ts'
import type { Generations } from './generations.ts'

const lookAgainMs = 100
/** A worker that was killed is noticed within this time, and its generation ended by the next. */
const patienceMs = 30_000

/**
 * Cancels everything of a user that waits or runs, and returns once nothing does.
 * @throws EaselError `conflict` when something does not end in time; it is cancelled all the same, so that a repeat succeeds
 */
export async function stopWork(
  { db, generations }: { readonly db: Db; readonly generations: Pick<Generations, 'cancel'> },
  userId: string,
): Promise<void> {
  const asked = new Set<string>()
  for (const until = Date.now() + patienceMs; ;) {
    const active = await db
      .selectFrom('generations')
      .where('user_id', '=', userId)
      .where('state', 'in', ['queued', 'running'])
      .select('id')
      .execute()
    if (active.length === 0) return
    if (Date.now() > until)
      throw new EaselError('conflict', 'A generation of this person has not ended yet. Try again.')
    for (const { id } of active) {
      if (asked.has(id)) continue
      asked.add(id)
      await generations.cancel(userId, id)
    }
    await pause(lookAgainMs)
  }
}
