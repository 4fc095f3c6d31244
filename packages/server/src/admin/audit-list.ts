import { z } from 'zod'
import type { AuditEntry } from '@easel/contract'
import type { Db } from '#db/database.ts'
import { positionOf } from './position.ts'

export interface AuditQuery {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly userId?: string | undefined
  readonly action?: string | undefined
}

const Detail = z.record(z.string(), z.unknown())

/** Security events, the newest first. Names are those of today; somebody erased has none. */
export async function listAudit(
  db: Db,
  { limit, cursor, userId, action }: AuditQuery,
): Promise<{ data: AuditEntry[]; nextCursor: string | null }> {
  let select = db
    .selectFrom('audit')
    .leftJoin('users as actor', 'actor.id', 'audit.actor_id')
    .leftJoin('users as subject', 'subject.id', 'audit.subject_id')
    .select([
      'audit.id',
      'audit.at',
      'audit.actor_id',
      'audit.action',
      'audit.subject_id',
      'audit.address',
      'audit.detail',
    ])
    .select(['actor.name as actor_name', 'subject.name as subject_name'])
  if (cursor !== undefined) select = select.where('audit.id', '<', positionOf(cursor))
  if (action !== undefined) select = select.where('audit.action', '=', action)
  if (userId !== undefined) {
    select = select.where(({ or, eb }) => or([eb('audit.actor_id', '=', userId), eb('audit.subject_id', '=', userId)]))
  }
  const rows = await select
    .orderBy('audit.id', 'desc')
    .limit(limit + 1)
    .execute()
  const page = rows.slice(0, limit)
  return {
    data: page.map((row) => ({
      id: row.id,
      at: row.at.toISOString(),
      actor: row.actor_id === null ? null : { id: row.actor_id, name: row.actor_name },
      action: row.action,
      subject: row.subject_id === null ? null : { id: row.subject_id, name: row.subject_name },
      address: row.address,
      detail: Detail.parse(row.detail),
    })),
    nextCursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
  }
}

/** Security events older than this are forgotten. @returns how many */
export async function pruneAudit(db: Db, olderThan: Date): Promise<number> {
  const { numDeletedRows } = await db.deleteFrom('audit').where('at', '<', olderThan).executeTakeFirst()
  return Number(numDeletedRows)
}
