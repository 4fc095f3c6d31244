// Setting up, signing in and signing out.
import { routes, type AuthStatus, type SignedIn } from '@easel/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Accounts } from '#auth/accounts.ts'
import { readMe } from '#auth/me.ts'
import type { SignInResult } from '#auth/sign-in.ts'
import { DefectError, EaselError, messageOf, present } from '#base/errors.ts'
import type { Db } from '#db/database.ts'
import { clientAddress } from '../client-address.ts'
import { clientOf, isNear } from '../client.ts'
import { serve } from '../serve.ts'

export interface AccountRoutePorts {
  readonly db: Db
  /** Null in local mode, where there is no sign-in. */
  readonly accounts: Accounts | null
  /** Whether visitors may work without an account. */
  readonly guestsAllowed: () => boolean
  /** Whether people may publish albums. */
  readonly galleryIsOn: () => boolean
  readonly publicUrl: string | null
}

/** @throws EaselError `not-found` in local mode */
export function inAccountsMode(accounts: Accounts | null): Accounts {
  if (accounts !== null) return accounts
  throw new EaselError('not-found', 'This server works without accounts: there is nothing to sign in to.')
}

/** What was answered to one person must not be given to another by a cache in between. */
export function setCookies(reply: FastifyReply, cookies: readonly string[]): void {
  reply.header('cache-control', 'no-store')
  if (cookies.length > 0) reply.header('set-cookie', [...cookies])
}

async function answer(db: Db, reply: FastifyReply, result: SignInResult): Promise<{ data: SignedIn }> {
  setCookies(reply, result.cookies)
  const me = result.userId === null ? null : await readMe(db, result.userId, 'accounts')
  return { data: { me, secondFactor: me === null } }
}

/** Browsers give passkeys to pages that came by TLS, and to those of the machine itself. */
function passkeysWork(publicUrl: string | null, request: FastifyRequest): boolean {
  return publicUrl === null ? /^localhost(:\d+)?$/.test(request.host) : publicUrl.startsWith('https:')
}

const withoutAccounts = {
  mode: 'local',
  needsSetup: false,
  needsSetupCode: false,
  signUp: 'closed',
  guests: false,
  singleSignOn: null,
  passkeys: false,
  passwordReset: false,
} as const

function registerStatus(app: FastifyInstance, ports: AccountRoutePorts): void {
  const { db, accounts, guestsAllowed, galleryIsOn, publicUrl } = ports
  async function statusOf(mode: Accounts, request: FastifyRequest): Promise<Omit<AuthStatus, 'me'>> {
    const needsSetup = await mode.needsSetUp()
    return {
      mode: 'accounts',
      needsSetup,
      needsSetupCode: needsSetup && !isNear(request),
      signUp: mode.signUpPolicy(),
      guests: guestsAllowed(),
      gallery: galleryIsOn(),
      singleSignOn: mode.singleSignOn,
      passkeys: passkeysWork(publicUrl, request),
      passwordReset: mode.sendsMail,
    }
  }
  /** Puts the end of a session off, in the database and in the browser. */
  async function prolong(mode: Accounts, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const client = clientOf(request, publicUrl)
    if (request.caller?.by !== 'session' || client.bearer !== null) return
    try {
      const { cookies } = await mode.ask(client, { method: 'GET', path: '/get-session' })
      setCookies(reply, cookies)
    } catch (error) {
      if (!(error instanceof DefectError)) throw error
      // The session may end this very moment, or the server stop. There is time for it at the next visit.
      request.log.warn({ reason: messageOf(error) }, 'a session was not prolonged')
    }
  }
  serve(app, routes.getAuthStatus, async ({ request, reply }) => {
    const { caller } = request
    setCookies(reply, [])
    const me = caller === null ? null : await readMe(db, caller.userId, accounts === null ? 'local' : 'accounts')
    if (accounts === null) return { data: { ...withoutAccounts, gallery: galleryIsOn(), me } }
    await prolong(accounts, request, reply)
    return { data: { ...(await statusOf(accounts, request)), me } }
  })
}

function registerSigningIn(app: FastifyInstance, { db, accounts, publicUrl }: AccountRoutePorts): void {
  serve(app, routes.setUp, async ({ request, reply, body }) => {
    const given = { ...body, near: isNear(request) }
    return await answer(db, reply, await inAccountsMode(accounts).setUp(clientOf(request, publicUrl), given))
  })
  serve(app, routes.signIn, async ({ request, reply, body }) => {
    const client = clientOf(request, publicUrl)
    return await answer(db, reply, await inAccountsMode(accounts).signIn(client, body, request.caller))
  })
  serve(app, routes.signUp, async ({ request, reply, body }) => {
    const client = clientOf(request, publicUrl)
    return await answer(db, reply, await inAccountsMode(accounts).signUp(client, body, request.caller))
  })
}

function registerSigningOut(app: FastifyInstance, { accounts, publicUrl }: AccountRoutePorts): void {
  /** The browser forgets its cookies; better-auth knows their names. */
  async function clear(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const client = { ...clientOf(request, publicUrl), bearer: null }
    const { cookies } = await inAccountsMode(accounts).ask(client, { method: 'POST', path: '/sign-out' })
    setCookies(reply, cookies)
  }
  serve(app, routes.signOut, async ({ request, reply }) => {
    const { caller } = request
    const mode = inAccountsMode(accounts)
    // An API key is no session: it ends by being revoked.
    if (caller?.by === 'session') await mode.signOut(caller, clientAddress(request))
    await clear(request, reply)
    return undefined
  })
  serve(app, routes.signOutEverywhere, async ({ request, reply, caller }) => {
    await inAccountsMode(accounts).endSessions(caller, clientAddress(request))
    await clear(request, reply)
    return undefined
  })
}

function registerGuests(app: FastifyInstance, { db, accounts, publicUrl }: AccountRoutePorts): void {
  serve(app, routes.beginGuest, async ({ request, reply }) => {
    const { guests } = inAccountsMode(accounts)
    const { caller } = request
    if (caller !== null && caller.role !== 'guest') throw new EaselError('conflict', 'You are signed in already.')
    if (caller !== null) {
      // Whoever comes back keeps what is there.
      const { expiresAt } = await readMe(db, caller.userId, 'accounts')
      setCookies(reply, [])
      return { data: { id: caller.userId, expiresAt: present(expiresAt, 'the end of a guest') } }
    }
    const guest = await guests.begin(clientOf(request, publicUrl))
    setCookies(reply, [guest.cookie])
    return { data: { id: guest.userId, expiresAt: guest.expiresAt.toISOString() } }
  })
}

export function registerSessions(app: FastifyInstance, ports: AccountRoutePorts): void {
  registerStatus(app, ports)
  registerSigningIn(app, ports)
  registerSigningOut(app, ports)
  registerGuests(app, ports)
}
