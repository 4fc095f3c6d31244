// Accounts mode over HTTP: who gets in, and what a session is worth. Rules in docs/spec/accounts.md (AC1 …).
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { routes } from '@easel/contract'
import { present } from '#base/errors.ts'
import { openServer, type Answer, type TestServer } from './testing/server.ts'

let server: TestServer
let policy: 'closed' | 'invite' | 'open' = 'open'
beforeAll(async () => {
  server = await openServer({ works: false, accounts: { signUpPolicy: () => policy } })
})
afterAll(() => server.close())

const password = 'a fox in the snow'
const admin = { name: 'Ada', email: 'ada@example.com', password }

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  server.ask({ method: 'POST', path, body, headers })

/** What a browser would send back. */
function cookieOf(answer: Answer): Record<string, string> {
  const [first] = answer.headers['set-cookie'] ?? []
  return { cookie: present(first, `a cookie of ${answer.status} ${answer.text}`).split(';')[0] ?? '' }
}

const me = (headers: Record<string, string>) => server.ask({ path: '/api/me', headers })

async function signUp(email: string): Promise<Record<string, string>> {
  return cookieOf(await post('/api/auth/sign-up', { name: 'Somebody', email, password }))
}

describe('the first administrator', () => {
  it('AC20: nobody signs up before there is one', async () => {
    const answer = await post('/api/auth/sign-up', { ...admin, email: 'first@example.com' })
    expect(answer.json()).toMatchObject({ status: 409, code: 'conflict' })
    expect((await server.ask('/api/auth/status')).json()).toMatchObject({
      data: { mode: 'accounts', needsSetup: true, needsSetupCode: false, me: null },
    })
  })

  it('AC21: takes the printed code, unless the request comes from the server itself', async () => {
    const { setUpCode } = present(server.accounts, 'accounts')
    const far = { 'x-forwarded-for': '192.0.2.7' }
    for (const headers of [far, { forwarded: 'for=192.0.2.7' }, { host: 'rebound.example' }]) {
      expect((await post('/api/auth/setup', admin, headers)).status).toBe(403)
      expect((await post('/api/auth/setup', { ...admin, code: `${setUpCode}x` }, headers)).status).toBe(403)
    }
    const status = await server.ask({ path: '/api/auth/status', headers: far })
    expect(status.json()).toMatchObject({ data: { needsSetupCode: true } })
  })

  it('AC22: is made once, of several who try at once, and owns what was there', async () => {
    const { setUpCode: code } = present(server.accounts, 'accounts')
    const image = await server.addImage()
    const answers = await Promise.all(
      ['ada@example.com', 'b@example.com', 'c@example.com'].map((email) =>
        post('/api/auth/setup', { ...admin, email, code }, { 'x-forwarded-for': '192.0.2.7' }),
      ),
    )
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409])
    const first = present(
      answers.find(({ status }) => status === 200),
      'one that succeeded',
    )
    const seen = await server.ask({ path: `/api/images/${image.id}`, headers: cookieOf(first) })
    expect(seen.status).toBe(200)
    expect((await me(cookieOf(first))).json()).toMatchObject({ data: { id: server.pipeline.userId, role: 'admin' } })
    expect((await post('/api/auth/setup', { ...admin, email: 'late@example.com', code })).status).toBe(409)
  })
})

