import { EaselError } from '#base/errors.ts'
import type { Db } from '#db/database.ts'
import { record } from './audit.ts'
import { verifyPassword } from './password-hash.ts'
import { passwordHashOf } from './people.ts'

/**
 * Whoever finds somebody's browser open does not know the password. Does nothing where the account has none.
 * @param asked what for, in kebab-case words, as the audit log names it
 * @throws EaselError `validation-failed` naming `body.password`
 */
export async function confirmPassword(
  db: Db,
  { userId, address }: { readonly userId: string; readonly address: string },
  { asked, password }: { readonly asked: string; readonly password: string | undefined },
): Promise<void> {
  const hash = await passwordHashOf(db, userId)
  if (hash === null) return
  if (password !== undefined && (await verifyPassword(hash, password))) return
  if (password !== undefined) await record(db, { action: `${asked}-failed`, actorId: userId, address })
  const message = password === undefined ? 'must be given' : 'is not right'
  throw new EaselError('validation-failed', `password: ${message}`, { fields: [{ field: 'body.password', message }] })
}
