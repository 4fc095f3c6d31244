// A new password without the old one: by a link that was sent or handed over.
import { EaselError } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import { digestOfToken, newOneTimeToken } from '#base/one-time-token.ts'
import type { Db, Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { AccountPorts } from './account-ports.ts'
import { record } from './audit.ts'
import type { Client } from './bridge.ts'
import type { Mailer } from './mail.ts'
import { hashPassword } from './password-hash.ts'
import { putPassword } from './people.ts'
import { endSessions } from './sessions.ts'

const prefix = 'reset-password:'
const validMs = 60 * 60_000

const identifierOf = (token: string): string => prefix + digestOfToken(token)

/** The page that takes the token. Behind `#`, so that no server's log and no Referer ever has it. */
export const resetLink = (origin: string, token: string): string => `${origin}/reset-password#token=${token}`

async function makeToken(trx: Trx, userId: string): Promise<string> {
  const token = newOneTimeToken()
  await dropTokens(trx, userId)
  const values = { identifier: identifierOf(token), value: userId, expires_at: new Date(Date.now() + validMs) }
  await trx
    .insertInto('verifications')
    .values({ id: newId(), ...values })
    .execute()
  return token
}

/** Whatever was sent before is worth nothing from now on. */
export async function dropTokens(trx: Trx, userId: string): Promise<void> {
  await trx.deleteFrom('verifications').where('value', '=', userId).where('identifier', 'like', `${prefix}%`).execute()
}

/**
 * For the administrator at the server itself (`easel users reset`): a token that sets a new password once, within an hour; see
 * {@link resetLink}. The old password goes on working until then.
 * @returns null when there is no account with this e-mail address
 */
export async function resetPassword(db: Db, email: string): Promise<string | null> {
  return await inTransaction(db, async (trx) => {
    const user = await trx
      .selectFrom('users')
      .select('id')
      .where('email', '=', email.trim().toLowerCase())
      .executeTakeFirst()
    if (user === undefined) return null
    await record(trx, { action: 'password-reset-asked', actorId: null, subjectId: user.id, address: null })
    return await makeToken(trx, user.id)
  })
}

const letterOf = (name: string, link: string): string => `Hello ${name},

somebody, hopefully you, asked for a new password for your account. This link sets one, once, within an hour:

${link}

If it was not you, you need not do anything: your password stays as it is.
`

/** Sends a link when there is such an account; the caller learns nothing either way. */
export async function sendResetLink(
  { db, mailer, origin }: { readonly db: Db; readonly mailer: Mailer; readonly origin: string },
  client: Client,
  email: string,
): Promise<void> {
  const found = await inTransaction(db, async (trx) => {
    const user = await trx
      .selectFrom('users')
      .select(['id', 'name'])
      .where('email', '=', email)
      .where('disabled_at', 'is', null)
      .executeTakeFirst()
    if (user === undefined) return null
    const { address } = client
    await record(trx, { action: 'password-reset-asked', actorId: null, subjectId: user.id, address })
    return { name: user.name, token: await makeToken(trx, user.id) }
  })
  if (found === null) return
  const text = letterOf(found.name, resetLink(origin, found.token))
  mailer.send({ to: email, subject: 'A new password for Easel', text })
}

const unusable = () =>
  new EaselError('forbidden', 'This link cannot be used: it ran out, was used already, or a newer one was asked for.')

/** Sets a new password and ends every session. @throws EaselError `forbidden` when the token is not valid */
export async function useResetToken(
  { db, checkPassword, distrust }: AccountPorts,
  client: Client,
  { token, password }: { readonly token: string; readonly password: string },
): Promise<void> {
  const user = await db
    .selectFrom('verifications')
    .innerJoin('users', (join) => join.on((on) => on('verifications.value', '=', on.cast<string>('users.id', 'text'))))
    .select(['users.id', 'users.name', 'users.email'])
    .where('verifications.identifier', '=', identifierOf(token))
    .where('verifications.expires_at', '>', new Date())
    .executeTakeFirst()
  if (user === undefined) throw unusable()
  await checkPassword(password, { name: user.name, email: user.email ?? '' })
  const passwordHash = await hashPassword(password)
  distrust(user.id)
  await inTransaction(db, async (trx) => {
    const used = await trx
      .deleteFrom('verifications')
      .where('identifier', '=', identifierOf(token))
      .where('expires_at', '>', new Date())
      .returning('id')
      .execute()
    if (used.length === 0) throw unusable()
    await putPassword(trx, user.id, passwordHash)
    await dropTokens(trx, user.id)
    await endSessions(trx, user.id)
    await record(trx, { action: 'password-reset', actorId: user.id, address: client.address })
  })
}