describe('signing up', () => {
  it('AC23: closed, by invitation, open: as the server says at this moment', async () => {
    const person = { name: 'Eve', email: 'eve@example.com', password }
    for (const [now, status] of [
      ['closed', 403],
      ['invite', 403],
      ['open', 200],
    ] as const) {
      policy = now
      expect((await post('/api/auth/sign-up', person)).status, now).toBe(status)
    }
  })

  it('AC25: the same e-mail address at once makes one account, in whichever case it is typed', async () => {
    const answers = await Promise.all(
      ['Same@example.com', 'same@Example.com', 'SAME@EXAMPLE.COM', 'same@example.com'].map((email) =>
        post('/api/auth/sign-up', { name: 'Same', email, password }),
      ),
    )
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409, 409])
    const rows = await server.pipeline.db
      .selectFrom('users')
      .select('id')
      .where('email', '=', 'same@example.com')
      .execute()
    expect(rows).toHaveLength(1)
  })

  it.each([
    ['a short one', 'too short', 'body.password'],
    ['a common one', 'Password123!', 'body.password'],
    ['the same over and over', 'abcabcabcabc', 'body.password'],
    ['the e-mail address', 'rules@example.com', 'body.password'],
    ['the name', 'Rosa Rules Rose', 'body.password'],
    ['one longer than any', 'ab'.repeat(129), 'body.password'],
  ])('AC12: refuses as a password %s', async (_, given, field) => {
    const person = { name: 'Rosa Rules Rose', email: 'rules@example.com', password: given }
    const answer = await post('/api/auth/sign-up', person)
    expect(answer.json()).toMatchObject({ status: 400, code: 'validation-failed', fields: [{ field }] })
  })

  it('takes names and passwords in any script, and tells them apart', async () => {
    const person = { name: 'Žofie 狐 🦊', email: 'script@example.com', password: 'žluťoučký 🦊 狐狸狐狸' }
    expect((await post('/api/auth/sign-up', person)).json()).toMatchObject({ data: { me: { name: person.name } } })
    const { email } = person
    expect((await post('/api/auth/sign-in', { email, password: 'zlutoucky 🦊 狐狸狐狸' })).status).toBe(401)
    expect((await post('/api/auth/sign-in', { email, password: person.password })).status).toBe(200)
  })
})

