// A forgotten password: by mail where there is a mail server, else by the administrator.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resetPassword } from '#auth/password-reset.ts'
import { present } from '#base/errors.ts'
import { startMailServer, type TestMailServer } from './testing/mail-server.ts'
import { cookiesOf } from './testing/people.ts'
import { openServer, until, type TestServer } from './testing/server.ts'

const password = 'a fox in the snow'
const newPassword = 'a bear in the woods'
const publicUrl = 'https://pictures.example.com'
let mailServer: TestMailServer
let mails: readonly string[]
let server: TestServer
beforeAll(async () => {
  mailServer = await startMailServer()
  mails = mailServer.mails
  const mail = { url: mailServer.url, from: 'easel@example.com' }
  server = await openServer({ works: false, publicUrl, accounts: { mail } })
  const code = present(server.accounts, 'accounts').setUpCode
  await post('/api/auth/setup', { name: 'Ada', email: 'ada@example.com', password, code })
})
afterAll(async () => {
  await server.close()
  await mailServer.stop()
})

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  server.ask({ method: 'POST', path, body, headers })
const signIn = (email: string, given: string) => post('/api/auth/sign-in', { email, password: given })
const reset = (token: string, given = newPassword) => post('/api/auth/reset-password', { token, password: given })
const forgot = (email: string, headers = {}) => post('/api/auth/forgot-password', { email }, headers)

async function add(email: string) {
  const answer = await post('/api/auth/sign-up', { name: 'Somebody', email, password })
  return { cookie: cookiesOf(answer) }
}

async function tokenFor(email: string): Promise<string> {
  return present(await resetPassword(server.pipeline.db, email), 'a token')
}

const tokenIn = (mail: string) => present(/#token=([\w-]+)/.exec(mail)?.[1], 'a token')

describe('a link by mail', () => {
  it('AC15: leads to the address of the settings, whichever the request names, and the answer tells nothing', async () => {
    await add('mia@example.com')
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' }
    const known = await forgot('Mia@example.com', headers)
    const unknown = await forgot('nobody@example.com', headers)
    expect(known.text).toBe(unknown.text)
    expect(known.json()).toMatchObject({ data: { mail: true } })
    await until(() => mails.length > 0)
    expect(mails).toHaveLength(1)
    expect(mails[0]).toContain('To: mia@example.com')
    expect(mails[0]).toContain(`${publicUrl}/reset-password#token=`)
    expect(mails[0]).not.toContain('evil')
    expect((await reset(tokenIn(mails[0] ?? ''))).status).toBe(204)
    expect((await signIn('mia@example.com', newPassword)).status).toBe(200)
  })

  it('AC15: is not sent to whoever is disabled', async () => {
    await add('off@example.com')
    const { db } = server.pipeline
    await db.updateTable('users').set({ disabled_at: new Date() }).where('email', '=', 'off@example.com').execute()
    const before = mails.length
    expect((await forgot('off@example.com')).status).toBe(200)
    await forgot('ada@example.com')
    await until(() => mails.length > before)
    expect(mails.slice(before).join()).not.toContain('off@example.com')
  })
})

describe('the token of such a link', () => {
  it('AC16: counts once, sets the password and ends every session', async () => {
    const cookie = await add('once@example.com')
    const token = await tokenFor('ONCE@example.com')
    expect((await signIn('once@example.com', password)).status).toBe(200)
    const answers = await Promise.all([reset(token), reset(token, 'another bear in the woods')])
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 403])
    expect((await server.ask({ path: '/api/me', headers: cookie })).status).toBe(401)
    expect((await signIn('once@example.com', password)).status).toBe(401)
    expect((await reset(token)).status).toBe(403)
  })

  it('AC16: is worth nothing after an hour, after a newer one, or after the password was changed', async () => {
    const { db } = server.pipeline
    const cookie = await add('late@example.com')
    const older = await tokenFor('late@example.com')
    const late = await tokenFor('late@example.com')
    expect((await reset(older)).status).toBe(403)
    const { expires_at: end } = await db
      .selectFrom('verifications')
      .select('expires_at')
      .where('identifier', 'like', 'reset-password:%')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    expect(Math.abs(end.getTime() - Date.now() - 3_600_000)).toBeLessThan(60_000)
    await db.updateTable('verifications').set({ expires_at: new Date() }).execute()
    expect((await reset(late)).status).toBe(403)
    const unused = await tokenFor('late@example.com')
    const change = { current: password, password: newPassword }
    expect((await post('/api/me/password', change, cookie)).status).toBe(204)
    expect((await reset(unused)).status).toBe(403)
  })

  it('AC16: is not used up by a password that cannot be one, and is nowhere in the database', async () => {
    await add('rule@example.com')
    const token = await tokenFor('rule@example.com')
    expect(JSON.stringify(await server.pipeline.db.selectFrom('verifications').selectAll().execute())).not.toContain(
      token,
    )
    expect((await reset(token, 'password123')).json()).toMatchObject({ fields: [{ field: 'body.password' }] })
    expect((await reset(token)).status).toBe(204)
  })

  it('AC16: gives a password to whoever has none', async () => {
    await add('none@example.com')
    const { db } = server.pipeline
    const { id } = await db
      .selectFrom('users')
      .select('id')
      .where('email', '=', 'none@example.com')
      .executeTakeFirstOrThrow()
    await db.deleteFrom('credentials').where('user_id', '=', id).execute()
    expect((await signIn('none@example.com', password)).status).toBe(401)
    expect((await reset(await tokenFor('none@example.com'))).status).toBe(204)
    expect((await signIn('none@example.com', newPassword)).status).toBe(200)
  })

  it('is made for nobody who is not there', async () => {
    expect(await resetPassword(server.pipeline.db, 'nobody@example.com')).toBeNull()
  })
})

it('no password and no token was logged', () => {
  const lines = server.pipeline.lines.join('\n')
  for (const secret of [password, newPassword, ...mails.map(tokenIn)]) expect(lines).not.toContain(secret)
})
