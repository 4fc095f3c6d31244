import type { PasswordChange } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import { inTransaction } from '#db/transaction.ts'
import type { AccountPorts } from './account-ports.ts'
import { record } from './audit.ts'
import type { Caller } from './caller.ts'
import { hashPassword, verifyPassword } from './password-hash.ts'
import { dropTokens } from './password-reset.ts'
import { passwordHashOf, putPassword } from './people.ts'
import { endSessions } from './sessions.ts'

const wrong = (message: string) =>
  new EaselError('validation-failed', `The password now in use ${message}.`, {
    fields: [{ field: 'body.current', message }],
  })

/** Changes the password of whoever is signed in, and ends every other session of theirs. */
export async function changePassword(
  { db, checkPassword, distrust }: AccountPorts,
  caller: Caller,
  { current, password, address }: PasswordChange & { readonly address: string },
): Promise<void> {
  const { userId } = caller
  const user = await db.selectFrom('users').select(['name', 'email']).where('id', '=', userId).executeTakeFirstOrThrow()
  const hash = await passwordHashOf(db, userId)
  if (hash !== null) {
    if (current === undefined) throw wrong('must be given too')
    if (!(await verifyPassword(hash, current))) {
      await record(db, { action: 'password-change-failed', actorId: userId, address })
      throw wrong('is not right')
    }
  }
  await checkPassword(password, { name: user.name, email: user.email ?? '' })
  const passwordHash = await hashPassword(password)
  distrust(userId)
  await inTransaction(db, async (trx) => {
    await putPassword(trx, userId, passwordHash)
    await dropTokens(trx, userId)
    await endSessions(trx, userId, caller.credentialId)
    await record(trx, { action: 'password-changed', actorId: userId, address })
  })
}
