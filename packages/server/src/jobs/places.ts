import { sql } from 'kysely'
import type { Db } from '#db/database.ts'
import { jobTable, ourQueue } from './queue.ts'

/** Place in its lane's line, 1 is next, of each of these jobs that is waiting. */
export async function findPlaces(db: Db, jobIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (jobIds.length === 0) return new Map()
  const { rows } = await sql<{ id: string; place: number }>`
    with wanted as (
      select id, group_id from ${jobTable} where name = ${ourQueue} and state < 'active' and id = any(${[...jobIds]}::uuid[])
    ), line as (
      select id, row_number() over (partition by group_id order by priority desc, created_on, id) as place
      from ${jobTable}
      where name = ${ourQueue} and state < 'active' and not blocked and group_id in (select group_id from wanted)
    )
    select id, place from line where id in (select id from wanted)`.execute(db)
  return new Map(rows.map(({ id, place }) => [id, place]))
}
