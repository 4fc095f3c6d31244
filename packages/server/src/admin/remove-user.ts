import { sql } from 'kysely'
import { UserRemoval } from '@easel/contract'
import type { Log } from '#base/log.ts'
import type { Db } from '#db/database.ts'

export interface RemovalPorts {
  readonly db: Db
  readonly log: Log
  /** Gives every picture to somebody else. A repeat goes on where it stopped. */
  readonly handOver: (from: string, to: string) => Promise<void>
  /**
   * Writes the whole library into a file that only who runs the server can read; leaves one alone that is there, since by then
   * some of the library may be erased. @returns its path
   */
  readonly exportLibrary: (userId: string) => Promise<string>
  /** Erases pictures, then the person. A repeat goes on where it stopped. */
  readonly eraseUser: (userId: string) => Promise<void>
}

const leaseSeconds = 300

/** Of several processes one deals with a person. Its claim runs out by itself, should it be killed. */
async function claim(db: Db, id: string): Promise<UserRemoval | null> {
  const lease = sql<string>`removal || jsonb_build_object('until', now() + ${leaseSeconds} * interval '1 second')`
  const row = await db
    .updateTable('users')
    .set({ removal: lease })
    .where('id', '=', id)
    .where(sql<boolean>`removal is not null and coalesce((removal ->> 'until')::timestamptz, '-infinity') < now()`)
    .returning('removal')
    .executeTakeFirst()
  return row === undefined ? null : UserRemoval.parse(row.removal)
}

async function extend(db: Db, id: string): Promise<void> {
  const until = sql<string>`removal || jsonb_build_object('until', now() + ${leaseSeconds} * interval '1 second')`
  await db.updateTable('users').set({ removal: until }).where('id', '=', id).where('removal', 'is not', null).execute()
}

async function release(db: Db, id: string): Promise<void> {
  await db
    .updateTable('users')
    .set({ removal: sql<string>`removal - 'until'` })
    .where('id', '=', id)
    .execute()
}

/**
 * Does what was decided about the pictures of everybody who was removed, then erases the person. After a crash it begins anew where
 * it stopped; a person who cannot be finished now is left for the next time and does not keep the others waiting.
 * @returns how many are gone
 */
export async function finishRemovals(ports: RemovalPorts): Promise<number> {
  const { db } = ports
  const leaving = await db.selectFrom('users').where('removal', 'is not', null).select('id').execute()
  let gone = 0
  for (const { id } of leaving) if (await finishOne(ports, id)) gone += 1
  return gone
}

async function finishOne(ports: RemovalPorts, id: string): Promise<boolean> {
  const { db, log } = ports
  const removal = await claim(db, id)
  if (removal === null) return false
  const failed = (error: unknown) =>
    log.error({ err: error, user: id }, 'a removed person could not be erased; it is tried again')
  const beat = setInterval(() => void extend(db, id).catch(failed), (leaseSeconds * 1000) / 4)
  try {
    await finish(ports, id, removal)
    return true
  } catch (error) {
    failed(error)
    await release(db, id)
    return false
  } finally {
    clearInterval(beat)
  }
}

async function finish({ log, ...ports }: RemovalPorts, id: string, removal: UserRemoval): Promise<void> {
  if (removal.pictures === 'hand-over') await ports.handOver(id, removal.to)
  if (removal.pictures === 'export') {
    const path = await ports.exportLibrary(id)
    log.info({ user: id, path }, 'library of a removed person exported')
  }
  await ports.eraseUser(id)
}
