import { UserRemoval } from '@easel/contract'
import type { Log } from '#base/log.ts'
import type { Db } from '#db/database.ts'

export interface RemovalPorts {
  readonly db: Db
  readonly log: Log
  /** Gives every picture to somebody else. A repeat goes on where it stopped. */
  readonly handOver: (from: string, to: string) => Promise<void>
  /** Writes the whole library into a file that only who runs the server can read. @returns its path */
  readonly exportLibrary: (userId: string) => Promise<string>
  /** Erases pictures, then the person. A repeat goes on where it stopped. */
  readonly eraseUser: (userId: string) => Promise<void>
}

/**
 * Does what was decided about the pictures of everybody who was removed, then erases the person. After a crash it begins anew where
 * it stopped; a person who cannot be finished now is left for the next time and does not keep the others waiting.
 * @returns how many are gone
 */
export async function finishRemovals(ports: RemovalPorts): Promise<number> {
  const { db, log } = ports
  const leaving = await db.selectFrom('users').where('removal', 'is not', null).select(['id', 'removal']).execute()
  let gone = 0
  for (const { id, removal } of leaving) {
    try {
      await finish(ports, id, UserRemoval.parse(removal))
      gone += 1
    } catch (error) {
      log.error({ err: error, user: id }, 'a removed person could not be erased; it is tried again')
    }
  }
  return gone
}

async function finish({ log, ...ports }: RemovalPorts, id: string, removal: UserRemoval): Promise<void> {
  if (removal.pictures === 'hand-over') await ports.handOver(id, removal.to)
  if (removal.pictures === 'export') {
    const path = await ports.exportLibrary(id)
    log.info({ user: id, path }, 'library of a removed person exported')
  }
  await ports.eraseUser(id)
  log.info({ user: id, pictures: removal.pictures }, 'person removed')
}
