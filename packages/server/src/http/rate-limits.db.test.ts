// How often each thing may be done, over HTTP: by person and by address, and never so that somebody else is kept out.
import { createHash, randomBytes } from 'node:crypto'
import { routes, type Route } from '@easel/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { newId } from '#base/ids.ts'
import { openPeople, testPassword, type People } from './testing/people.ts'
import { openServer, type Answer } from './testing/server.ts'

const rates = { signIn: 2, generate: 3, upload: 2, share: 2 }
let people: People
beforeAll(async () => {
  people = await openPeople({ rates, trustedProxies: ['127.0.0.1'] })
})
afterAll(() => people.close())

let addresses = 0
/** An address that nothing has been counted for. */
const newAddress = () => `203.0.${Math.floor((addresses += 1) / 250)}.${(addresses % 250) + 1}`

const ask = (method: string, path: string, from: string, body?: unknown, headers: Record<string, string> = {}) =>
  people.server.ask({ method, path, body, headers: { 'x-forwarded-for': from, ...headers } })
const signIn = (email: string, from: string, password = 'wrong') =>
  ask('POST', '/api/auth/sign-in', from, { email, password })

function expectLimited(answer: Answer, mostSeconds: number): void {
  expect([answer.status, answer.json()]).toMatchObject([429, { code: 'too-many-requests', status: 429 }])
  expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/)
  expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(mostSeconds)
  expect(answer.headers['content-type']).toBe('application/problem+json')
}

async function statuses(times: number, once: () => Promise<Answer>): Promise<number[]> {
  const all: number[] = []
  for (let time = 0; time < times; time++) all.push((await once()).status)
  return all
}

describe('signing in', () => {
  it('LI5: is limited by account and address together, so that the owner gets in from elsewhere', async () => {
    const [theirs, mine] = [newAddress(), newAddress()]
    const { email, password } = people.user
    expect(await statuses(3, () => signIn(email, theirs))).toEqual([401, 401, 429])
    // Neither another spelling nor the right password helps from there.
    for (const spelling of [email.toUpperCase(), ` ${email}`]) {
      expect([400, 429]).toContain((await signIn(spelling, theirs, password)).status)
    }
    expectLimited(await signIn(email, theirs, password), 15 * 60)
    expect((await signIn(email, mine, password)).status).toBe(200)
    expect((await signIn(people.other.email, theirs, people.other.password)).status).toBe(200)
  })

  it('LI5: is limited by address, ten times as high, over all accounts there are or not', async () => {
    const from = newAddress()
    const answers = await statuses(21, () => signIn(`nobody-${Math.random()}@example.com`, from))
    expect(answers).toEqual([...Array.from({ length: 20 }, () => 401), 429])
    expectLimited(await signIn(people.user.email, from, people.user.password), 15 * 60)
  })

  it('LI5: counts failures only, and the success makes them forgotten', async () => {
    const from = newAddress()
    const { email, password } = people.other
    for (let round = 0; round < 3; round++) {
      expect([(await signIn(email, from)).status, (await signIn(email, from, password)).status]).toEqual([401, 200])
    }
    expect(await statuses(20, () => signIn(email, from, password))).not.toContain(429)
  })

  it('LI5: counts every one of many at once', async () => {
    const from = newAddress()
    const answers = await Promise.all(Array.from({ length: 30 }, () => signIn(people.admin.email, from)))
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(2)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(28)
  })

  it('LI6: by single sign-on or a passkey is limited by address from its beginning on, which writes a row', async () => {
    for (const [method, path] of [
      ['GET', '/api/auth/oidc'],
      ['POST', '/api/auth/passkey/options'],
    ] as const) {
      const from = newAddress()
      const answers = await statuses(21, () => ask(method, path, from))
      expect([answers.slice(0, 20).includes(429), answers.at(-1)]).toEqual([false, 429])
    }
  })

  it('LI2: GHSA-2967-6mrp-gg3p: an IPv6 network of 64 bits is one address', async () => {
    const { email } = people.admin
    const answers: number[] = []
    for (let host = 1; host <= 3; host++) answers.push((await signIn(email, `2001:db8:5::${host}`)).status)
    expect(answers).toEqual([401, 401, 429])
    expect((await signIn(email, '2001:db8:6::1')).status).toBe(401)
  })

  it('LI1: no header helps who is not behind our proxy', async () => {
    const server = await openServer({ works: false, accounts: {}, rates })
    const names = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'cf-connecting-ip', 'x-client-ip', 'x-easel-address']
    for (const name of names) {
      const answers: number[] = []
      for (let number = 1; number <= 3; number++) {
        const headers = { [name]: name === 'forwarded' ? `for=203.0.113.${number}` : `203.0.113.${number}` }
        const body = { email: `${name}@example.com`, password: 'wrong' }
        answers.push((await server.ask({ method: 'POST', path: '/api/auth/sign-in', headers, body })).status)
      }
      expect([name, answers]).toEqual([name, [401, 401, 429]])
    }
    await server.close()
  })

  it('LI5: is limited for contract C as well, in its own words', async () => {
    const from = newAddress()
    const login = () => ask('POST', '/api/auth/login', from, { email: people.user.email, password: 'wrong' })
    expect(await statuses(2, login)).toEqual([401, 401])
    const answer = await login()
    expect([answer.status, answer.json()]).toMatchObject([429, { success: false, error: expect.any(String) }])
    expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/)
    expect((await signIn(people.user.email, from, people.user.password)).status).toBe(429)
  })
})

