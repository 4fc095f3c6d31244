// What a user has used up. The tables are kept as pictures and generations come and go; counting rows would be slow.
import { sql, type RawBuilder } from 'kysely'
import type { Db, Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'

/** The day (UTC) of a generation's submission: on it its images and its cost are counted, whenever it ends. */
export const dayOf = (table: string): RawBuilder<string> =>
  sql<string>`(${sql.ref(`${table}.created_at`)} at time zone 'utc')::date`

/** Origin of generations that were taken back from an export: no engine was asked here, so that they count for nothing. */
export const importedOrigin = 'import'

/** Kinds of failure after which nobody knows whether the engine was paid. */
const unknownCost = sql`('interrupted', 'timeout')`

/**
 * How many images of the day a generation counts as. One that failed and cost nothing gives them back, and one that was taken back
 * before it began.
 */
export const countedImages = (table: string): RawBuilder<number> => {
  const column = (name: string) => sql.ref(`${table}.${name}`)
  return sql<number>`case
    when ${column('origin')} = ${sql.lit(importedOrigin)} then 0
    when ${column('state')} = 'failed' and coalesce(${column('cost_amount')}, 0) = 0
      and coalesce(${column('error')} ->> 'kind', '') not in ${unknownCost} then 0
    when ${column('state')} = 'cancelled' and ${column('started_at')} is null and coalesce(${column('cost_amount')}, 0) = 0 then 0
    else ${column('n')} end`
}

/** Adds to what a user's library holds, or takes from it. */
export async function addToTotals(
  trx: Trx,
  userId: string,
  { bytes, images }: { readonly bytes: number; readonly images: number },
): Promise<void> {
  if (images === 0) return
  await sql`
    insert into usage_totals as held (user_id, bytes, images) values (${userId}, ${bytes}, ${images})
    on conflict (user_id) do update set bytes = held.bytes + excluded.bytes, images = held.images + excluded.images`.execute(
    trx,
  )
}

/** What a generation has cost on this server. */
export const countedCost = (table: string): RawBuilder<number> =>
  sql<number>`case
    when ${sql.ref(`${table}.origin`)} = ${sql.lit(importedOrigin)} then 0
    else coalesce(${sql.ref(`${table}.cost_amount`)}, 0) end`

export interface RecountReport {
  /** People whose figures were wrong; they are right now. */
  readonly corrected: number
}

/** Counts all pictures and generations anew and corrects the figures of whoever they are wrong for. Others may work meanwhile. */
export async function recountUsage(db: Db): Promise<RecountReport> {
  return await inTransaction(db, async (trx) => {
    // Whoever has counted something has committed it, and whoever comes now waits: rows and figures are of one moment.
    await sql`lock table usage_days, usage_totals in share row exclusive mode`.execute(trx)
    const totals = await sql<{ user_id: string }>`
      with found as (
        select users.id as user_id, coalesce(sum(images.bytes), 0) as bytes, count(images.id) as images
        from users left join images on images.user_id = users.id group by users.id
      )
      insert into usage_totals as held (user_id, bytes, images)
      select found.* from found left join usage_totals as before using (user_id)
      where (coalesce(before.bytes, 0), coalesce(before.images, 0)) <> (found.bytes, found.images)
      on conflict (user_id) do update set bytes = excluded.bytes, images = excluded.images
      returning user_id`.execute(trx)
    const days = await sql<{ user_id: string }>`
      with found as (
        select user_id, ${dayOf('generations')} as day,
          sum(${countedImages('generations')}) as images, coalesce(sum(${countedCost('generations')}) filter (where finished_at is not null), 0) as cost
        from generations group by 1, 2
      ),
      wanted as (
        select user_id, day, coalesce(found.images, 0) as images, coalesce(found.cost, 0) as cost
        from found full join usage_days as before using (user_id, day)
        where coalesce(found.images, 0) <> coalesce(before.images, 0)
          or abs(coalesce(found.cost, 0) - coalesce(before.cost, 0)) > 1e-6
      )
      insert into usage_days (user_id, day, images, cost) select * from wanted
      on conflict (user_id, day) do update set images = excluded.images, cost = excluded.cost
      returning user_id`.execute(trx)
    return { corrected: new Set([...totals.rows, ...days.rows].map((row) => row.user_id)).size }
  })
}
