import { codeOf } from '#base/errors.ts'
import type { Db, Trx } from './database.ts'

/** Serialization failure and deadlock: PostgreSQL rolled the transaction back and asks to run it again. */
const transient = new Set(['40001', '40P01'])
const attempts = 5

/** Runs `work` in one transaction, again where the database asks for that. `work` may run several times. */
export async function inTransaction<T>(db: Db, work: (trx: Trx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().execute(work)
    } catch (error) {
      if (attempt >= attempts || !transient.has(codeOf(error) ?? '')) throw error
    }
  }
}
