// Signing in by an OpenID issuer: there and back. Rules in docs/spec/accounts.md (AF30 …).
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { SingleSignOnFault } from '@easel/contract'
import { messageOf } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import type { Log } from '#base/log.ts'
import type { Db } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { AccountPorts } from './account-ports.ts'
import { record } from './audit.ts'
import { cookieName } from './better-auth.ts'
import type { Client } from './bridge.ts'
import type { Caller } from './caller.ts'
import { forget } from './forget.ts'
import { createIssuer, SingleSignOnError, type Issuer, type OidcSettings } from './issuer.ts'
import { beginSession } from './new-session.ts'
import { cookieValues } from './session-token.ts'
import { arrive, connectTo } from './single-sign-on-people.ts'

export interface SingleSignOnPorts {
  readonly db: Db
  readonly log: Log
  readonly oidc: OidcSettings
  readonly secret: string
  /** The origin that people use; the issuer sends them back there. */
  readonly publicUrl: string
  readonly signUpPolicy: AccountPorts['signUpPolicy']
}

/** Where the browser goes next, and what it keeps. */
export interface Onward {
  readonly location: string
  readonly cookies: readonly string[]
}

export interface Return {
  readonly code: string | undefined
  readonly state: string | undefined
  readonly error: string | undefined
  /** Who answers (RFC 9207). */
  readonly iss: string | undefined
}

export interface SingleSignOn {
  /** To the issuer. @param connect who wants to connect an account of the issuer's to their own, or null: to sign in */
  begin(given: { readonly invitation: string | null; readonly connect: string | null }): Promise<Onward>
  /** Back from the issuer; a fault is part of where the browser goes. */
  finish(client: Client, answer: Return, caller: Caller | null): Promise<Onward>
}

const callbackPath = '/api/auth/oidc/callback'
const minutes = 10

const State = z.object({
  nonce: z.string(),
  verifier: z.string(),
  invitation: z.string().nullable(),
  connect: z.uuid().nullable(),
})
type State = z.infer<typeof State>

const random = (): string => randomBytes(32).toString('base64url')
const digest = (text: string): string => createHash('sha256').update(text).digest('base64url')
const identifierOf = (state: string): string => `oidc:${digest(state)}`

const same = (a: string, b: string): boolean => timingSafeEqual(Buffer.from(digest(a)), Buffer.from(digest(b)))

/** Addresses are ours alone: nothing that was asked decides where the browser goes. */
const pageFor = ({ connect }: Pick<State, 'connect'>, fault: SingleSignOnFault | null): string => {
  const page = connect === null ? (fault === null ? '/' : '/sign-in') : '/settings/account'
  return fault === null ? page : `${page}?sso=${fault}`
}

export function createSingleSignOn(ports: SingleSignOnPorts, issuer: Issuer = createIssuer(ports.oidc)): SingleSignOn {
  const { db, log, oidc, publicUrl } = ports
  const redirectUri = new URL(callbackPath, publicUrl).href
  const name = cookieName(publicUrl, 'single_sign_on')
  const cookie = (value: string, seconds: number): string =>
    `${name}=${value}; Max-Age=${seconds}; Path=${callbackPath}; HttpOnly${name.startsWith('__Secure-') ? '; Secure' : ''}; SameSite=Lax`

  async function remember(state: string, kept: State): Promise<void> {
    await db
      .insertInto('verifications')
      .values({
        id: newId(),
        identifier: identifierOf(state),
        value: JSON.stringify(kept),
        expires_at: new Date(Date.now() + minutes * 60_000),
      })
      .execute()
  }

  /** What was remembered, once, and only in the browser that began. @throws SingleSignOnError */
  async function recall(client: Client, state: string | undefined): Promise<State> {
    const [kept] = client.cookie === null ? [] : cookieValues(client.cookie, name)
    if (state === undefined || kept === undefined || !same(kept, state)) {
      throw new SingleSignOnError('expired', 'it did not begin in this browser')
    }
    const row = await db
      .deleteFrom('verifications')
      .where('identifier', '=', identifierOf(state))
      .where('expires_at', '>', new Date())
      .returning('value')
      .executeTakeFirst()
    if (row === undefined) throw new SingleSignOnError('expired', 'it took too long, or is over already')
    return State.parse(JSON.parse(row.value))
  }

  async function claimsFor({ code, error, iss }: Return, { verifier, nonce }: State) {
    if (error !== undefined) throw new SingleSignOnError('declined', 'the issuer or the person declined')
    if (code === undefined || (iss !== undefined && iss.replace(/\/$/, '') !== oidc.issuer.replace(/\/$/, ''))) {
      throw new SingleSignOnError('invalid', 'there is no code, or it is of another issuer')
    }
    return await issuer.redeem(code, { verifier, nonce, redirectUri })
  }

  async function signIn(client: Client, given: { state: State; answer: Return; caller: Caller | null }) {
    const { state, answer, caller } = given
    const claims = await claimsFor(answer, state)
    const { address } = client
    if (state.connect !== null) {
      const { connect: userId } = state
      if (caller?.by !== 'session' || caller.userId !== userId) {
        throw new SingleSignOnError('expired', 'whoever began is not signed in any more')
      }
      await inTransaction(db, async (trx) => {
        await connectTo(trx, { userId, issuer: oidc.issuer, claims, address })
        await forget(trx, userId)
      })
      return []
    }
    const guestId = caller?.role === 'guest' ? caller.userId : null
    const { invitation } = state
    const policy = ports.signUpPolicy()
    return await inTransaction(db, async (trx) => {
      const userId = await arrive(trx, { issuer: oidc.issuer, claims, invitation, guestId, policy, address })
      if (caller?.by === 'session' && caller.credentialId !== null) {
        await trx.deleteFrom('sessions').where('id', '=', caller.credentialId).execute()
      }
      await record(trx, { action: 'sign-in', actorId: userId, address, detail: { by: 'single-sign-on' } })
      return [await beginSession(trx, ports, { userId, client })]
    })
  }

  async function refused(client: Client, error: unknown): Promise<SingleSignOnFault> {
    if (!(error instanceof SingleSignOnError)) throw error
    const { fault, message, cause } = error
    const reason = cause === undefined ? message : `${message}: ${messageOf(cause)}`
    if (fault === 'unreachable' || fault === 'invalid') log.warn({ fault, reason }, 'single sign-on did not work')
    const detail = { by: 'single-sign-on', fault }
    await record(db, { action: 'sign-in-failed', actorId: null, address: client.address, detail })
    return fault
  }

  return {
    async begin({ invitation, connect }) {
      const [state, verifier, nonce] = [random(), random(), random()]
      const location = await issuer.authorizationUrl({
        response_type: 'code',
        scope: 'openid email profile',
        redirect_uri: redirectUri,
        state,
        nonce,
        code_challenge: digest(verifier),
        code_challenge_method: 'S256',
      })
      await remember(state, { nonce, verifier, invitation, connect })
      return { location, cookies: [cookie(state, minutes * 60)] }
    },

    async finish(client, answer, caller) {
      let state: State | null = null
      const cookies = [cookie('', 0)]
      try {
        state = await recall(client, answer.state)
        cookies.push(...(await signIn(client, { state, answer, caller })))
        return { location: pageFor(state, null), cookies }
      } catch (error) {
        return { location: pageFor(state ?? { connect: null }, await refused(client, error)), cookies }
      }
    },
  }
}
