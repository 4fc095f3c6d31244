// Two event logs over one database, as two processes have them, and a page that notes what it is told.
import { openLog } from '#base/log.ts'
import { newId } from '#base/ids.ts'
import type { Database } from '#db/database.ts'
import { addUser, openTestDatabase } from '#db/testing.ts'
import type { Delivered, Events, LoggedEvent } from './events.ts'
import { createEvents } from './log.ts'

export interface TestEvents {
  readonly database: Database
  readonly events: Events
  readonly another: Database
  /** The log as another process has it (PostgreSQL), or a second one in this process (PGlite). */
  readonly others: Events
  readonly user: string
  append(events: readonly LoggedEvent[], userId?: string): Promise<void>
  close(): Promise<void>
}

export async function openTestEvents(): Promise<TestEvents> {
  const { database, openAnother } = await openTestDatabase()
  const another = await openAnother()
  const log = openLog('silent')
  const events = await createEvents(database, log)
  const others = await createEvents(another, log)
  const user = await addUser(database)
  return {
    database,
    events,
    another,
    others,
    user,
    append: (list, userId = user) => database.db.transaction().execute((trx) => events.append(trx, userId, list)),
    async close() {
      await events.close()
      await others.close()
      if (another !== database) await another.close()
      await database.close()
    },
  }
}

export function imageAdded(imageId = newId()): LoggedEvent {
  return { type: 'image.added', imageId, generationId: null }
}

/** Somebody who notes everything that is delivered. */
export function createPage() {
  const delivered: Delivered[] = []
  return {
    delivered,
    onEvent: (one: Delivered) => void delivered.push(one),
    numbers: () => delivered.flatMap(({ seq }) => (seq === null ? [] : [seq])),
  }
}
