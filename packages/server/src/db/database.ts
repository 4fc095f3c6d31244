import type { Kysely, Transaction } from 'kysely'
import type { Db as BossDatabase } from 'pg-boss'
import type { Tables } from './tables.ts'

export type Db = Kysely<Tables>
/** An open transaction. It awaits only SQL on itself: anything else would hang the embedded database, which is strictly serial. */
export type Trx = Transaction<Tables>

/** The one database of a process, embedded or not. */
export interface Database {
  readonly kind: 'pglite' | 'postgres'
  readonly db: Db
  /** The same database as pg-boss wants it: statements of its own, several in one text where there are no values. */
  readonly boss: BossDatabase
  /**
   * Calls `onPayload` for every NOTIFY on `channel`, from any process. `onGap` is called when some may have been missed.
   * @returns a function that stops listening
   */
  listen(channel: string, onPayload: (payload: string) => void, onGap: () => void): Promise<() => Promise<void>>
  /** What PostgreSQL does by itself and the embedded database does not: checkpoint, vacuum, analyze. Nothing on PostgreSQL. */
  maintain(): Promise<void>
  close(): Promise<void>
}
