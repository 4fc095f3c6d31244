import { EaselError } from '#base/errors.ts'
import type { Db, Trx } from '#db/database.ts'

/** One place where somebody is signed in. */
export interface SessionRecord {
  readonly id: string
  readonly address: string | null
  readonly userAgent: string | null
  readonly createdAt: Date
  /** When it was last prolonged; at most a day before its last use. */
  readonly usedAt: Date
  readonly expiresAt: Date
}

const orNull = (text: string | null): string | null => (text === '' ? null : text)

/** Where somebody is signed in, the newest first. */
export async function listSessions(db: Db, userId: string): Promise<readonly SessionRecord[]> {
  const rows = await db
    .selectFrom('sessions')
    .selectAll()
    .where('user_id', '=', userId)
    .where('expires_at', '>', new Date())
    .orderBy('id', 'desc')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    address: orNull(row.ip_address),
    userAgent: orNull(row.user_agent),
    createdAt: row.created_at,
    usedAt: row.updated_at,
    expiresAt: row.expires_at,
  }))
}

/** @throws EaselError `not-found` when this person has no such session */
export async function endSession(db: Db | Trx, userId: string, id: string): Promise<void> {
  const ended = await db
    .deleteFrom('sessions')
    .where('user_id', '=', userId)
    .where('id', '=', id)
    .returning('id')
    .execute()
  if (ended.length === 0) throw new EaselError('not-found', 'There is no such session.')
}

/** Signs a person out everywhere, from the commit on. @returns how many sessions ended */
export async function endSessions(db: Db | Trx, userId: string, except: string | null = null): Promise<number> {
  let query = db.deleteFrom('sessions').where('user_id', '=', userId)
  if (except !== null) query = query.where('id', '!=', except)
  return (await query.returning('id').execute()).length
}

/** Removes what has run out. @returns how many sessions */
export async function pruneSessions(db: Db): Promise<number> {
  const now = new Date()
  await db.deleteFrom('verifications').where('expires_at', '<', now).execute()
  return (await db.deleteFrom('sessions').where('expires_at', '<', now).returning('id').execute()).length
}
