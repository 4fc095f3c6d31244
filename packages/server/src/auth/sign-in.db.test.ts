import { createHook } from 'node:async_hooks'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { present } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import { openTestDatabase } from '#db/testing.ts'
import type { Accounts } from './accounts.ts'
import type { Caller } from './caller.ts'
import { openTestAccounts, testClient as client } from './testing.ts'

let opened: Awaited<ReturnType<typeof openTestDatabase>>
let accounts: Accounts
const password = 'a fox in the snow'
beforeAll(async () => {
  opened = await openTestDatabase()
  accounts = await openTestAccounts(opened.database)
  await accounts.setUp(client, { name: 'Ada', email: 'ada@example.com', password, near: true })
})
afterAll(async () => {
  await accounts.close()
  await opened.database.close()
})

const signIn = (email: string, given: string, previous: Caller | null = null) =>
  accounts.signIn(client, { email, password: given, remember: true }, previous)

/** A guest with a session. */
async function addGuest(): Promise<Caller> {
  const { db } = opened.database
  const [userId, credentialId] = [newId(), newId()]
  const later = new Date(Date.now() + 86_400_000)
  await db.insertInto('users').values({ id: userId, name: 'Guest', role: 'guest', expires_at: later }).execute()
  await db
    .insertInto('sessions')
    .values({ id: credentialId, user_id: userId, token: credentialId, expires_at: later })
    .execute()
  return { userId, role: 'guest', by: 'session', scopes: new Set(['read']), credentialId }
}

const sessionsOf = (userId: string) =>
  opened.database.db.selectFrom('sessions').select('id').where('user_id', '=', userId).execute()
const userOf = (userId: string) =>
  opened.database.db.selectFrom('users').selectAll().where('id', '=', userId).executeTakeFirst()

it('AC11: hashes a password once, whether or not there is such an account, so that the time tells nothing', async () => {
  let hashed = 0
  const hook = createHook({
    init(_id, type) {
      if (type === 'ARGON2REQUEST') hashed += 1
    },
  })
  const counts: number[] = []
  for (const email of ['ada@example.com', 'nobody@example.com']) {
    hashed = 0
    hook.enable()
    await expect(signIn(email, 'not the password')).rejects.toMatchObject({ code: 'unauthorized' })
    hook.disable()
    counts.push(hashed)
  }
  expect(counts).toEqual([1, 1])
})

it('AC26: a guest who signs up becomes the account, and the guest’s sessions end', async () => {
  const guest = await addGuest()
  const given = { name: 'Gus', email: 'gus@example.com', password }
  const { userId, token } = await accounts.signUp(client, given, guest)
  expect(userId).toBe(guest.userId)
  expect(await userOf(guest.userId)).toMatchObject({ role: 'user', email: 'gus@example.com', expires_at: null })
  expect(await sessionsOf(guest.userId)).not.toContainEqual({ id: guest.credentialId })
  expect(await accounts.auth.identify({ bearer: token, cookie: null })).toMatchObject({ userId, role: 'user' })
})

it('AC26: what a guest made goes to the account that signs in, and the guest is out', async () => {
  const guest = await addGuest()
  const { userId } = await signIn('ada@example.com', password, guest)
  expect(await userOf(guest.userId)).toMatchObject({ removal: { pictures: 'hand-over', to: userId } })
  expect(await sessionsOf(guest.userId)).toEqual([])
})

it('AC26: a sign-in that fails leaves the guest alone', async () => {
  const guest = await addGuest()
  await expect(signIn('ada@example.com', 'not the password', guest)).rejects.toMatchObject({ code: 'unauthorized' })
  expect(await userOf(guest.userId)).toMatchObject({ removal: null })
  expect(await sessionsOf(guest.userId)).toHaveLength(1)
})

it('AC8: whoever is disabled between the password and the session gets none', async () => {
  const { userId } = await accounts.signUp(client, { name: 'Hal', email: 'hal@example.com', password }, null)
  const id = present(userId, 'a user')
  await opened.database.db.updateTable('users').set({ disabled_at: new Date() }).where('id', '=', id).execute()
  const before = await sessionsOf(id)
  await expect(signIn('hal@example.com', password)).rejects.toMatchObject({ code: 'forbidden' })
  expect(await sessionsOf(id)).toEqual(before)
})
