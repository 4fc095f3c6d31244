import { codeOf } from '#base/errors.ts'
import type { Db, Trx } from './database.ts'

/**
 * Serialization failure and deadlock: PostgreSQL rolled the transaction back and asks to run it again. Foreign key violation: a row
 * that the transaction had seen was deleted by somebody else before it was referred to; the next time the work sees that.
 */
const transient = new Set(['40001', '40P01', '23503'])
const attempts = 5

/** Does `work`, which is one transaction, again where the database asks for that. */
export async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= attempts || !transient.has(codeOf(error) ?? '')) throw error
    }
  }
}

/** Runs `work` in one transaction, again where the database asks for that. `work` may run several times. */
export function inTransaction<T>(db: Db, work: (trx: Trx) => Promise<T>): Promise<T> {
  return retried(() => db.transaction().execute(work))
}