describe('a session', () => {
  it('AC4: is a new one at every sign-in, and the one before it in the same browser ends', async () => {
    const first = await signUp('fix@example.com')
    const second = cookieOf(await post('/api/auth/sign-in', { email: 'fix@example.com', password }, first))
    expect(second).not.toEqual(first)
    expect((await me(first)).status).toBe(401)
    expect((await me(second)).status).toBe(200)
  })

  it('AC7: ends at once when signing out, and the browser forgets it', async () => {
    const cookie = await signUp('out@example.com')
    expect((await me(cookie)).status).toBe(200)
    const answer = await post('/api/auth/sign-out', undefined, cookie)
    expect(answer.status).toBe(204)
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^easel\.session_token=; Max-Age=0;/)
    expect((await me(cookie)).status).toBe(401)
    expect((await post('/api/auth/sign-out', undefined, cookie)).status).toBe(204)
  })

  it('AC7: all of them end when signing out everywhere', async () => {
    const one = await signUp('everywhere@example.com')
    const two = cookieOf(await post('/api/auth/sign-in', { email: 'everywhere@example.com', password }))
    expect((await post('/api/auth/sign-out-everywhere', undefined, one)).status).toBe(204)
    expect([(await me(one)).status, (await me(two)).status]).toEqual([401, 401])
  })

  it('AC8: nobody is signed in who was disabled, or whose row is gone', async () => {
    const { db } = server.pipeline
    const cookie = await signUp('disabled@example.com')
    expect((await me(cookie)).status).toBe(200)
    await db.updateTable('users').set({ disabled_at: new Date() }).where('email', '=', 'disabled@example.com').execute()
    await expect.poll(async () => (await me(cookie)).status).toBe(401)
    const again = await post('/api/auth/sign-in', { email: 'disabled@example.com', password })
    expect(again.json()).toMatchObject({ status: 403, code: 'forbidden' })
  })

  it('AC2: a cookie that was changed, is another server’s, or stands in a request of another website is worth nothing', async () => {
    const { cookie = '' } = await signUp('cookie@example.com')
    const [name, value = ''] = cookie.split('=')
    const token = decodeURIComponent(value).split('.')[0] ?? ''
    for (const wrong of [token, `${token}.`, `${token}.AAAA`, `${value}x`, `x${value}`, '%', '%00', '.', '']) {
      expect((await me({ cookie: `${name}=${wrong}` })).status, wrong).toBe(401)
    }
    // One that another site of the same host put there does not shadow ours.
    expect((await me({ cookie: `${name}=evil.sig; ${cookie}` })).status).toBe(200)
    expect((await me({ cookie, origin: 'https://evil.example' })).status).toBe(401)
    expect((await me({ cookie, origin: 'null' })).status).toBe(401)
    expect((await post('/api/auth/sign-out', undefined, { cookie, origin: 'https://evil.example' })).status).toBe(403)
  })

  it('AC4: lasts thirty days from its last use, and one day where it is not to be remembered', async () => {
    const { db } = server.pipeline
    const email = 'long@example.com'
    const cookie = await signUp(email)
    const day = 86_400_000
    const days = async () => {
      const { data } = routes.listSessions.response.parse(
        (await server.ask({ path: '/api/me/sessions', headers: cookie })).json(),
      )
      const current = present(
        data.find((session) => session.current),
        'this session',
      )
      return Math.round((new Date(current.expiresAt).getTime() - Date.now()) / day)
    }
    expect(await days()).toBe(30)
    const soon = { expires_at: new Date(Date.now() + 2 * day) }
    const { id } = await db.selectFrom('users').select('id').where('email', '=', email).executeTakeFirstOrThrow()
    await db.updateTable('sessions').set(soon).where('user_id', '=', id).execute()
    const status = await server.ask({ path: '/api/auth/status', headers: cookie })
    expect(status.headers['set-cookie']?.[0]).toMatch(/^easel\.session_token=.*; Max-Age=2592000;/)
    expect(await days()).toBe(30)
    const short = await post('/api/auth/sign-in', { email, password, remember: false })
    expect(short.headers['set-cookie']?.[0]).not.toContain('Max-Age')
  })

  it('is listed, and ends one by one; those of others are not to be seen', async () => {
    const mine = await signUp('list@example.com')
    const theirs = await signUp('theirs@example.com')
    await post('/api/auth/sign-in', { email: 'list@example.com', password }, { 'user-agent': 'Phone' })
    const list = async (headers: Record<string, string>) => {
      const answer = await server.ask({ path: '/api/me/sessions', headers })
      return (answer.json() as { data: { id: string; current: boolean; userAgent: string | null }[] }).data // oxlint-disable-line typescript/consistent-type-assertions -- the route's schema was checked
    }
    const [phone, browser] = await list(mine)
    expect([phone?.current, phone?.userAgent, browser?.current]).toEqual([false, 'Phone', true])
    const end = (headers: Record<string, string>, id = '') =>
      server.ask({ method: 'DELETE', path: `/api/me/sessions/${id}`, headers })
    expect((await end(theirs, phone?.id)).status).toBe(404)
    expect((await end(mine, phone?.id)).status).toBe(204)
    expect(await list(mine)).toHaveLength(1)
  })
})

describe('a password', () => {
  it('AC13: is changed with the old one, and every other session ends', async () => {
    const email = 'change@example.com'
    const mine = await signUp(email)
    const other = cookieOf(await post('/api/auth/sign-in', { email, password }))
    const change = (body: object) => post('/api/me/password', body, mine)
    expect((await change({ password: 'another fox here' })).json()).toMatchObject({
      fields: [{ field: 'body.current' }],
    })
    expect((await change({ current: 'wrong', password: 'another fox here' })).json()).toMatchObject({
      fields: [{ field: 'body.current' }],
    })
    expect((await change({ current: password, password: 'short' })).status).toBe(400)
    expect((await change({ current: password, password: 'another fox here' })).status).toBe(204)
    expect([(await me(mine)).status, (await me(other)).status]).toEqual([200, 401])
    expect((await post('/api/auth/sign-in', { email, password })).status).toBe(401)
    expect((await post('/api/auth/sign-in', { email, password: 'another fox here' })).status).toBe(200)
  })

  it('AC11: takes as long to refuse for an unknown address as for a known one: both are hashed', async () => {
    await signUp('known@example.com')
    const tried = async (email: string) => {
      const answer = await post('/api/auth/sign-in', { email, password: 'not the password' })
      expect(answer.status).toBe(401)
      return answer.text
    }
    expect(await tried('unknown@example.com')).toBe(await tried('known@example.com'))
  })
})
