// Signing in by an OpenID issuer: there and back. Rules in docs/spec/accounts.md (AF30 …).
import { randomBytes } from 'node:crypto'
import type { SingleSignOnFault } from '@easel/contract'
import { messageOf } from '#base/errors.ts'
import type { Log } from '#base/log.ts'
import type { Db } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { AccountPorts } from './account-ports.ts'
import { record } from './audit.ts'
import type { Client } from './bridge.ts'
import type { Caller } from './caller.ts'
import { forget } from './forget.ts'
import { createIssuer, SingleSignOnError, type Claims, type Issuer, type OidcSettings } from './issuer.ts'
import { beginSession } from './new-session.ts'
import { arrive, connectTo } from './single-sign-on-people.ts'
import { callbackPath, createSignOnMemory, digest, type Remembered } from './single-sign-on-state.ts'

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

const random = (): string => randomBytes(32).toString('base64url')

/** Addresses are ours alone: nothing that was asked decides where the browser goes. */
const pageFor = ({ connect }: Pick<Remembered, 'connect'>, fault: SingleSignOnFault | null): string => {
  const page = connect === null ? (fault === null ? '/' : '/sign-in') : '/settings/account'
  return fault === null ? page : `${page}?sso=${fault}`
}

interface Arrived {
  readonly client: Client
  readonly caller: Caller | null
  readonly claims: Claims
}

export function createSingleSignOn(ports: SingleSignOnPorts, issuer: Issuer = createIssuer(ports.oidc)): SingleSignOn {
  const { db, log, oidc, publicUrl } = ports
  const redirectUri = new URL(callbackPath, publicUrl).href
  const memory = createSignOnMemory(ports)

  async function claimsFor({ code, error, iss }: Return, { verifier, nonce }: Remembered) {
    if (error !== undefined) throw new SingleSignOnError('declined', 'the issuer or the person declined')
    if (code === undefined || (iss !== undefined && iss.replace(/\/$/, '') !== oidc.issuer.replace(/\/$/, ''))) {
      throw new SingleSignOnError('invalid', 'there is no code, or it is of another issuer')
    }
    return await issuer.redeem(code, { verifier, nonce, redirectUri })
  }

  async function connect(userId: string, { client, claims, caller }: Arrived): Promise<void> {
    if (caller?.by !== 'session' || caller.userId !== userId) {
      throw new SingleSignOnError('expired', 'whoever began is not signed in any more')
    }
    await inTransaction(db, async (trx) => {
      await connectTo(trx, { userId, issuer: oidc.issuer, claims, address: client.address })
      await forget(trx, userId)
    })
  }

  /** @returns a whole Set-Cookie header */
  async function signIn(invitation: string | null, { client, claims, caller }: Arrived): Promise<string> {
    const { address } = client
    const guestId = caller?.role === 'guest' ? caller.userId : null
    const policy = ports.signUpPolicy()
    return await inTransaction(db, async (trx) => {
      const userId = await arrive(trx, { issuer: oidc.issuer, claims, invitation, guestId, policy, address })
      if (caller?.by === 'session' && caller.credentialId !== null) {
        await trx.deleteFrom('sessions').where('id', '=', caller.credentialId).execute()
      }
      await record(trx, { action: 'sign-in', actorId: userId, address, detail: { by: 'single-sign-on' } })
      return await beginSession(trx, ports, { userId, client })
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
    async begin({ invitation, connect: userId }) {
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
      const cookie = await memory.remember(state, { nonce, verifier, invitation, connect: userId })
      return { location, cookies: [cookie] }
    },

    async finish(client, answer, caller) {
      let state: Remembered | null = null
      const cookies = [memory.forgotten]
      try {
        state = await memory.recall(client, answer.state)
        const arrived = { client, caller, claims: await claimsFor(answer, state) }
        if (state.connect === null) cookies.push(await signIn(state.invitation, arrived))
        else await connect(state.connect, arrived)
        return { location: pageFor(state, null), cookies }
      } catch (error) {
        return { location: pageFor(state ?? { connect: null }, await refused(client, error)), cookies }
      }
    },
  }
}
