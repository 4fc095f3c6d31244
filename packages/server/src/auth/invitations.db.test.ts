import { afterAll, beforeAll, expect, it } from 'vitest'
import { addUser, openTestDatabase } from '#db/testing.ts'
import type { Accounts } from './accounts.ts'
import { createInvitations, type Invitations } from './invitations.ts'
import { openTestAccounts, testClient as client } from './testing.ts'

let opened: Awaited<ReturnType<typeof openTestDatabase>>
let accounts: Accounts
let invitations: Invitations
let admin: { readonly userId: string; readonly address: string }
const password = 'a fox in the snow'
beforeAll(async () => {
  opened = await openTestDatabase()
  const { database } = opened
  admin = { userId: await addUser(database), address: '192.0.2.9' }
  invitations = createInvitations(database.db)
  accounts = await openTestAccounts(database, { signUpPolicy: () => 'invite' })
  await accounts.setUp(client, { name: 'Ada', email: 'ada@example.com', password, near: true })
})
afterAll(async () => {
  await accounts.close()
  await opened.database.close()
})

const signUp = (email: string, invitation: string) =>
  accounts.signUp(client, { name: 'Somebody', email, password, invitation }, null)
const roleOf = async (email: string) =>
  (await opened.database.db.selectFrom('users').select('role').where('email', '=', email).executeTakeFirst())?.role
const refused = { code: 'forbidden' }

it('AC24: an invitation makes one account, with the role that it says, of several who try at once', async () => {
  const { token, id } = await invitations.create(admin, { role: 'admin', days: 7 })
  const tried = await Promise.allSettled(['a', 'b', 'c'].map((name) => signUp(`${name}@example.com`, token)))
  expect(tried.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected'])
  const roles = await Promise.all(['a', 'b', 'c'].map((name) => roleOf(`${name}@example.com`)))
  expect(roles.filter((role) => role !== undefined)).toEqual(['admin'])
  await expect(signUp('d@example.com', token)).rejects.toMatchObject(refused)
  expect(await invitations.list()).toEqual([expect.objectContaining({ id, usedAt: expect.any(String) })])
})

it('AC24: only its own address can use it where it names one', async () => {
  const { token } = await invitations.create(admin, { email: 'Gus@example.com', role: 'user', days: 7 })
  await expect(signUp('hal@example.com', token)).rejects.toMatchObject(refused)
  await signUp('gus@example.com', token)
  expect(await roleOf('gus@example.com')).toBe('user')
})

it('AC24: ends with its time, or when it is taken back', async () => {
  const { db } = opened.database
  const late = await invitations.create(admin, { role: 'user', days: 1 })
  expect(new Date(late.expiresAt).getTime() - new Date(late.createdAt).getTime()).toBeCloseTo(86_400_000, -4)
  await db.updateTable('invitations').set({ expires_at: new Date() }).where('id', '=', late.id).execute()
  await expect(signUp('ian@example.com', late.token)).rejects.toMatchObject(refused)
  const taken = await invitations.create(admin, { role: 'user', days: 1 })
  await invitations.revoke(admin, taken.id)
  await expect(invitations.revoke(admin, taken.id)).rejects.toMatchObject({ code: 'not-found' })
  await expect(signUp('ian@example.com', taken.token)).rejects.toMatchObject(refused)
  expect(await roleOf('ian@example.com')).toBeUndefined()
})

it('AC24: its token is nowhere in the database', async () => {
  const { token } = await invitations.create(admin, { role: 'user', days: 7 })
  const { db } = opened.database
  const rows = [
    await db.selectFrom('invitations').selectAll().execute(),
    await db.selectFrom('audit').selectAll().execute(),
  ]
  expect(JSON.stringify(rows)).not.toContain(token)
})

it('AC24: an invitation that came to nothing is still good', async () => {
  const { token } = await invitations.create(admin, { role: 'user', days: 7 })
  await expect(signUp('ada@example.com', token)).rejects.toMatchObject({ code: 'conflict' })
  await signUp('jo@example.com', token)
  expect(await roleOf('jo@example.com')).toBe('user')
})
