import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openServer, type TestServer } from '../../testing/server.ts'

const password = 'a fox in the snow'
const ann = { username: 'Ann', email: 'ann@example.com', password }
const elsewhere = { origin: 'https://studio.example' }
let policy: 'invite' | 'open' = 'open'

describe('in accounts mode', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await openServer({ works: false, accounts: { signUpPolicy: () => policy } })
    const admin = { name: 'Ada', email: 'ada@example.com', password }
    expect((await post('/api/auth/setup', admin)).status).toBe(200)
  })
  afterAll(() => server.close())

  const post = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
    server.ask({ method: 'POST', path, body, headers })

  const tokenOf = async () => {
    const answer = await post('/api/auth/login', { email: ann.email, password })
    return (answer.json() as { token: string }).token // oxlint-disable-line typescript/consistent-type-assertions -- what the contract says
  }

  it('AC40: registers, logs in and verifies with one bearer token, and sets no cookie', async () => {
    const registered = await post('/api/auth/register', ann, elsewhere)
    const user = { id: expect.any(String), username: 'Ann', email: 'ann@example.com' }
    expect(registered.status).toBe(200)
    expect(registered.json()).toEqual({ success: true, token: expect.any(String), user })
    const { email } = ann
    const loggedIn = await post('/api/auth/login', { email, password }, elsewhere)
    expect(loggedIn.json()).toEqual({ success: true, token: expect.any(String), user })
    for (const { headers } of [registered, loggedIn]) {
      expect(headers['set-cookie']).toBeUndefined()
      expect(headers['access-control-allow-origin']).toBe('*')
    }
    const authorization = `Bearer ${await tokenOf()}`
    const verified = await post('/api/auth/verify', undefined, { authorization, ...elsewhere })
    expect(verified.json()).toEqual({ success: true, valid: true, user })
    expect((await server.ask({ path: '/api/images', headers: { authorization } })).status).toBe(200)
  })

  it('AC40: says so when there is no token, or one that is not valid', async () => {
    expect((await post('/api/auth/verify')).json()).toEqual({
      success: false,
      error: 'No authentication token provided',
    })
    for (const token of ['made-up', `${await tokenOf()}x`, `easel_${'a'.repeat(43)}`]) {
      const answer = await post('/api/auth/verify', undefined, { authorization: `Bearer ${token}` })
      expect(answer.status).toBe(401)
      expect(answer.json()).toEqual({ success: false, error: 'Invalid token' })
    }
  })

  it('AC40: a cookie is no token here', async () => {
    const signedIn = await post('/api/auth/sign-in', { email: ann.email, password })
    const cookie = signedIn.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
    expect((await post('/api/auth/verify', undefined, { cookie })).status).toBe(401)
  })

  it.each([
    ['an address that is taken', 'register', { ...ann, email: 'ANN@example.com' }, 400],
    ['a common password', 'register', { ...ann, email: 'new@example.com', password: 'password123' }, 400],
    ['no user name', 'register', { email: 'new@example.com', password }, 400],
    ['no password', 'login', { email: ann.email }, 400],
    ['NUL', 'login', { email: ann.email, password: 'a\u0000b' }, 400],
    ['a huge password', 'login', { email: ann.email, password: 'x'.repeat(100_000) }, 400],
    ['a wrong password', 'login', { email: ann.email, password: 'not the password' }, 401],
    ['an unknown address', 'login', { email: 'nobody@example.com', password }, 401],
  ])('AC40: refuses %s in the contract’s own shape', async (_, path, body, status) => {
    const answer = await post(`/api/auth/${path}`, body, elsewhere)
    expect(answer.status, answer.text).toBe(status)
    expect(answer.json()).toEqual({ success: false, error: expect.any(String) })
    expect(answer.headers['access-control-allow-origin']).toBe('*')
  })

  it('AC23: the sign-up policy holds here too', async () => {
    policy = 'invite'
    const answer = await post('/api/auth/register', { ...ann, email: 'late@example.com' })
    policy = 'open'
    expect([answer.status, answer.json()]).toEqual([
      400,
      { success: false, error: expect.stringMatching(/invitation/) },
    ])
  })

  it('answers preflights, and nothing else at these addresses', async () => {
    const preflight = await server.ask({ method: 'OPTIONS', path: '/api/auth/login', headers: elsewhere })
    expect([preflight.status, preflight.headers['access-control-allow-headers']]).toEqual([
      200,
      'Content-Type, Authorization, user-id',
    ])
    const got = await server.ask({ path: '/api/auth/login', headers: elsewhere })
    expect([got.status, got.json()]).toEqual([404, { success: false, error: expect.any(String) }])
  })
})

describe('in local mode', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await openServer({ works: false })
  })
  afterAll(() => server.close())

  it('AC41: everybody is the owner, whatever they send', async () => {
    const post = (path: string, body?: unknown, headers = {}) => server.ask({ method: 'POST', path, body, headers })
    const user = { id: server.pipeline.userId, username: 'Test', email: '' }
    for (const path of ['/api/auth/register', '/api/auth/login']) {
      expect((await post(path, ann)).json()).toEqual({ success: true, token: 'local', user })
    }
    const headers = { authorization: 'Bearer anything' }
    expect((await post('/api/auth/verify', undefined, headers)).json()).toEqual({ success: true, valid: true, user })
    expect((await post('/api/auth/verify')).json()).toEqual({ success: true, valid: true, user })
  })
})
