// Counting visits. Rule SH12 in docs/spec/sharing.md.
import { sql } from 'kysely'
import type { Db } from '#db/database.ts'
import type { Pass, Passes } from './passes.ts'
import type { Recent } from './recent.ts'
import type { ShareRow } from './share-record.ts'
import type { Visitor } from './visits.ts'

/** Stands for a visitor of one link without naming them. */
export const visitorKey = (passes: Passes, share: ShareRow, { address, agent }: Visitor): string =>
  passes.digest(JSON.stringify([share.id, address, agent]))

/** Counts a visit of a link that has a number of them. @returns whether it was one of that number */
async function countLimited(db: Db, { id }: ShareRow): Promise<boolean> {
  const counted = await db
    .updateTable('shares')
    .set((eb) => ({ views: eb('views', '+', 1), viewed_at: sql<Date>`now()` }))
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .where(sql<boolean>`coalesce(views < view_limit, true)`)
    .returning('id')
    .execute()
  return counted.length > 0
}

/** Counts a visit, but for one of the same visitor within the hour. */
async function countOpen(db: Db, { id }: ShareRow, visitor: string): Promise<void> {
  await sql`
    with came as (
      insert into share_visits (share_id, visitor, until) values (${id}, ${visitor}, now() + interval '1 hour')
      on conflict (share_id, visitor) do update set until = excluded.until where share_visits.until <= now()
      returning share_id
    )
    update shares set views = views + 1, viewed_at = now() where id in (select share_id from came)`.execute(db)
}

export interface CountingPorts {
  readonly db: Db
  readonly passes: Passes
  /** Visitors who have entered within the hour. */
  readonly entered: Recent
}

/**
 * @param visitor `key` stands for them, as {@link visitorKey} gives it
 * @returns what the visitor is given for it; `refused` when there were as many already
 */
export async function countVisit(
  { db, passes, entered }: CountingPorts,
  share: ShareRow,
  { counts, hasVisit, key }: Pick<Visitor, 'counts'> & { readonly hasVisit: boolean; readonly key: string },
): Promise<Pass | 'refused' | null> {
  if (share.view_limit !== null) {
    if (hasVisit || counts === 'head') return null
    return (await countLimited(db, share)) ? passes.give('visit', share) : 'refused'
  }
  if (counts !== 'visit' || entered.has(key)) return null
  await countOpen(db, share, key)
  entered.add(key)
  return null
}
