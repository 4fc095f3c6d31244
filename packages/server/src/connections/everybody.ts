import type { Trx } from '#db/database.ts'

/** In one order, so that two changes at once wait for each other instead of failing. */
export async function allUsers(trx: Trx): Promise<readonly string[]> {
  const users = await trx.selectFrom('users').select('id').where('disabled_at', 'is', null).orderBy('id').execute()
  return users.map(({ id }) => id)
}
