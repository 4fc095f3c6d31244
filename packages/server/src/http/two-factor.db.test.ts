// Two-factor over HTTP. Rules in docs/spec/accounts.md (AF10 …).
import { TOTP, URI } from 'otpauth'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { routes } from '@easel/contract'
import { DefectError } from '#base/errors.ts'
import { openBrowser, type Browser } from './testing/browser.ts'
import { guest, heirOf } from './testing/guest.ts'
import { openServer, type TestServer } from './testing/server.ts'

let server: TestServer
const password = 'a fox in the snow'
beforeAll(async () => {
  server = await openServer({ works: false, accounts: { guests: () => ({ allowed: true, days: 7 }) } })
  await openBrowser(server).post('/api/auth/setup', { name: 'Ada', email: 'ada@example.com', password })
})
afterAll(() => server.close())

let people = 0
async function person(): Promise<{ browser: Browser; email: string; id: string }> {
  const browser = openBrowser(server)
  const email = `person${++people}@example.com`
  const answer = await browser.post('/api/auth/sign-up', { name: 'Ann', email, password })
  const { me } = routes.signUp.response.parse(answer.json()).data
  return { browser, email, id: me?.id ?? '' }
}

/** Codes are good for once: the n-th neighbour of now, of which three are accepted. */
function codeOf(uri: string, step: -1 | 0 | 1): string {
  const totp = URI.parse(uri)
  if (!(totp instanceof TOTP)) throw new DefectError('no TOTP')
  return totp.generate({ timestamp: Date.now() + step * 30_000 })
}

/** The code of the last half minute is accepted only until the next begins. */
async function untilEarly(): Promise<void> {
  const leftMs = 30_000 - (Date.now() % 30_000)
  if (leftMs < 3000) await new Promise((resolve) => setTimeout(resolve, leftMs))
}

async function enable(browser: Browser) {
  const begun = await browser.post('/api/me/two-factor/enable', { password })
  const { data } = routes.enableTwoFactor.response.parse(begun.json())
  await untilEarly()
  expect((await browser.post('/api/me/two-factor/verify', { code: codeOf(data.uri, -1) })).status).toBe(204)
  return data
}

async function withTwoFactor() {
  const someone = await person()
  return { ...someone, ...(await enable(someone.browser)) }
}

const isIn = async (browser: Browser) => (await browser.ask('/api/me')).status === 200

async function half(email: string): Promise<Browser> {
  const browser = openBrowser(server)
  const answer = await browser.post('/api/auth/sign-in', { email, password })
  expect(answer.json()).toEqual({ data: { me: null, secondFactor: true } })
  return browser
}

const finish = (browser: Browser, body: object) => browser.post('/api/auth/two-factor/verify', body)

const audit = async (id: string) =>
  (
    await server.pipeline.db
      .selectFrom('audit')
      .select(['action', 'detail'])
      .where('actor_id', '=', id)
      .orderBy('id')
      .execute()
  ).map(({ action }) => action)

