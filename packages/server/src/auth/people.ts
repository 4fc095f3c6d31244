// Rows of people and their passwords. Everything here is part of a transaction of the caller's.
import { codeOf, DefectError, EaselError } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import type { Db, Trx } from '#db/database.ts'

/** The way to sign in that a password is, by the name that better-auth looks for. */
const passwordProvider = 'credential'

export interface NewPerson {
  readonly name: string
  readonly email: string
  readonly passwordHash: string
  readonly role: 'admin' | 'user'
}

/** Whether nobody has a way to sign in yet, so that the first administrator is still to be made. */
export async function needsSetUp(db: Db | Trx): Promise<boolean> {
  const { somebody } = await db
    .selectNoFrom(({ exists, selectFrom, or }) =>
      or([exists(selectFrom('credentials').select('id')), exists(selectFrom('passkeys').select('id'))]).as('somebody'),
    )
    .executeTakeFirstOrThrow()
  return somebody === false
}

export const taken = () =>
  new EaselError('conflict', 'There is an account with this e-mail address already. Sign in instead.')

/** @throws EaselError `conflict` when the e-mail address is somebody's */
export async function unlessTaken<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (codeOf(error) === '23505') throw taken()
    throw error
  }
}

export async function isTaken(db: Db | Trx, email: string): Promise<boolean> {
  return (await db.selectFrom('users').select('id').where('email', '=', email).executeTakeFirst()) !== undefined
}

/** Makes somebody new. @returns the id */
export async function addPerson(trx: Trx, person: NewPerson): Promise<string> {
  const { name, email, role, passwordHash } = person
  const id = newId()
  await unlessTaken(() => trx.insertInto('users').values({ id, name, email, role }).execute())
  await putPassword(trx, id, passwordHash)
  return id
}

/** Makes the owner of local mode an account: the same row, so that the whole library is the account's. */
export async function becomePerson(trx: Trx, id: string, person: NewPerson): Promise<void> {
  const { name, email, role, passwordHash } = person
  const changes = { name, email, role, expires_at: null, updated_at: new Date() }
  const changed = await unlessTaken(() =>
    trx.updateTable('users').set(changes).where('id', '=', id).returning('id').execute(),
  )
  if (changed.length === 0) throw new DefectError('The owner is not here any more')
  await putPassword(trx, id, passwordHash)
}

export async function putPassword(trx: Trx, userId: string, passwordHash: string): Promise<void> {
  await trx
    .insertInto('credentials')
    .values({
      id: newId(),
      user_id: userId,
      provider_id: passwordProvider,
      account_id: userId,
      password: passwordHash,
    })
    .onConflict((conflict) =>
      conflict.columns(['provider_id', 'account_id']).doUpdateSet({ password: passwordHash, updated_at: new Date() }),
    )
    .execute()
}

/** The hash of somebody's password, or null: they sign in in another way. */
export async function passwordHashOf(db: Db | Trx, userId: string): Promise<string | null> {
  const row = await db
    .selectFrom('credentials')
    .select('password')
    .where('user_id', '=', userId)
    .where('provider_id', '=', passwordProvider)
    .executeTakeFirst()
  return row?.password ?? null
}
