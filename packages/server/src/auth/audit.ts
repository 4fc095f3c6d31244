import { newId } from '#base/ids.ts'
import type { Db, Trx } from '#db/database.ts'

/** One security event. */
export interface AuditRecord {
  /** Kebab-case words, e.g. `sign-in`. */
  readonly action: string
  /** Who did it, or null: nobody known. */
  readonly actorId: string | null
  /** Whom it was done to, where that is somebody. */
  readonly subjectId?: string | null
  /** Where it was asked from, or null: at the server itself. */
  readonly address: string | null
  /** Never a password, a token or a key. */
  readonly detail?: object
}

/** Writes a security event down; with the transaction that does what it tells of, where there is one. */
export async function record(db: Db | Trx, entry: AuditRecord): Promise<void> {
  const { action, actorId, subjectId = null, address, detail = {} } = entry
  await db
    .insertInto('audit')
    .values({
      id: newId(),
      action,
      actor_id: actorId,
      subject_id: subjectId,
      address,
      detail: JSON.stringify(detail),
    })
    .execute()
}
