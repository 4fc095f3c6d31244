// Lineage of an export: what was made from what.
import { sql } from 'kysely'
import type { LineageLink, RecordOutcome } from '@easel/contract'
import type { Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { RecordPorts } from './record-ports.ts'

const tables = { generation: 'generations', picture: 'images' } as const
const words = { generation: 'generation', picture: 'picture' } as const
/** Longer lines of ancestors are nobody's work. */
const mostAncestors = 1000

const refused = (why: string): RecordOutcome => ({ outcome: 'refused', id: null, why })

async function parentOf(trx: Trx, userId: string, { kind, id }: Omit<LineageLink, 'parentId'>) {
  return await trx
    .selectFrom(tables[kind])
    .where('user_id', '=', userId)
    .where('id', '=', id)
    .select('parent_id')
    .executeTakeFirst()
}

/** Whether `id` is reached from `from` by going to parents; null when there are too many of them. */
async function isAbove(trx: Trx, { kind, id, parentId }: LineageLink): Promise<boolean | null> {
  const table = sql.table(tables[kind])
  const { rows } = await sql<{ count: number; found: boolean | null }>`
    with recursive above as (
      select id, parent_id, 1 as depth from ${table} where id = ${parentId}
      union
      select one.id, one.parent_id, above.depth + 1 from ${table} as one join above on one.id = above.parent_id
      where above.depth < ${mostAncestors}::integer
    )
    select count(*)::integer as count, bool_or(id = ${id}) as found from above`.execute(trx)
  const [row] = rows
  if (row?.found === true) return true
  return (row?.count ?? 0) >= mostAncestors ? null : false
}

/** Its sidecar is to say it too: LB11. */
async function dueSidecar(trx: Trx, id: string): Promise<void> {
  const due = { sidecar_due: true, revision: sql<number>`revision + 1` }
  await trx.updateTable('images').set(due).where('id', '=', id).execute()
}

async function setLink(trx: Trx, userId: string, link: LineageLink): Promise<RecordOutcome> {
  const { kind, id, parentId } = link
  const child = await parentOf(trx, userId, link)
  if (child === undefined) return refused(`This ${words[kind]} is not in the library.`)
  // What is known here already counts.
  if (child.parent_id !== null) return { outcome: 'there', id, why: null }
  if ((await parentOf(trx, userId, { kind, id: parentId })) === undefined) {
    return refused(`The ${words[kind]} that it was made from is not in the library.`)
  }
  const above = await isAbove(trx, link)
  if (above === null) return refused('It has more ancestors than can be.')
  if (above) return refused(`A ${words[kind]} cannot be made from itself.`)
  await trx
    .updateTable(tables[kind])
    .set({ parent_id: parentId })
    .where('user_id', '=', userId)
    .where('id', '=', id)
    .execute()
  if (kind === 'picture') await dueSidecar(trx, id)
  return { outcome: 'taken', id, why: null }
}

/** Sets the parents of generations and pictures that have none. */
export async function takeLinks(
  { db, events }: RecordPorts,
  userId: string,
  links: readonly LineageLink[],
): Promise<RecordOutcome[]> {
  if (links.length === 0) return []
  return await inTransaction(db, async (trx) => {
    // One after the other, so that no two of them close a circle.
    await sql`select pg_advisory_xact_lock(hashtextextended(${`lineage:${userId}`}, 0))`.execute(trx)
    const outcomes: RecordOutcome[] = []
    for (const link of links) outcomes.push(await setLink(trx, userId, link))
    const changed = links.filter(({ kind }, at) => kind === 'picture' && outcomes[at]?.outcome === 'taken')
    await events.append(
      trx,
      userId,
      changed.map(({ id }) => ({ type: 'image.changed', imageId: id }) as const),
    )
    return outcomes
  })
}
