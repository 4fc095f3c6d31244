// Things of an export that have a name once in a library: albums, saved searches, lists, templates and styles. Rule TR56 in docs/spec/transfer.md.
import { sql } from 'kysely'
import type { RecordOutcome } from '@easel/contract'
import type { Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import { nameKey } from '#base/name-key.ts'
import { derivedId } from './derived-id.ts'
import type { RecordPorts } from './record-ports.ts'

interface Named {
  readonly id: string
  readonly name: string
}

interface NamedKind<T extends Named> {
  readonly table: 'albums' | 'saved_searches' | 'prompt_parts'
  /** What open pages are told of. */
  readonly what: 'albums' | 'searches' | 'prompts'
  /** What is wrong with it; null: nothing. */
  readonly faultOf: (given: T) => string | null
  /** Inserts it with this id unless that or its name is taken. @returns whether it did */
  readonly insert: (trx: Trx, given: T, id: string) => Promise<boolean>
}

const there = (id: string): RecordOutcome => ({ outcome: 'there', id, why: null })
const refused = (why: string): RecordOutcome => ({ outcome: 'refused', id: null, why })

async function takeOne<T extends Named>(
  trx: Trx,
  { userId, given }: { readonly userId: string; readonly given: T },
  { table, faultOf, insert }: NamedKind<T>,
): Promise<RecordOutcome> {
  const fault = faultOf(given)
  if (fault !== null) return refused(fault)
  const { id, name } = given
  const other = derivedId(id, [userId, table])
  const find = async () =>
    await trx
      .selectFrom(table)
      .where('user_id', '=', userId)
      .where(sql<boolean>`(id in (${id}::uuid, ${other}::uuid) or name_key = ${nameKey(name)})`)
      .orderBy(sql`case id when ${id}::uuid then 0 when ${other}::uuid then 1 else 2 end`)
      .limit(1)
      .select('id')
      .executeTakeFirst()
  const found = await find()
  if (found !== undefined) return there(found.id)
  const isTaken = (await trx.selectFrom(table).where('id', '=', id).select('id').executeTakeFirst()) !== undefined
  const own = isTaken ? other : id
  if (await insert(trx, given, own)) return { outcome: 'taken', id: own, why: null }
  const meanwhile = await find()
  if (meanwhile !== undefined) return there(meanwhile.id)
  return refused('Somebody else took its id at this moment. Import it again.')
}

/** Takes them back under their own ids where nobody has those. What the library has by its id or its name stays as it is. */
export async function takeNamed<T extends Named>(
  { db, events }: RecordPorts,
  { userId, all }: { readonly userId: string; readonly all: readonly T[] },
  kind: NamedKind<T>,
): Promise<RecordOutcome[]> {
  if (all.length === 0) return []
  return await inTransaction(db, async (trx) => {
    const outcomes: RecordOutcome[] = []
    for (const given of all) outcomes.push(await takeOne(trx, { userId, given }, kind))
    if (outcomes.some(({ outcome }) => outcome === 'taken')) {
      await events.append(trx, userId, [{ type: 'library.changed', what: kind.what }])
    }
    return outcomes
  })
}
