// Accounts mode: who stands behind a cookie, a bearer token or nothing at all. Rules in docs/spec/accounts.md (AC1 …).
import { createHash } from 'node:crypto'
import { systemClock, type Clock } from '#base/clock.ts'
import type { Database, Db } from '#db/database.ts'
import type { Auth, Credentials, Identified } from './auth.ts'
import { sessionCookieName } from './better-auth.ts'
import { createCallerCache } from './caller-cache.ts'
import { everyScope, type Caller } from './caller.ts'
import { sessionsChannel } from './forget.ts'
import { cookieValues, readSessionToken } from './session-token.ts'

export interface IdentifyOptions {
  readonly database: Database
  /** What sessions are signed with. */
  readonly secret: string
  readonly publicUrl: string | null
  /** The account that old clients without a token act as, by its e-mail address. */
  readonly compatUser: string | null
  readonly findApiKey: (db: Db, token: string) => Promise<Caller | null>
  readonly clock?: Clock
}

export type AccountsAuth = Auth & {
  /** Nothing remembered of this person counts from now on. For changes that this process makes itself, before they are committed. */
  distrust(userId: string): void
  /** How many credentials are remembered. */
  remembered(): number
}

interface Found {
  readonly caller: Caller
  readonly endsAt: Date | null
}

interface Person {
  readonly role: Caller['role']
  readonly disabled_at: Date | null
  readonly closes_at: Date | null
}

const withoutAdmin: Caller['scopes'] = new Set(['read', 'generate', 'write'])
const scopesOf = (role: Caller['role']) => (role === 'admin' ? everyScope : withoutAdmin)

const isOpen = ({ disabled_at: disabledAt, closes_at: closesAt }: Person, nowMs: number): boolean =>
  disabledAt === null && (closesAt === null || closesAt.getTime() > nowMs)

const earlier = (a: Date, b: Date | null): Date => (b !== null && b < a ? b : a)

async function findSession(db: Db, token: string, nowMs: number): Promise<Found | null> {
  const row = await db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .select(['sessions.id', 'sessions.user_id', 'sessions.expires_at'])
    .select(['users.role', 'users.disabled_at', 'users.expires_at as closes_at'])
    .where('sessions.token', '=', token)
    .executeTakeFirst()
  if (row === undefined || row.expires_at.getTime() <= nowMs || !isOpen(row, nowMs)) return null
  const { id, user_id: userId, role } = row
  return {
    caller: { userId, role, by: 'session', scopes: scopesOf(role), credentialId: id },
    endsAt: earlier(row.expires_at, row.closes_at),
  }
}

async function findCompatUser(db: Db, email: string, nowMs: number): Promise<Found | null> {
  const row = await db
    .selectFrom('users')
    .select(['id', 'role', 'disabled_at', 'expires_at as closes_at'])
    .where('email', '=', email)
    .executeTakeFirst()
  if (row === undefined || !isOpen(row, nowMs)) return null
  // Whoever reaches the server may act as this account: never as an administrator.
  const caller: Caller = { userId: row.id, role: row.role, by: 'compat', scopes: withoutAdmin, credentialId: null }
  return { caller, endsAt: row.closes_at }
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url')
/** An API key says itself what it is; anything else is taken for a session's token. */
const isApiKey = (bearer: string): boolean => /^easel_[A-Za-z0-9_-]{43}$/.test(bearer)

export async function createAccountsAuth(options: IdentifyOptions): Promise<AccountsAuth> {
  const { database, secret, publicUrl, compatUser, findApiKey, clock = systemClock } = options
  const { db } = database
  const cookieName = sessionCookieName(publicUrl)
  const cache = createCallerCache(clock)
  const listeners = new Set<(userId: string | null) => void>()
  const tell = (userId: string | null) => {
    for (const listener of listeners) listener(userId)
  }
  const stopListening = await database.listen(
    sessionsChannel,
    (userId) => {
      cache.distrust(userId)
      tell(userId)
    },
    () => {
      cache.clear()
      tell(null)
    },
  )

  async function remembered(key: string, find: () => Promise<Found | null>): Promise<Caller | null> {
    const known = cache.get(key)
    if (known !== null) return known
    const mark = cache.mark()
    const found = await find()
    // What stands for nobody is not remembered: whoever sends made-up tokens would fill the memory.
    if (found !== null) cache.put(mark, key, found)
    return found?.caller ?? null
  }

  async function bySession(signed: string): Promise<Caller | null> {
    const token = readSessionToken(signed, secret)
    if (token === null) return null
    return await remembered(digestOf(token), () => findSession(db, token, clock.now()))
  }

  async function byKey(key: string): Promise<Caller | null> {
    return await remembered(digestOf(key), async () => {
      const caller = await findApiKey(db, key)
      return caller === null ? null : { caller, endsAt: null }
    })
  }

  async function identify({ cookie, bearer }: Credentials): Promise<Identified> {
    if (bearer !== null) return (await (isApiKey(bearer) ? byKey(bearer) : bySession(bearer))) ?? 'unknown'
    if (cookie === null) return 'nobody'
    for (const signed of cookieValues(cookie, cookieName)) {
      const caller = await bySession(signed)
      if (caller !== null) return caller
    }
    return 'nobody'
  }

  return {
    mode: 'accounts',
    identify,
    async compatCaller() {
      if (compatUser === null) return null
      return await remembered('compat', () => findCompatUser(db, compatUser, clock.now()))
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    distrust: cache.distrust,
    remembered: () => cache.size,
    close: stopListening,
  }
}
