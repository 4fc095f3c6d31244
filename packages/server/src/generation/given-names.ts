// Names that other programs give to what they ask for, by which they ask about it later: of one user, each the newest that got it.
import { codeOf } from '#base/errors.ts'
import type { Db } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'

/** They stand where keys of clients do, and no client can send such a key, because it has a letter that no header has. */
const keyOf = (name: string): string => `name→${name}`

const uniqueViolation = '23505'

export interface Naming {
  readonly userId: string
  /** 1 to 300 characters. */
  readonly name: string
}

/** Gives a name to a generation, which another one loses. One that has a key of its client's goes by that alone. */
export async function giveName(db: Db, id: string, { userId, name }: Naming): Promise<void> {
  const key = keyOf(name)
  for (;;) {
    try {
      await inTransaction(db, async (trx) => {
        const mine = trx.updateTable('generations').where('user_id', '=', userId)
        await mine.set({ idempotency_key: null }).where('idempotency_key', '=', key).execute()
        await mine.set({ idempotency_key: key }).where('id', '=', id).where('idempotency_key', 'is', null).execute()
      })
      return
    } catch (error) {
      // Somebody gave it to another one at the same moment: that one has it now, and loses it.
      if (codeOf(error) !== uniqueViolation) throw error
    }
  }
}

/** The generation of this name, or null. */
export async function idOfName(db: Db, { userId, name }: Naming): Promise<string | null> {
  const named = db.selectFrom('generations').where('user_id', '=', userId).where('idempotency_key', '=', keyOf(name))
  return (await named.select('id').executeTakeFirst())?.id ?? null
}
