import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { present } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import { inTransaction } from '#db/transaction.ts'
import { addUser, openTestDatabase } from '#db/testing.ts'
import type { Auth } from './auth.ts'
import type { Client } from './bridge.ts'
import { everyScope, type Caller } from './caller.ts'
import { becomeUser, createGuests, expireGuests, takeOver, withGuests, type Guests } from './guests.ts'
import { createAccountsAuth, type AccountsAuth } from './identify.ts'

type Opened = Awaited<ReturnType<typeof openTestDatabase>>
let opened: Opened
let auth: AccountsAuth
let guests: Guests
let nowMs: number
let settings: { allowed: boolean; days: number }

const day = 86_400_000
const secret = 'a secret of the tests'
const clock = { now: () => nowMs }
const client: Client = { address: '192.0.2.7', origin: 'http://x', userAgent: 'Test', cookie: null, bearer: null }

beforeAll(async () => {
  opened = await openTestDatabase()
  const { database } = opened
  auth = await createAccountsAuth({ database, secret, publicUrl: null, compatUser: null, findApiKey: async () => null })
})
afterAll(async () => {
  await auth.close()
  await opened.database.close()
})
beforeEach(async () => {
  await opened.database.db.deleteFrom('users').where('role', '=', 'guest').execute()
  nowMs = Date.now()
  settings = { allowed: true, days: 7 }
  guests = createGuests({ db: opened.database.db, secret, publicUrl: null, settings: () => settings, clock })
})

const user = async (id: string) =>
  await opened.database.db.selectFrom('users').where('id', '=', id).selectAll().executeTakeFirst()
const cookieOf = (header: string) => present(header.split(';')[0], 'cookie')
const identify = (cookie: string) => auth.identify({ cookie: cookieOf(cookie), bearer: null })
const inOne = inTransaction

describe('GU1: a visitor', () => {
  it('becomes a guest with a session of the usual kind', async () => {
    const { userId, expiresAt, cookie } = await guests.begin(client)
    expect(cookie).toMatch(/^easel\.session_token=[^;]+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/)
    expect(await identify(cookie)).toMatchObject({ userId, role: 'guest', by: 'session' })
    expect(expiresAt.getTime()).toBe(nowMs + 7 * day)
    expect(await user(userId)).toMatchObject({ role: 'guest', email: null, expires_at: expiresAt })
    const audit = opened.database.db.selectFrom('audit').where('actor_id', '=', userId)
    expect(await audit.select(['action', 'address']).execute()).toEqual([
      { action: 'guest-began', address: '192.0.2.7' },
    ])
  })

  it('is nobody where guests are not allowed', async () => {
    settings = { allowed: false, days: 7 }
    const before = await opened.database.db.selectFrom('users').select('id').execute()
    await expect(guests.begin(client)).rejects.toMatchObject({ code: 'forbidden' })
    expect(await opened.database.db.selectFrom('users').select('id').execute()).toEqual(before)
  })
})

describe('GU2: the end of a guest', () => {
  it('is put off by every use, written at most once an hour', async () => {
    const { userId, expiresAt } = await guests.begin(client)
    const caller: Caller = { userId, role: 'guest', by: 'session', scopes: everyScope, credentialId: null }
    const other: Caller = { ...caller, role: 'user' }
    let current: Caller = caller
    const inner: Auth = {
      mode: 'accounts',
      identify: async () => current,
      compatCaller: async () => null,
      onChange: () => () => {},
      close: async () => {},
    }
    const watched = withGuests(inner, guests)
    const use = () => watched.identify({ cookie: null, bearer: null })
    const ends = async () => (await user(userId))?.expires_at?.getTime()
    await use()
    expect(await ends()).toBe(expiresAt.getTime())
    nowMs += 3 * day
    await use()
    expect(await ends()).toBe(nowMs + 7 * day)
    const then = nowMs
    nowMs += 1_800_000
    await use()
    expect(await ends()).toBe(then + 7 * day)
    current = other
    nowMs += day
    await use()
    expect(await ends()).toBe(then + 7 * day)
  })

  it('comes some days after the last use, and nothing brings the guest back', async () => {
    const { database } = opened
    const over = await guests.begin(client)
    nowMs += 6 * day
    const young = await guests.begin(client)
    const person = await addUser(database)
    nowMs += 1.5 * day
    expect(await expireGuests(database.db, clock)).toBe(1)
    expect(await user(over.userId)).toMatchObject({ removal: { pictures: 'erase' }, disabled_at: expect.any(Date) })
    expect(await identify(over.cookie)).toBe('nobody')
    expect(await user(young.userId)).toMatchObject({ removal: null, disabled_at: null })
    expect(await user(person)).toMatchObject({ removal: null, disabled_at: null })
    expect(await expireGuests(database.db, clock)).toBe(0)
    await guests.used(over.userId)
    const account = { name: 'Late', email: `${newId()}@example.com` }
    expect(await inOne(database.db, (trx) => becomeUser(trx, over.userId, account))).toBe(false)
    expect(await inOne(database.db, (trx) => takeOver(trx, over.userId, person))).toBe(false)
    expect(await user(over.userId)).toMatchObject({ role: 'guest', removal: { pictures: 'erase' } })
  })
})

it('GU3: who signs up keeps the row and everything in it; sessions from before end', async () => {
  const { db } = opened.database
  const { userId, cookie } = await guests.begin(client)
  expect(await identify(cookie)).toMatchObject({ role: 'guest' })
  const account = { name: 'Ann', email: `${newId()}@example.com` }
  auth.distrust(userId)
  expect(await inOne(db, (trx) => becomeUser(trx, userId, account))).toBe(true)
  expect(await user(userId)).toMatchObject({ ...account, role: 'user', expires_at: null, removal: null })
  expect(await identify(cookie)).toBe('nobody')
  nowMs += 100 * day
  await expireGuests(db, clock)
  expect(await user(userId)).toMatchObject({ removal: null })
  expect(await inOne(db, (trx) => becomeUser(trx, userId, account))).toBe(false)
})

it('GU4: who signs in to an account is a guest no more, and where the library goes is written down', async () => {
  const { db } = opened.database
  const { userId, cookie } = await guests.begin(client)
  const person = await addUser(opened.database)
  auth.distrust(userId)
  expect(await inOne(db, (trx) => takeOver(trx, userId, person))).toBe(true)
  expect(await user(userId)).toMatchObject({
    removal: { pictures: 'hand-over', to: person },
    disabled_at: expect.any(Date),
  })
  expect(await identify(cookie)).toBe('nobody')
  expect(await inOne(db, (trx) => takeOver(trx, person, userId))).toBe(false)
  expect(await user(person)).toMatchObject({ removal: null, disabled_at: null })
})
