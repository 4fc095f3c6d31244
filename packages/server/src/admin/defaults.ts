import { sql } from 'kysely'
import type { z } from 'zod'
import { InstanceDefaults } from '@easel/contract'
import type { Database, Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'

const Stored = InstanceDefaults.partial()
export type DefaultsChange = z.infer<typeof Stored>

/** What holds for everybody who has nothing of their own. */
export interface Defaults {
  /** As it is now; never asks the database. */
  current(): InstanceDefaults
  /** Changes some of it, on every process from the commit on. `also` is part of the transaction. */
  update(change: DefaultsChange, also: (trx: Trx) => Promise<void>): Promise<InstanceDefaults>
  close(): Promise<void>
}

const channel = 'easel_defaults'
const name = 'defaults'

/**
 * Reads what the administrator decided and follows it: every process hears of a change when it is committed.
 * @param environment what holds where the administrator decided nothing
 */
export async function openDefaults(database: Database, environment: InstanceDefaults): Promise<Defaults> {
  const { db } = database
  let current = environment

  async function read(from: Pick<Trx, 'selectFrom'> = db): Promise<DefaultsChange> {
    const row = await from.selectFrom('instance_settings').where('name', '=', name).select('value').executeTakeFirst()
    return row === undefined ? {} : Stored.parse(row.value)
  }
  const load = async () => {
    current = InstanceDefaults.parse({ ...environment, ...(await read()) })
  }
  // What fails here is a lost database, which every request says by itself; the next change or reconnection reads again.
  const stop = await database.listen(
    channel,
    () => void load().catch(() => {}),
    () => void load().catch(() => {}),
  )
  await load()

  return {
    current: () => current,
    async update(change, also) {
      await inTransaction(db, async (trx) => {
        await sql`select pg_advisory_xact_lock(hashtextextended(${channel}, 0))`.execute(trx)
        const value = JSON.stringify({ ...(await read(trx)), ...change })
        await trx
          .insertInto('instance_settings')
          .values({ name, value })
          .onConflict((conflict) => conflict.column('name').doUpdateSet({ value, updated_at: new Date() }))
          .execute()
        await also(trx)
        await sql`select pg_notify(${channel}, '')`.execute(trx)
      })
      await load()
      return current
    },
    close: stop,
  }
}
