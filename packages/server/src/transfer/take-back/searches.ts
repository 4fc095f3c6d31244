// Saved searches of an export.
import type { ExportedSearch, RecordOutcome } from '@easel/contract'
import { nameKey } from '#base/name-key.ts'
import { faultsIn } from '#library/saved-searches.ts'
import { takeNamed } from './named.ts'
import { past, type RecordPorts } from './record-ports.ts'

/** Takes saved searches back. */
export async function takeSearches(
  ports: RecordPorts,
  userId: string,
  { searches, now }: { searches: readonly ExportedSearch[]; now: number },
): Promise<RecordOutcome[]> {
  return await takeNamed(
    ports,
    { userId, all: searches },
    {
      table: 'saved_searches',
      what: 'searches',
      faultOf({ query }) {
        const faults = faultsIn(query)
        return faults.length === 0 ? null : `The search cannot be understood: ${faults.join('; ')}.`
      },
      async insert(trx, { name, query, createdAt }, id) {
        const inserted = await trx
          .insertInto('saved_searches')
          .values({
            id,
            user_id: userId,
            name,
            name_key: nameKey(name),
            query: JSON.stringify(query),
            created_at: past(createdAt, now),
          })
          .onConflict((conflict) => conflict.doNothing())
          .returning('id')
          .executeTakeFirst()
        return inserted !== undefined
      },
    },
  )
}