describe('setting it up', () => {
  it('AF10: takes the password again and counts once a code was verified', async () => {
    const { browser, email, id } = await person()
    const wrong = await browser.post('/api/me/two-factor/enable', { password: 'not the password' })
    expect(wrong.json()).toMatchObject({ code: 'validation-failed', fields: [{ field: 'body.password' }] })
    const begun = await browser.post('/api/me/two-factor/enable', { password })
    expect(begun.headers['cache-control']).toBe('no-store')
    const { uri, recoveryCodes } = routes.enableTwoFactor.response.parse(begun.json()).data
    expect(uri).toMatch(/^otpauth:\/\/totp\/Easel:/)
    expect(new Set(recoveryCodes).size).toBe(10)
    expect((await openBrowser(server).post('/api/auth/sign-in', { email, password })).json()).toMatchObject({
      data: { secondFactor: false },
    })
    const bad = await browser.post('/api/me/two-factor/verify', { code: '000000' })
    expect(bad.json()).toMatchObject({ code: 'validation-failed', fields: [{ field: 'body.code' }] })
    const good = codeOf(uri, 0)
    const typed = `${good.slice(0, 3)} ${good.slice(3)}`
    expect((await browser.post('/api/me/two-factor/verify', { code: typed })).status).toBe(204)
    expect(await isIn(browser)).toBe(true)
    expect((await browser.ask('/api/me/factors')).json()).toEqual({
      data: { hasPassword: true, twoFactor: true, recoveryCodesLeft: 10, singleSignOn: false },
    })
    expect(await audit(id)).toEqual(
      expect.arrayContaining(['second-factor-failed', 'second-factor-failed', 'two-factor-enabled']),
    )
  })

  it('AF10: neither the secret nor a recovery code stands in the database in clear', async () => {
    const { id, uri, recoveryCodes } = await withTwoFactor()
    const row = await server.pipeline.db
      .selectFrom('two_factors')
      .selectAll()
      .where('user_id', '=', id)
      .executeTakeFirstOrThrow()
    const totp = URI.parse(uri)
    const stored = JSON.stringify(row)
    expect(stored).not.toContain(totp.secret.base32)
    expect(stored).not.toContain(totp.secret.utf8)
    for (const code of recoveryCodes) expect(stored).not.toContain(code)
  })

  it('AF10: a client that signs in by token is told the new one', async () => {
    // In the process that changes it the old one is worth nothing at once, whatever the database tells.
    const deaf = await openServer({ works: false, accounts: {}, deaf: true })
    const email = 'ada@example.com'
    await openBrowser(deaf).post('/api/auth/setup', { name: 'Ada', email, password })
    const post = (path: string, body: object, token: string) =>
      deaf.ask({ method: 'POST', path, body, headers: { authorization: `Bearer ${token}` } })
    const login = await deaf.ask({ method: 'POST', path: '/api/auth/login', body: { email, password } })
    const { token } = z.object({ token: z.string() }).parse(login.json())
    const begun = await post('/api/me/two-factor/enable', { password }, token)
    const { uri } = routes.enableTwoFactor.response.parse(begun.json()).data
    const done = await post('/api/me/two-factor/verify', { code: codeOf(uri, 0) }, token)
    expect(done.status).toBe(204)
    const me = (shown: string) => deaf.ask({ path: '/api/me', headers: { authorization: `Bearer ${shown}` } })
    expect((await me(String(done.headers['set-auth-token']))).status).toBe(200)
    expect((await me(token)).status).toBe(401)
    await deaf.close()
  })

  it('AF10: is not begun anew while it is on, and verified only after it was begun', async () => {
    const { browser } = await withTwoFactor()
    expect((await browser.post('/api/me/two-factor/enable', { password })).status).toBe(409)
    const other = await person()
    expect((await other.browser.post('/api/me/two-factor/verify', { code: '123456' })).status).toBe(409)
  })
})