describe('what needs no account', () => {
  it.each([
    ['/api/auth/sign-up', (): object => ({ name: 'N', email: `${Math.random()}@example.com`, password: testPassword })],
    ['/api/auth/forgot-password', (): object => ({ email: 'nobody@example.com' })],
  ])('LI6: %s is limited by address', async (path, body) => {
    const from = newAddress()
    expect(await statuses(2, () => ask('POST', path, from, body()))).toEqual([200, 200])
    expectLimited(await ask('POST', path, from, body()), 15 * 60)
    expect((await ask('POST', path, newAddress(), body())).status).toBe(200)
  })

  it.each([
    ['/api/auth/reset-password', { token: 'made-up', password: testPassword }],
    ['/api/auth/setup', { name: 'N', email: 'n@example.com', password: testPassword, code: 'made-up' }],
    ['/api/auth/two-factor/verify', { code: '000000' }],
  ])('LI6: %s is limited by address', async (path, body) => {
    const from = newAddress()
    const answers = await statuses(20, () => ask('POST', path, from, body))
    expect(answers).not.toContain(429)
    expectLimited(await ask('POST', path, from, body), 15 * 60)
    expect((await ask('POST', path, newAddress(), body)).status).not.toBe(429)
  })
})

/** Somebody new, by an API key. */
async function addPerson(): Promise<Record<string, string>> {
  const { db } = people.server.pipeline
  const [id, key] = [newId(), `easel_${randomBytes(32).toString('base64url')}`]
  await db.insertInto('users').values({ id, name: 'N', role: 'user' }).execute()
  const digest = createHash('sha256').update(key).digest('hex')
  const scopes = JSON.stringify(['read', 'generate'])
  await db.insertInto('api_keys').values({ id: newId(), user_id: id, name: 'k', scopes, digest, hint: '' }).execute()
  return { authorization: `Bearer ${key}` }
}

describe('what people do', () => {
  const generate = (from: string, headers: Record<string, string>) =>
    ask('POST', '/api/generations', from, { prompt: 'a fox' }, headers)

  it('LI7: is limited by user, whatever address they come from', async () => {
    const headers = await addPerson()
    expect(await statuses(3, () => generate(newAddress(), headers))).not.toContain(429)
    expectLimited(await generate(newAddress(), headers), 60)
    expect((await ask('GET', '/api/images', newAddress(), undefined, headers)).status).toBe(200)
    expect((await generate(newAddress(), people.user.headers)).status).not.toBe(429)
  })

  it('LI7: is limited by address, and what one does too often is not held against the others', async () => {
    const from = newAddress()
    const one = await addPerson()
    await statuses(100, () => generate(from, one))
    for (let person = 0; person < 9; person++) {
      const headers = await addPerson()
      expect(await statuses(3, () => generate(from, headers))).not.toContain(429)
    }
    expectLimited(await generate(from, await addPerson()), 60)
  })

  it('LI4: says so in the words of contract A', async () => {
    const headers = await addPerson()
    const body = { model: 'none', prompt: 'a fox' }
    const answers = await statuses(4, () => ask('POST', '/generate', newAddress(), body, headers))
    expect(answers).toEqual([404, 404, 404, 429])
    const answer = await ask('POST', '/generate', newAddress(), body, headers)
    expect(Object.keys(z.record(z.string(), z.unknown()).parse(answer.json()))).toEqual(['error'])
    expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/)
  })

  it('LI8: in local mode signing in is no matter, and much more of the rest is let through', async () => {
    const server = await openServer({ works: false, rates })
    const generation = () => server.ask({ method: 'POST', path: '/api/generations', body: { prompt: 'a fox' } })
    const answers = await Promise.all(Array.from({ length: 301 }, generation))
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(1)
    await server.close()
  })
})

describe('every route', () => {
  const rows = Object.entries<Route>(routes)
  it.each(rows.filter(([, { access }]) => access === 'generate'))('LI7: %s, which costs an engine’s time', (_, row) => {
    expect(row.limit).toBe('generate')
  })
  it.each(rows.filter(([, { path, method }]) => path.startsWith('/api/auth/') && method === 'POST'))(
    'LI6: %s, which needs no session',
    (_, { path, limit }) => {
      // Signing out tells nobody anything.
      if (!path.includes('sign-out')) expect(limit).toMatch(/^(sign-in|sign-up|code)$/)
    },
  )
  it('LI7: that is registered for generating is limited', () => {
    const unlimited = people.server.app.accessTable.filter(
      ({ access, limit }) => access === 'generate' && limit === null,
    )
    expect(unlimited).toEqual([])
  })
})
