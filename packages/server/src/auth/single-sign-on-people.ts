// Whose account somebody is who comes from the OpenID issuer. Everything here is part of one transaction.
import { sql } from 'kysely'
import { EaselError } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import type { Trx } from '#db/database.ts'
import type { SignUpPolicy } from './account-ports.ts'
import { record } from './audit.ts'
import { becomeUser, takeOver } from './guests.ts'
import { redeemInvitation } from './invitations.ts'
import { SingleSignOnError, type Claims } from './issuer.ts'
import { needsSetUp } from './people.ts'

/** The way to sign in that an account at the issuer is. */
export const oidcProvider = 'oidc'

export interface Arrival {
  /** Subjects are unique at one issuer only. */
  readonly issuer: string
  readonly claims: Claims
  readonly invitation: string | null
  /** The guest who comes, whose library goes along. */
  readonly guestId: string | null
  readonly policy: SignUpPolicy
  readonly address: string
}

const accountIdOf = (issuer: string, { subject }: Claims): string => `${issuer} ${subject}`

async function findOwner(trx: Trx, accountId: string): Promise<string | null> {
  const row = await trx
    .selectFrom('credentials')
    .select('user_id')
    .where('provider_id', '=', oidcProvider)
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  return row?.user_id ?? null
}

async function connect(trx: Trx, userId: string, accountId: string): Promise<void> {
  // No token of the issuer's is kept: Easel asks it nothing more.
  await trx
    .insertInto('credentials')
    .values({ id: newId(), user_id: userId, provider_id: oidcProvider, account_id: accountId })
    .execute()
}

async function checkOpen(trx: Trx, userId: string): Promise<void> {
  const row = await trx
    .selectFrom('users')
    .select(['disabled_at', 'expires_at'])
    .where('id', '=', userId)
    .executeTakeFirst()
  const isOver = row?.expires_at != null && row.expires_at.getTime() <= Date.now()
  if (row === undefined || row.disabled_at !== null || isOver) {
    throw new SingleSignOnError('disabled', 'the account is closed')
  }
}

async function roleFor(trx: Trx, { policy, invitation }: Arrival, email: string) {
  if (await needsSetUp(trx)) throw new SingleSignOnError('no-account', 'the server is not set up yet')
  if (policy === 'closed') throw new SingleSignOnError('no-account', 'nobody can make an account')
  if (invitation === null) {
    if (policy === 'open') return { role: 'user', id: null } as const
    throw new SingleSignOnError('no-account', 'an account takes an invitation')
  }
  try {
    return await redeemInvitation(trx, invitation, email)
  } catch (error) {
    if (!(error instanceof EaselError)) throw error
    throw new SingleSignOnError('no-account', 'the invitation cannot be used', { cause: error })
  }
}

async function signUp(trx: Trx, arrival: Arrival, email: string): Promise<string> {
  const { claims, guestId, address } = arrival
  const { role, id: invitation } = await roleFor(trx, arrival, email)
  const name =
    (claims.name ?? email).replaceAll('\u0000', '').toWellFormed().trim().slice(0, 100) || email.slice(0, 100)
  const isGuest = guestId !== null && (await becomeUser(trx, guestId, { name, email }))
  const userId = isGuest ? guestId : newId()
  if (isGuest) {
    await trx.updateTable('users').set({ role, email_verified: true }).where('id', '=', userId).execute()
  } else {
    await trx.insertInto('users').values({ id: userId, name, email, role, email_verified: true }).execute()
  }
  if (invitation !== null) {
    await trx.updateTable('invitations').set({ used_by: userId }).where('id', '=', invitation).execute()
  }
  const detail = { role, invited: invitation !== null, guest: isGuest, by: 'single-sign-on' }
  await record(trx, { action: 'sign-up', actorId: userId, address, detail })
  return userId
}

/** Somebody whom the issuer's account belongs to from now on: an account with the same verified address, or a new one. */
async function meet(trx: Trx, arrival: Arrival, accountId: string): Promise<string> {
  const { claims, address } = arrival
  const { email, emailVerified } = claims
  if (email === null || email.length > 254 || !emailVerified) {
    throw new SingleSignOnError('email-unverified', 'the issuer does not vouch for the e-mail address')
  }
  const known = await trx
    .selectFrom('users')
    .select(['id', 'email_verified'])
    .where(sql`lower(email)`, '=', email)
    .executeTakeFirst()
  // Whoever made that account may not be whose address it is.
  if (known !== undefined && !known.email_verified) {
    throw new SingleSignOnError('not-connected', 'nobody verified the address of the account here')
  }
  const userId = known?.id ?? (await signUp(trx, arrival, email))
  await connect(trx, userId, accountId)
  if (known !== undefined) await record(trx, { action: 'single-sign-on-connected', actorId: userId, address })
  return userId
}

/** Whose account it is; makes one where the sign-up policy allows it. @throws SingleSignOnError */
export async function arrive(trx: Trx, arrival: Arrival): Promise<string> {
  const { issuer, claims, guestId } = arrival
  const accountId = accountIdOf(issuer, claims)
  // Of two who come at once with the same account, the second finds what the first has made.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`oidc:${accountId}`}, 0))`.execute(trx)
  const userId = (await findOwner(trx, accountId)) ?? (await meet(trx, arrival, accountId))
  await checkOpen(trx, userId)
  if (guestId !== null && guestId !== userId) await takeOver(trx, guestId, userId)
  return userId
}

/** Connects the issuer's account to somebody who is signed in. @throws SingleSignOnError */
export async function connectTo(
  trx: Trx,
  { userId, issuer, claims, address }: Pick<Arrival, 'issuer' | 'claims' | 'address'> & { readonly userId: string },
): Promise<void> {
  const accountId = accountIdOf(issuer, claims)
  await sql`select pg_advisory_xact_lock(hashtextextended(${`oidc:${accountId}`}, 0))`.execute(trx)
  const owner = await findOwner(trx, accountId)
  if (owner === userId) return
  if (owner !== null) throw new SingleSignOnError('taken', 'the account belongs to somebody else here')
  await connect(trx, userId, accountId)
  await record(trx, { action: 'single-sign-on-connected', actorId: userId, address })
}