describe('signing in', () => {
  it('AF11: stops half-way: nothing is open until a code is given', async () => {
    const { email, uri, id } = await withTwoFactor()
    const browser = await half(email)
    expect(await isIn(browser)).toBe(false)
    const sessions = server.pipeline.db.selectFrom('sessions').select('id').where('user_id', '=', id)
    const before = (await sessions.execute()).length
    const wrong = await finish(browser, { code: '000000' })
    expect(wrong.json()).toMatchObject({ code: 'validation-failed', fields: [{ field: 'body.code' }] })
    expect((await sessions.execute()).length).toBe(before)
    const right = await finish(browser, { code: codeOf(uri, 0) })
    expect(right.json()).toMatchObject({ data: { me: { id, twoFactor: true }, secondFactor: false } })
    expect(await isIn(browser)).toBe(true)
  })

  it('AF11: the second half is nothing without the first', async () => {
    const { email, uri } = await withTwoFactor()
    const code = codeOf(uri, 0)
    expect((await finish(openBrowser(server), { code })).json()).toMatchObject({ code: 'unauthorized' })
    const forged = openBrowser(server)
    forged.setCookie('easel.two_factor', '2fa-aaaaaaaaaaaaaaaaaaaa.AAAA')
    expect((await finish(forged, { code })).json()).toMatchObject({ code: 'unauthorized' })
    const late = await half(email)
    await server.pipeline.db
      .updateTable('verifications')
      .set({ expires_at: new Date(Date.now() - 1) })
      .where('identifier', 'like', '2fa-%')
      .execute()
    expect((await finish(late, { code })).json()).toMatchObject({ code: 'unauthorized' })
    expect((await finish(late, { code, recoveryCode: 'aaaaa-bbbbb' })).json()).toMatchObject({
      code: 'validation-failed',
    })
    expect((await finish(late, {})).json()).toMatchObject({ code: 'validation-failed' })
  })

  it('AF11: a session of somebody else in the same browser is not what is finished', async () => {
    const { email, uri, id } = await withTwoFactor()
    const { browser: theirs } = await person()
    const browser = await half(email)
    browser.setCookie('easel.session_token', theirs.cookie('easel.session_token') ?? '')
    const wrong = await finish(browser, { code: '000000' })
    expect(wrong.status).toBe(400)
    const right = await finish(browser, { code: codeOf(uri, 0) })
    expect(right.json()).toMatchObject({ data: { me: { id } } })
  })

  it('AF11: the sign-in of old clients, which cannot ask for a code, gives no token', async () => {
    const { email } = await withTwoFactor()
    const answer = await server.ask({ method: 'POST', path: '/api/auth/login', body: { email, password } })
    expect(answer.status).toBe(401)
    expect(answer.text).not.toContain('token')
  })

  it('AF16: a guest stays one half-way; then everything of theirs goes to the account', async () => {
    const { email, uri, id } = await withTwoFactor()
    const { browser, guestId } = await guest(server)
    await browser.post('/api/auth/sign-in', { email, password })
    expect((await browser.ask('/api/me')).json()).toMatchObject({ data: { id: guestId, role: 'guest' } })
    expect((await finish(browser, { code: codeOf(uri, 0) })).json()).toMatchObject({ data: { me: { id } } })
    expect((await browser.ask('/api/me')).json()).toMatchObject({ data: { id } })
    expect(await heirOf(server, guestId)).toBe(id)
  })

  it('AF12: a code works once, also for two who show it at the same time', async () => {
    const { email, uri } = await withTwoFactor()
    const browsers = [await half(email), await half(email), await half(email)]
    const code = codeOf(uri, 0)
    const answers = await Promise.all(browsers.map((browser) => finish(browser, { code })))
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400, 400])
    expect((await finish(await half(email), { code })).status).toBe(400)
    // The one that verified the set-up is used too.
    expect((await finish(await half(email), { code: codeOf(uri, -1) })).status).toBe(400)
  })

  it('AF13: a recovery code stands in for a code, once', async () => {
    const { email, recoveryCodes, id } = await withTwoFactor()
    const [first = '', second = ''] = recoveryCodes
    const [a, b] = [await half(email), await half(email)]
    const answers = await Promise.all([a, b].map((browser) => finish(browser, { recoveryCode: first })))
    expect(answers.map(({ status }) => status).toSorted((x, y) => x - y)).toEqual([200, expect.toBeOneOf([400, 409])])
    const again = await finish(await half(email), { recoveryCode: first })
    expect(again.json()).toMatchObject({ code: 'validation-failed', fields: [{ field: 'body.recoveryCode' }] })
    const browser = await half(email)
    expect((await finish(browser, { recoveryCode: ` ${second} ` })).status).toBe(200)
    expect((await browser.ask('/api/me/factors')).json()).toMatchObject({ data: { recoveryCodesLeft: 8 } })
    expect(await audit(id)).toContain('sign-in')
  })

  it('AF13: while one is tried no other is, nor are new ones made, and both are told to try again', async () => {
    const { browser, email, recoveryCodes, id } = await withTwoFactor()
    const { db } = server.pipeline
    const key = `alone:recovery-code:${id}`
    await db
      .insertInto('rate_limits')
      .values({ key, points: 1, expire: Date.now() + 30_000 })
      .execute()
    const renew = () => browser.post('/api/me/two-factor/recovery-codes', { password })
    const waiting = await half(email)
    expect((await finish(waiting, { recoveryCode: recoveryCodes[0] })).json()).toMatchObject({ code: 'conflict' })
    expect((await renew()).json()).toMatchObject({ code: 'conflict' })
    await db.deleteFrom('rate_limits').where('key', '=', key).execute()
    expect((await finish(waiting, { recoveryCode: recoveryCodes[0] })).status).toBe(200)
    expect((await renew()).status).toBe(200)
  })

  it('AF14: after ten wrong codes nothing is tried for a while, from any browser, whoever is right', async () => {
    const { email, uri, recoveryCodes } = await withTwoFactor()
    const browsers = [await half(email), await half(email)]
    const tries = Array.from({ length: 10 }, (_, at) => ({ code: String(100_000 + at) }))
    const answers = await Promise.all(tries.map((body, at) => finish(browsers[at % 2] ?? openBrowser(server), body)))
    expect(answers.filter(({ status }) => status === 200)).toEqual([])
    const late = await finish(await half(email), { code: codeOf(uri, 0) })
    expect(late.json()).toMatchObject({ status: 429, code: 'too-many-requests' })
    expect(Number(late.headers['retry-after'])).toBeGreaterThan(0)
    expect((await finish(await half(email), { recoveryCode: recoveryCodes[0] })).status).toBe(429)
  })

  it('AF14: nobody can use up the tries of somebody whose password they do not know', async () => {
    const { email, uri } = await withTwoFactor()
    const stranger = openBrowser(server)
    for (let at = 0; at < 12; at++) expect((await finish(stranger, { code: String(200_000 + at) })).status).toBe(401)
    expect((await finish(await half(email), { code: codeOf(uri, 0) })).status).toBe(200)
  })
})

