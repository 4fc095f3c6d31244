import type { Access, Role, Scope } from '@easel/contract'
import { fastify } from 'fastify'
import { expect, it } from 'vitest'
import type { Auth, Identified } from '#auth/auth.ts'
import type { Caller } from '#auth/caller.ts'
import { access, guardAccess } from './access.ts'
import { registerErrors } from './errors.ts'

const accesses = ['open', 'read', 'generate', 'write', 'account', 'admin'] as const satisfies readonly Access[]

function callerOf(role: Role, by: Caller['by'], scopes: readonly Scope[]): Caller {
  return { userId: role, role, by, scopes: new Set(scopes), credentialId: null }
}

const usual: readonly Scope[] = ['read', 'generate', 'write']
const compat = callerOf('user', 'compat', usual)
const people: Readonly<Record<string, Identified>> = {
  unknown: 'unknown',
  guest: callerOf('guest', 'session', usual),
  user: callerOf('user', 'session', usual),
  admin: callerOf('admin', 'session', [...usual, 'admin']),
  reader: callerOf('user', 'key', ['read']),
  generator: callerOf('user', 'key', ['generate']),
  writer: callerOf('user', 'key', ['write']),
  'admin’s writer': callerOf('admin', 'key', ['write']),
  'admin’s key': callerOf('admin', 'key', ['admin']),
}

/** An identity by its name; who shows nothing is nobody. */
const auth: Auth = {
  mode: 'accounts',
  identify: async ({ bearer, cookie }) => people[decodeURIComponent(bearer ?? cookie ?? '')] ?? 'nobody',
  compatCaller: async () => compat,
  onChange: () => () => {},
  close: async () => {},
}

function openApp() {
  const app = fastify()
  registerErrors(app)
  guardAccess(app, { auth, isOwnOrigin: ({ headers }) => headers.origin === undefined })
  for (const who of accesses) {
    app.get(`/${who}`, access(who), async ({ caller }) => ({ caller: caller?.userId ?? null }))
    app.get(`/no-guests/${who}`, access(who, { guests: 'refused' }), async () => ({}))
    app.get(`/compat/${who}`, access(who, { compat: true }), async ({ caller }) => ({ by: caller?.by ?? null }))
  }
  return app
}

const ask = async (app: ReturnType<typeof openApp>, url: string, name: string | null) => {
  const headers = name === null ? {} : { authorization: `Bearer ${encodeURIComponent(name)}` }
  return await app.inject({ url, headers })
}

it.each<[string | null, readonly number[]]>([
  [null, [200, 401, 401, 401, 401, 401]],
  ['unknown', [200, 401, 401, 401, 401, 401]],
  ['guest', [200, 200, 200, 200, 403, 403]],
  ['user', [200, 200, 200, 200, 200, 403]],
  ['admin', [200, 200, 200, 200, 200, 200]],
  ['reader', [200, 200, 403, 403, 403, 403]],
  ['generator', [200, 403, 200, 403, 403, 403]],
  ['writer', [200, 403, 403, 200, 403, 403]],
  ['admin’s writer', [200, 403, 403, 200, 403, 403]],
  ['admin’s key', [200, 403, 403, 403, 403, 200]],
])('AC1: %s may do what the table says', async (name, expected) => {
  const app = openApp()
  const statuses = []
  for (const who of accesses) statuses.push((await ask(app, `/${who}`, name)).statusCode)
  expect(statuses).toEqual(expected)
})

it('AC1: guests are kept out where the route says so', async () => {
  const app = openApp()
  expect((await ask(app, '/no-guests/write', 'guest')).statusCode).toBe(403)
  expect((await ask(app, '/no-guests/write', 'user')).statusCode).toBe(200)
})

it('AC1: a route that does not say who may call it keeps the server from starting', async () => {
  const app = openApp()
  app.get('/forgotten', async () => ({}))
  await expect(app.ready()).rejects.toThrow('/forgotten does not say who may call it')
})

it('AC2: a bearer token decides alone, and a cookie counts from our own pages only', async () => {
  const app = openApp()
  const cookie = 'user'
  const get = async (headers: Record<string, string>) => (await app.inject({ url: '/read', headers })).statusCode
  expect(await get({ cookie })).toBe(200)
  expect(await get({ cookie, origin: 'https://evil.example' })).toBe(401)
  expect(await get({ cookie, authorization: 'Bearer unknown' })).toBe(401)
  expect((await app.inject({ url: '/open', headers: { cookie } })).json()).toEqual({ caller: 'user' })
})

it('AC30: old clients act as the one account where the route lets them, and not where the account is changed', async () => {
  const app = openApp()
  for (const name of [null, 'unknown']) {
    expect((await ask(app, '/compat/read', name)).json()).toEqual({ by: 'compat' })
    expect((await ask(app, '/compat/account', name)).statusCode).toBe(401)
    expect((await ask(app, '/compat/admin', name)).statusCode).toBe(403)
  }
  expect((await ask(app, '/compat/read', 'user')).json()).toEqual({ by: 'session' })
})
