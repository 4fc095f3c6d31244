import { afterAll, beforeAll, expect, it } from 'vitest'
import { openLog } from '#base/log.ts'
import { newId } from '#base/ids.ts'
import { present } from '#base/errors.ts'
import { openTestDatabase } from '#db/testing.ts'
import { createBetterAuth, type BetterAuth } from './better-auth.ts'
import { createBridge, type Bridge, type Client } from './bridge.ts'
import { hashPassword, verifyPassword } from './password-hash.ts'

type Opened = Awaited<ReturnType<typeof openTestDatabase>>
let opened: Opened
let auth: BetterAuth
let ask: Bridge
const password = 'a fox in the snow'
beforeAll(async () => {
  opened = await openTestDatabase()
  const key = Buffer.alloc(32, 7)
  auth = createBetterAuth({ db: opened.database.db, log: openLog('silent'), key, publicUrl: null })
  ask = createBridge(auth)
})
afterAll(() => opened.database.close())

const client: Client = {
  address: '192.0.2.1',
  origin: 'http://127.0.0.1:8080',
  userAgent: 'Test',
  cookie: null,
  bearer: null,
}

async function addPerson(email: string, more: object = {}): Promise<string> {
  const { db } = opened.database
  const id = newId()
  await db
    .insertInto('users')
    .values({ id, name: 'Ann', role: 'user', email, ...more })
    .execute()
  const hash = await hashPassword(password)
  await db
    .insertInto('credentials')
    .values({ id: newId(), user_id: id, provider_id: 'credential', account_id: id, password: hash })
    .execute()
  return id
}

const signIn = (email: string, given = password, of = client) =>
  ask(of, { method: 'POST', path: '/sign-in/email', body: { email, password: given } })

it('AC10: a password is kept as argon2id, and only the same one fits', async () => {
  const hash = await hashPassword('Stra\u00dfe \u2163 \u{1F98A}')
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  expect(await verifyPassword(hash, 'Stra\u00dfe IV \u{1F98A}')).toBe(true)
  expect(await verifyPassword(hash, 'Stra\u00dfe V \u{1F98A}')).toBe(false)
  expect(await verifyPassword('not a hash', password)).toBe(false)
  expect(await hashPassword(password)).not.toBe(await hashPassword(password))
})

it('AC4: signs in on our tables, with a new token every time and a cookie that scripts cannot read', async () => {
  const id = await addPerson('ann@example.com')
  const [first, second] = [await signIn('ann@example.com'), await signIn('Ann@Example.com')]
  expect(first.token).not.toBe(second.token)
  const cookie = present(first.cookies[0], 'cookie')
  expect(cookie).toMatch(/^easel\.session_token=[^;]+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/)
  const sessions = await opened.database.db.selectFrom('sessions').selectAll().where('user_id', '=', id).execute()
  expect(sessions).toHaveLength(2)
  expect(sessions[0]).toMatchObject({ ip_address: '192.0.2.1', user_agent: 'Test' })
  const mine = await ask(
    { ...client, cookie: cookie.slice(0, cookie.indexOf(';')) },
    { method: 'GET', path: '/get-session' },
  )
  expect(mine.body).toMatchObject({ user: { id, email: 'ann@example.com', role: 'user' } })
})

it('AC5: a bearer token counts with its signature alone', async () => {
  await addPerson('bea@example.com')
  const { token } = await signIn('bea@example.com')
  const get = (bearer: string) => ask({ ...client, bearer }, { method: 'GET', path: '/get-session' })
  expect((await get(present(token, 'token'))).body).toMatchObject({ user: { email: 'bea@example.com' } })
  expect((await get(present(token?.split('.')[0], 'token'))).body).toBeNull()
})

it('AC11: a wrong password, an unknown address and a closed account are refused', async () => {
  await addPerson('cid@example.com')
  await addPerson('dan@example.com', { disabled_at: new Date() })
  const wrong = { code: 'unauthorized', message: 'Invalid email or password.' }
  await expect(signIn('cid@example.com', 'another password')).rejects.toMatchObject(wrong)
  await expect(signIn('nobody@example.com')).rejects.toMatchObject(wrong)
  await expect(signIn('dan@example.com')).rejects.toMatchObject({ code: 'forbidden' })
})

it('AC6: better-auth makes no accounts by itself', async () => {
  const body = { email: 'eve@example.com', password, name: 'Eve' }
  await expect(ask(client, { method: 'POST', path: '/sign-up/email', body })).rejects.toMatchObject({
    code: 'bad-request',
  })
})

it('its cookies are for TLS alone where people come by https', async () => {
  await addPerson('fay@example.com')
  const key = Buffer.alloc(32, 7)
  const { db } = opened.database
  const secure = createBridge(
    createBetterAuth({ db, log: openLog('silent'), key, publicUrl: 'https://pictures.example.com' }),
  )
  const body = { email: 'fay@example.com', password }
  const told = await secure(
    { ...client, origin: 'https://pictures.example.com' },
    { method: 'POST', path: '/sign-in/email', body },
  )
  expect(told.cookies[0]).toMatch(/^__Secure-easel\.session_token=[^;]+;.*; HttpOnly; Secure; SameSite=Lax$/)
})