describe('changing it', () => {
  it('AF15: turning it off takes the password; then the password alone is enough', async () => {
    const { browser, email, id } = await withTwoFactor()
    expect((await browser.post('/api/me/two-factor/disable', { password: 'not the password' })).status).toBe(400)
    expect((await browser.post('/api/me/two-factor/disable', { password })).status).toBe(204)
    expect(await isIn(browser)).toBe(true)
    const fresh = openBrowser(server)
    expect((await fresh.post('/api/auth/sign-in', { email, password })).json()).toMatchObject({ data: { me: { id } } })
    expect((await browser.post('/api/me/two-factor/disable', { password })).status).toBe(409)
    expect(await audit(id)).toContain('two-factor-disabled')
  })

  it('AF15: new recovery codes end the old ones', async () => {
    const { browser, email, recoveryCodes, id } = await withTwoFactor()
    const renewed = await browser.post('/api/me/two-factor/recovery-codes', { password })
    const { data } = routes.renewRecoveryCodes.response.parse(renewed.json())
    expect(data.recoveryCodes).toHaveLength(10)
    expect((await finish(await half(email), { recoveryCode: recoveryCodes[0] })).status).toBe(400)
    expect((await finish(await half(email), { recoveryCode: data.recoveryCodes[0] })).status).toBe(200)
    expect(await audit(id)).toContain('recovery-codes-renewed')
  })

  it('AF8: CVE-2026-23896: an API key neither makes keys nor sees or changes what guards the account', async () => {
    const { browser } = await person()
    const scopes = ['read', 'generate', 'write']
    const made = await browser.post('/api/me/keys', { name: 'Script', scopes })
    const { key } = routes.createApiKey.response.parse(made.json()).data
    const headers = { authorization: `Bearer ${key}` }
    for (const [method, path, body] of [
      ['GET', '/api/me/factors', undefined],
      ['POST', '/api/me/two-factor/enable', { password }],
      ['POST', '/api/me/two-factor/disable', { password }],
      ['POST', '/api/me/passkeys/options', undefined],
      ['GET', '/api/me/passkeys', undefined],
      ['POST', '/api/me/keys', { name: 'More', scopes }],
      ['GET', '/api/me/keys', undefined],
    ] as const) {
      const answer = await server.ask({ method, path, body, headers })
      expect([path, answer.status]).toEqual([path, 403])
    }
    expect((await server.ask({ path: '/api/me', headers })).status).toBe(200)
  })
})
