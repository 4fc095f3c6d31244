import type { Db } from '#db/database.ts'
import type { Events } from '#events/events.ts'

/** What taking records back needs. */
export interface RecordPorts {
  readonly db: Db
  readonly events: Events
}

/** A time that was, as text. @param now in ms */
export const past = (time: string, now: number): string =>
  new Date(Math.min(now, Math.max(0, Date.parse(time)))).toISOString()
