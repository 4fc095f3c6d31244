import type { Trx } from '#db/database.ts'

/** What administration needs of accounts; `bin` passes it in. */
export interface Security {
  /** Writes a security event down. */
  record(
    trx: Trx,
    entry: {
      readonly action: string
      readonly actorId: string
      readonly subjectId?: string
      readonly address: string | null
      readonly detail?: object
    },
  ): Promise<void>
  /** No process may go on with what it remembers of this person, from the commit on. */
  forget(trx: Trx, userId: string): Promise<void>
  /** Signs this person out everywhere, from the commit on. */
  endSessions(trx: Trx, userId: string): Promise<void>
}
