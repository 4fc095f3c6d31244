// Who is who, in one process and in two on one database.
import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { present } from '#base/errors.ts'
import { openTestDatabase } from '#db/testing.ts'
import type { Accounts } from './accounts.ts'
import { authSecret } from './better-auth.ts'
import type { Identified } from './auth.ts'
import { openTestAccounts, testClient as client } from './testing.ts'

type Opened = Awaited<ReturnType<typeof openTestDatabase>>
const key = Buffer.alloc(32, 7)
let opened: Opened
let another: Opened['database']
let here: Accounts
let there: Accounts

const open = (database: Opened['database']) => openTestAccounts(database, { compatUser: 'old@example.com' })

beforeAll(async () => {
  opened = await openTestDatabase()
  another = await opened.openAnother()
  here = await open(opened.database)
  there = await open(another)
  await here.setUp(client, { name: 'Ada', email: 'ada@example.com', password, near: true })
})
afterAll(async () => {
  await here.close()
  await there.close()
  if (another !== opened.database) await another.close()
  await opened.database.close()
})

const password = 'a fox in the snow'
let made = 0

async function addPerson(email = `person-${(made += 1)}@example.com`) {
  const { userId, token } = await here.signUp(client, { name: 'Somebody', email, password }, null)
  return { email, userId: present(userId, 'a user'), bearer: present(token, 'a token') }
}

const idOf = (found: Identified) => (typeof found === 'object' ? found.userId : found)
const seen = async (accounts: Accounts, bearer: string) => idOf(await accounts.auth.identify({ bearer, cookie: null }))

describe('a session', () => {
  it('AC5: is known by its bearer token in every process, and without a token one is nobody', async () => {
    const { userId, bearer } = await addPerson()
    expect([await seen(here, bearer), await seen(there, bearer)]).toEqual([userId, userId])
    expect([await seen(here, decodeURIComponent(bearer))]).toEqual([userId])
    expect(await here.auth.identify({ bearer: null, cookie: null })).toBe('nobody')
    expect(await here.auth.identify({ bearer: null, cookie: 'other=1; easel.session_token=' })).toBe('nobody')
  })

  it('AC3: ends at once here, and there as soon as the database has told', async () => {
    const { bearer, userId, email } = await addPerson()
    const second = present(
      (await here.signIn(client, { email, password, remember: true }, null)).token,
      'a second token',
    )
    for (const token of [bearer, second]) {
      expect([await seen(here, token), await seen(there, token)]).toEqual([userId, userId])
    }
    const caller = await here.auth.identify({ bearer, cookie: null })
    if (typeof caller !== 'object') throw new TypeError('nobody')
    await here.endSession(caller, present(caller.credentialId, 'session'), '192.0.2.1')
    expect(await seen(here, bearer)).toBe('unknown')
    // Far sooner than the five seconds that it would be remembered.
    await expect.poll(() => seen(there, bearer), { timeout: 2000 }).toBe('unknown')
    expect(await seen(there, second)).toBe(userId)
    await here.endSessions(caller, '192.0.2.1')
    expect(await seen(here, second)).toBe('unknown')
    await expect.poll(() => seen(there, second), { timeout: 2000 }).toBe('unknown')
  })

  it.each([
    ['the role changes', { role: 'admin' } as const, 'admin'],
    ['the account is disabled', { disabled_at: new Date() }, 'unknown'],
    ['the time of a guest is over', { expires_at: new Date(0) }, 'unknown'],
  ])('AC8: every process hears it when %s, whoever changes it', async (_, change, expected) => {
    const { userId, bearer } = await addPerson()
    await seen(there, bearer)
    await opened.database.db.updateTable('users').set(change).where('id', '=', userId).execute()
    const role = async (accounts: Accounts) => {
      const found = await accounts.auth.identify({ bearer, cookie: null })
      return typeof found === 'object' ? found.role : found
    }
    await expect.poll(() => role(there), { timeout: 2000 }).toBe(expected)
    await expect.poll(() => role(here), { timeout: 2000 }).toBe(expected)
  })

  it('AC8: is over when its time is, without being removed', async () => {
    const { userId, bearer } = await addPerson()
    const gone = { expires_at: new Date(Date.now() - 1) }
    await opened.database.db.updateTable('sessions').set(gone).where('user_id', '=', userId).execute()
    expect(await seen(here, bearer)).toBe('unknown')
  })

  it('AC5: of another server, or taken out of the database, is worth nothing', async () => {
    const { userId, bearer } = await addPerson()
    const { token } = await opened.database.db
      .selectFrom('sessions')
      .select('token')
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow()
    expect(decodeURIComponent(bearer).startsWith(`${token}.`)).toBe(true)
    for (const wrong of [token, `${token}.${createHash('sha256').update(token).digest('base64')}`, authSecret(key)]) {
      expect(await seen(here, wrong)).toBe('unknown')
    }
  })
})

describe('whoever is nobody', () => {
  it('AC9: leaves nothing in memory, however many tokens are made up', async () => {
    const before = here.auth.remembered()
    for (let at = 0; at < 1000; at += 1) {
      const made = randomBytes(32).toString('base64url')
      expect(await seen(here, `${made}.${made}=`)).toBe('unknown')
      if (at % 10 === 0) expect(await seen(here, `easel_${made}`)).toBe('unknown')
    }
    for (let at = 0; at < 100_000; at += 1) {
      await here.auth.identify({ bearer: null, cookie: `easel.session_token=made-up-${at}.x` })
    }
    expect(here.auth.remembered()).toBe(before)
  })
})

describe('the account of old clients', () => {
  it('AC30: is that of the setting, never as an administrator, and nobody when it is not there or closed', async () => {
    const { db } = opened.database
    expect(await here.auth.compatCaller()).toBeNull()
    const { userId } = await addPerson('old@example.com')
    await db.updateTable('users').set({ role: 'admin' }).where('id', '=', userId).execute()
    const caller = present(await here.auth.compatCaller(), 'a caller')
    expect(caller).toMatchObject({ userId, by: 'compat', credentialId: null })
    expect([...caller.scopes].toSorted()).toEqual(['generate', 'read', 'write'])
    await db.updateTable('users').set({ disabled_at: new Date() }).where('id', '=', userId).execute()
    await expect.poll(() => here.auth.compatCaller(), { timeout: 2000 }).toBeNull()
  })
})

describe('the audit log', () => {
  it('AC31: holds what was done, by whom and from where, and nothing that is secret', async () => {
    const { email, userId } = await addPerson()
    await here.signIn(client, { email, password, remember: true }, null)
    await expect(
      here.signIn(client, { email, password: 'hunter2 hunter2', remember: true }, null),
    ).rejects.toMatchObject({ code: 'unauthorized' })
    const rows = await opened.database.db
      .selectFrom('audit')
      .selectAll()
      .where((where) => where.or([where('actor_id', '=', userId), where('subject_id', '=', userId)]))
      .orderBy('id')
      .execute()
    expect(rows.map(({ action }) => action)).toEqual(['sign-up', 'sign-in', 'sign-in', 'sign-in-failed'])
    expect(rows.at(-1)).toMatchObject({ actor_id: null, subject_id: userId, address: '192.0.2.1' })
    const all = JSON.stringify(await opened.database.db.selectFrom('audit').selectAll().execute())
    for (const secret of [password, 'hunter2', email]) expect(all).not.toContain(secret)
  })
})
