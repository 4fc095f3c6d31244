// Everybody who may come to a server with accounts, each with what they show of themselves.
import { randomBytes } from 'node:crypto'
import type { Scope } from '@easel/contract'
import { z } from 'zod'
import { present } from '#base/errors.ts'
import type { TestEasel } from '../testing.ts'

export type Headers = Readonly<Record<string, string>>

const password = 'a fox in the snow'

const Made = z.object({ data: z.object({ id: z.uuid(), key: z.string() }) })
const Signed = z.object({ data: z.object({ me: z.object({ id: z.uuid() }) }) })

/** What each person or credential is, as far as the rules of access go. */
export interface Kind {
  /** Whose library the things in question are in. */
  readonly owns: boolean
  readonly role: 'admin' | 'user' | 'guest'
  /** Null: a session. */
  readonly scopes: readonly Scope[] | null
}

/** Who is somebody. */
export const known = {
  owner: { owns: true, role: 'user', scopes: null },
  other: { owns: false, role: 'user', scopes: null },
  admin: { owns: false, role: 'admin', scopes: null },
  guest: { owns: false, role: 'guest', scopes: null },
  'key to read': { owns: true, role: 'user', scopes: ['read'] },
  'key to generate': { owns: true, role: 'user', scopes: ['generate'] },
  'key to write': { owns: true, role: 'user', scopes: ['write'] },
  'key to administer': { owns: false, role: 'admin', scopes: ['admin'] },
} as const satisfies Record<string, Kind>

/** Who is nobody, or nobody any more. */
export const unknown = ['nobody', 'made-up key', 'expired key', 'revoked session', 'disabled person'] as const

export type Known = keyof typeof known
export type Who = Known | (typeof unknown)[number]

export interface People {
  /** What this one sends along. */
  headers(who: Who): Headers
  /** The user behind the owner's session and keys. */
  readonly ownerId: string
  /** Gives a person a session again, after theirs may have ended. */
  renew(who: Who): Promise<void>
}

async function post(easel: TestEasel, path: string, body: object, headers: Headers = {}): Promise<Response> {
  return await easel.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

const sessionOf = (answer: Response): Headers => ({
  cookie: present(answer.headers.getSetCookie()[0], `a cookie of ${answer.status}`).split(';')[0] ?? '',
})

/** @param easel in accounts mode, open to sign-ups and guests, not yet set up */
export async function invitePeople(easel: TestEasel): Promise<People> {
  const enter = async (path: string, email: string, name = 'Somebody') =>
    await post(easel, path, { name, email, password })
  const signIn = async (email: string) => sessionOf(await enter('/api/auth/sign-in', email))
  const emails = { owner: 'owner@example.com', other: 'other@example.com', admin: 'admin@example.com' } as const

  await enter('/api/auth/setup', emails.admin)
  const made = await enter('/api/auth/sign-up', emails.owner, 'Owner')
  const ownerId = Signed.parse(await made.clone().json()).data.me.id
  await enter('/api/auth/sign-up', emails.other)
  const guest = async () => sessionOf(await post(easel, '/api/auth/guest', {}))
  const sessions: Record<'owner' | 'other' | 'admin' | 'guest', Headers> = {
    owner: sessionOf(made),
    other: await signIn(emails.other),
    admin: await signIn(emails.admin),
    guest: await guest(),
  }

  async function key(of: 'owner' | 'admin', scopes: readonly Scope[]): Promise<{ id: string; headers: Headers }> {
    const answer = await post(easel, '/api/me/keys', { name: 'Test', scopes }, sessions[of])
    const { data } = Made.parse(await answer.json())
    return { id: data.id, headers: { authorization: `Bearer ${data.key}` } }
  }

  const expired = await key('owner', ['read', 'generate', 'write'])
  await easel.database.db
    .updateTable('api_keys')
    .set({ expires_at: new Date(Date.now() - 1000) })
    .where('id', '=', expired.id)
    .execute()
  const revoked = await signIn(emails.owner)
  await post(easel, '/api/auth/sign-out', {}, revoked)
  const disabled = sessionOf(await enter('/api/auth/sign-up', 'disabled@example.com'))
  await easel.database.db
    .updateTable('users')
    .set({ disabled_at: new Date() })
    .where('email', '=', 'disabled@example.com')
    .execute()

  const fixed: Record<Exclude<Who, keyof typeof sessions>, Headers> = {
    nobody: {},
    'made-up key': { authorization: `Bearer easel_${randomBytes(32).toString('base64url')}` },
    'expired key': expired.headers,
    'revoked session': revoked,
    'disabled person': disabled,
    'key to read': (await key('owner', ['read'])).headers,
    'key to generate': (await key('owner', ['generate'])).headers,
    'key to write': (await key('owner', ['write'])).headers,
    'key to administer': (await key('admin', ['admin'])).headers,
  }

  return {
    ownerId,
    headers: (who) => (who in sessions ? sessions[who as keyof typeof sessions] : fixed[who as keyof typeof fixed]), // oxlint-disable-line typescript/consistent-type-assertions -- the two records hold all of them
    async renew(who) {
      if (who === 'guest') sessions.guest = await guest()
      if (who === 'owner' || who === 'other' || who === 'admin') sessions[who] = await signIn(emails[who])
    },
  }
}
