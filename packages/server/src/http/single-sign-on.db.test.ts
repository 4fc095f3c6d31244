// Single sign-on over HTTP, against an issuer on a port of its own. Rules in docs/spec/accounts.md (AF30 …).
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { routes } from '@easel/contract'
import { createInvitations } from '#auth/invitations.ts'
import { openBrowser, type Browser } from './testing/browser.ts'
import { guest, heirOf } from './testing/guest.ts'
import { startIssuer, type TestIssuer } from './testing/issuer.ts'
import { openServer, type TestServer } from './testing/server.ts'

const publicUrl = 'https://pictures.example.com'
const clientSecret = 'a secret: of the issuer & ours'
const password = 'a fox in the snow'
const settings = (issuer: string) => ({ issuer, clientId: 'easel', clientSecret, name: 'Example' })

let issuer: TestIssuer
let server: TestServer
let policy: 'closed' | 'invite' | 'open' = 'open'
beforeAll(async () => {
  issuer = await startIssuer()
  server = await openServer({
    works: false,
    publicUrl,
    accounts: {
      oidc: settings(issuer.url),
      signUpPolicy: () => policy,
      guests: () => ({ allowed: true, days: 7 }),
    },
  })
  const { setUpCode: code } = server.accounts ?? { setUpCode: '' }
  await openBrowser(server).post('/api/auth/setup', { name: 'Ada', email: 'ada@example.com', password, code })
})
afterAll(async () => {
  await server.close()
  await issuer.stop()
})
let people = 0
beforeEach(() => {
  policy = 'open'
  people += 1
  issuer.claims = { sub: `s${people}`, email: `person${people}@example.com`, email_verified: true, name: 'Ann' }
})
afterEach(() => {
  issuer.userInfo = null
  issuer.onToken = null
  expect(server.pipeline.lines.join('\n')).not.toContain(clientSecret)
})

const pathOf = (address = ''): string => {
  const { pathname, search } = new URL(address, publicUrl)
  return pathname + search
}

/** As far as the page of the issuer. */
async function begin(browser: Browser, query = ''): Promise<URL> {
  const { status, headers } = await browser.ask(`/api/auth/oidc${query}`)
  expect(status).toBe(302)
  return new URL(headers.location ?? '')
}

/** The person says yes. @returns the way back */
async function agree(page: URL): Promise<URL> {
  const response = await fetch(page, { redirect: 'manual' })
  return new URL(response.headers.get('location') ?? '')
}

async function comeBack(browser: Browser, address: URL): Promise<string> {
  const { status, headers } = await browser.visit(pathOf(address.href))
  expect(status).toBe(302)
  return headers.location ?? ''
}

async function signIn(browser = openBrowser(server), query = ''): Promise<string> {
  return await comeBack(browser, await agree(await begin(browser, query)))
}

async function meOf(browser: Browser) {
  const answer = await browser.ask('/api/me')
  return answer.status === 200 ? routes.getMe.response.parse(answer.json()).data : null
}

async function localPerson(email: string): Promise<Browser> {
  const browser = openBrowser(server)
  expect((await browser.post('/api/auth/sign-up', { name: 'Ann', email, password })).status).toBe(200)
  return browser
}

const verifyAddress = (email: string) =>
  server.pipeline.db.updateTable('users').set({ email_verified: true }).where('email', '=', email).execute()

describe('signing in', () => {
  it('AF30: leads to the issuer with PKCE, a state and a nonce, and back into an account', async () => {
    const browser = openBrowser(server)
    const page = await begin(browser)
    expect(page.origin).toBe(new URL(issuer.url).origin)
    expect(Object.fromEntries(page.searchParams)).toEqual({
      client_id: 'easel',
      response_type: 'code',
      scope: 'openid email profile',
      redirect_uri: `${publicUrl}/api/auth/oidc/callback`,
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
    expect(await comeBack(browser, await agree(page))).toBe('/')
    expect(await meOf(browser)).toMatchObject({ name: 'Ann', email: `person${people}@example.com`, role: 'user' })
    expect(issuer.redeemed.at(-1)?.get('code_verifier')).toMatch(/^[\w-]{43}$/)
    const again = openBrowser(server)
    expect(await signIn(again)).toBe('/')
    expect((await meOf(again))?.id).toBe((await meOf(browser))?.id)
  })

  it('AF30: keeps no token of the issuer’s', async () => {
    const browser = openBrowser(server)
    await signIn(browser)
    const me = await meOf(browser)
    const rows = await server.pipeline.db
      .selectFrom('credentials')
      .selectAll()
      .where('user_id', '=', me?.id ?? '')
      .execute()
    expect(rows).toMatchObject([
      { provider_id: 'oidc', password: null, access_token: null, refresh_token: null, id_token: null },
    ])
  })

  it('AF31: a state that is another browser’s, made up, used or too old is refused', async () => {
    const browser = openBrowser(server)
    const address = await agree(await begin(browser))
    expect(await comeBack(openBrowser(server), address)).toBe('/sign-in?sso=expired')
    const other = openBrowser(server)
    await begin(other)
    expect(await comeBack(other, address)).toBe('/sign-in?sso=expired')
    const made = new URL(address)
    made.searchParams.set('state', 'A'.repeat(43))
    expect(await comeBack(openBrowser(server), made)).toBe('/sign-in?sso=expired')
    expect((await browser.visit('/api/auth/oidc/callback')).headers.location).toBe('/sign-in?sso=expired')

    const late = openBrowser(server)
    const page = await begin(late)
    await server.pipeline.db
      .updateTable('verifications')
      .set({ expires_at: new Date(Date.now() - 1) })
      .where('identifier', 'like', 'oidc:%')
      .execute()
    expect(await comeBack(late, await agree(page))).toBe('/sign-in?sso=expired')
    expect(await meOf(late)).toBeNull()
  })

  it('AF31: the way back works once', async () => {
    const browser = openBrowser(server)
    const page = await begin(browser)
    const state = browser.cookie('__Secure-easel.single_sign_on') ?? ''
    const address = await agree(page)
    expect(await comeBack(browser, address)).toBe('/')
    expect(browser.cookie('__Secure-easel.single_sign_on')).toBeNull()
    const replayed = openBrowser(server)
    replayed.setCookie('__Secure-easel.single_sign_on', state)
    expect(await comeBack(replayed, address)).toBe('/sign-in?sso=expired')
  })

  it.each([
    ['another nonce', { nonce: 'another' }],
    ['no nonce', { nonce: undefined }],
    ['another audience', { aud: 'somebody-else' }],
    ['another issuer', { iss: 'https://evil.example' }],
    ['a token that is over', { exp: Math.floor(Date.now() / 1000) - 3600 }],
    ['a token without an end', { exp: undefined }],
    ['a token of the future', { nbf: Math.floor(Date.now() / 1000) + 3600 }],
    ['nobody', { sub: undefined }],
    ['another party', { azp: 'somebody-else' }],
  ])('AF32: refuses %s', async (_, claims) => {
    issuer.claims = { ...issuer.claims, ...claims }
    const browser = openBrowser(server)
    expect(await signIn(browser)).toBe('/sign-in?sso=invalid')
    expect(await meOf(browser)).toBeNull()
  })

  it('AF32: refuses a token that is signed by somebody else, or not at all', async () => {
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const browser = openBrowser(server)
    for (const kind of ['forged', 'none', 'HS256', 'nonsense']) {
      const page = await begin(browser)
      const nonce = page.searchParams.get('nonce')
      const claims = { ...issuer.claims, aud: 'easel', iss: issuer.url, nonce, iat: 1, exp: Date.now() }
      const forged = await issuer.forge(claims)
      const plain = `${encode({ alg: kind, typ: 'JWT' })}.${encode(claims)}.`
      issuer.onToken = (answer) => {
        const token = kind === 'forged' ? forged : kind === 'nonsense' ? 'x' : plain
        answer.body = { ...(answer.body === '' ? {} : answer.body), id_token: token }
      }
      expect(await comeBack(browser, await agree(page)), kind).toBe('/sign-in?sso=invalid')
      expect(await meOf(browser)).toBeNull()
    }
  })

  it('AF33: an issuer that declines, answers nonsense or answers for another one is told as what it is', async () => {
    const browser = openBrowser(server)
    const back = async (changes: Record<string, string | null>) => {
      const address = await agree(await begin(browser))
      for (const [name, value] of Object.entries(changes)) {
        if (value === null) address.searchParams.delete(name)
        else address.searchParams.set(name, value)
      }
      return await comeBack(browser, address)
    }
    expect(await back({ error: 'access_denied', code: null })).toBe('/sign-in?sso=declined')
    expect(await back({ error: '"><script>', error_description: 'https://evil.example' })).toBe('/sign-in?sso=declined')
    expect(await back({ code: null })).toBe('/sign-in?sso=invalid')
    expect(await back({ iss: 'https://evil.example' })).toBe('/sign-in?sso=invalid')
    expect(await back({ iss: issuer.url })).toBe('/')
    issuer.onToken = (answer) => {
      answer.statusCode = 400
      answer.body = { error: 'invalid_grant' }
    }
    expect(await back({})).toBe('/sign-in?sso=invalid')
    issuer.onToken = (answer) => {
      answer.body = { token: 'of another kind' }
    }
    expect(await back({})).toBe('/sign-in?sso=unreachable')
  })

  it('AF34: leads nowhere but to pages of ours, whatever is asked', async () => {
    const browser = openBrowser(server)
    const query = '?callbackURL=https://evil.example&redirect_uri=https://evil.example&next=//evil.example'
    const page = await begin(browser, query)
    expect(page.searchParams.get('redirect_uri')).toBe(`${publicUrl}/api/auth/oidc/callback`)
    const address = await agree(page)
    for (const name of ['callbackURL', 'next', 'redirect']) address.searchParams.set(name, 'https://evil.example')
    expect(await comeBack(browser, address)).toBe('/')
  })
})

describe('who somebody is', () => {
  it.each([
    ['not verified', { email_verified: false }],
    ['verified by nobody', { email_verified: undefined }],
    ['missing', { email: undefined }],
  ])('AF35: an address that is %s makes no account and opens none', async (_, claims) => {
    const email = `person${people}@example.com`
    await localPerson(email)
    await verifyAddress(email)
    issuer.claims = { ...issuer.claims, ...claims }
    const browser = openBrowser(server)
    expect(await signIn(browser)).toBe('/sign-in?sso=email-unverified')
    expect(await meOf(browser)).toBeNull()
  })

  it('AF35: what the ID token leaves out is asked of the user info, which must speak of the same person', async () => {
    const { sub, ...more } = issuer.claims
    issuer.claims = { sub, email: undefined, email_verified: undefined }
    issuer.userInfo = { ...more, sub: 'somebody-else' }
    expect(await signIn()).toBe('/sign-in?sso=invalid')
    issuer.claims.email_verified = true
    issuer.userInfo = { ...more, sub, email_verified: false }
    expect(await signIn()).toBe('/sign-in?sso=email-unverified')
    issuer.userInfo = { ...more, sub, email_verified: 'true' }
    const browser = openBrowser(server)
    expect(await signIn(browser)).toBe('/')
    expect(await meOf(browser)).toMatchObject({ email: `person${people}@example.com` })
  })

  it('AF36: an account with the same address is theirs only if its address was verified here too', async () => {
    const email = `person${people}@example.com`
    const local = await localPerson(email)
    expect(await signIn()).toBe('/sign-in?sso=not-connected')
    await verifyAddress(email)
    issuer.claims.email = email.toUpperCase()
    const browser = openBrowser(server)
    expect(await signIn(browser)).toBe('/')
    expect((await meOf(browser))?.id).toBe((await meOf(local))?.id)
  })

  it('AF36: somebody signed in connects the two themselves, in the browser that they began in', async () => {
    const local = await localPerson(`local${people}@example.com`)
    const connect = async (browser: Browser) => {
      const answer = await browser.post('/api/me/single-sign-on')
      return new URL(routes.connectSingleSignOn.response.parse(answer.json()).data.url)
    }
    const gone = await agree(await connect(local))
    const state = local.cookie('__Secure-easel.single_sign_on') ?? ''
    const thief = openBrowser(server)
    thief.setCookie('__Secure-easel.single_sign_on', state)
    expect(await comeBack(thief, gone)).toBe('/settings/account?sso=expired')
    expect(await comeBack(local, await agree(await connect(local)))).toBe('/settings/account')
    expect((await local.ask('/api/me/factors')).json()).toMatchObject({ data: { singleSignOn: true } })
    const browser = openBrowser(server)
    expect(await signIn(browser)).toBe('/')
    expect((await meOf(browser))?.id).toBe((await meOf(local))?.id)
    const other = await localPerson(`other${people}@example.com`)
    expect(await comeBack(other, await agree(await connect(other)))).toBe('/settings/account?sso=taken')
  })

  it('AF37: the sign-up policy holds for whoever comes this way', async () => {
    for (const now of ['closed', 'invite'] as const) {
      policy = now
      expect(await signIn(), now).toBe('/sign-in?sso=no-account')
    }
    const { userId } = server.pipeline
    const invitations = createInvitations(server.pipeline.db)
    const invite = async (email?: string) =>
      (
        await invitations.create(
          { userId, address: null },
          { role: 'admin', days: 1, ...(email === undefined ? {} : { email }) },
        )
      ).token
    expect(await signIn(openBrowser(server), '?invitation=made-up')).toBe('/sign-in?sso=no-account')
    const theirs = await invite('somebody-else@example.com')
    expect(await signIn(openBrowser(server), `?invitation=${theirs}`)).toBe('/sign-in?sso=no-account')
    const token = await invite()
    const browser = openBrowser(server)
    expect(await signIn(browser, `?invitation=${token}`)).toBe('/')
    expect(await meOf(browser)).toMatchObject({ role: 'admin' })
    policy = 'closed'
    expect(await signIn()).toBe('/')
    issuer.claims = { ...issuer.claims, sub: `late${people}`, email: `late${people}@example.com` }
    policy = 'invite'
    expect(await signIn(openBrowser(server), `?invitation=${token}`)).toBe('/sign-in?sso=no-account')
  })

  it('AF37: of two who come at once with the same account, both are the same person', async () => {
    const browsers = [openBrowser(server), openBrowser(server), openBrowser(server)]
    expect(await Promise.all(browsers.map((browser) => signIn(browser)))).toEqual(['/', '/', '/'])
    const ids = await Promise.all(browsers.map(async (browser) => (await meOf(browser))?.id))
    expect(new Set(ids).size).toBe(1)
  })

  it('AF16: a guest who comes for the first time becomes that person; later ones take their library along', async () => {
    const { browser, guestId } = await guest(server)
    expect(await signIn(browser)).toBe('/')
    expect(await meOf(browser)).toMatchObject({ id: guestId, role: 'user', email: `person${people}@example.com` })
    const later = await guest(server)
    expect(await signIn(later.browser)).toBe('/')
    expect((await meOf(later.browser))?.id).toBe(guestId)
    expect(await heirOf(server, later.guestId)).toBe(guestId)
  })

  it('AF38: a disabled account stays closed', async () => {
    const browser = openBrowser(server)
    await signIn(browser)
    const id = (await meOf(browser))?.id ?? ''
    await server.pipeline.db.updateTable('users').set({ disabled_at: new Date() }).where('id', '=', id).execute()
    const again = openBrowser(server)
    expect(await signIn(again)).toBe('/sign-in?sso=disabled')
    expect(await meOf(again)).toBeNull()
  })

  it('AF39: CVE-2026-45338: a picture that the issuer names is neither fetched nor kept', async () => {
    const fetched: string[] = []
    const trap = createServer((request, response) => {
      fetched.push(request.url ?? '')
      response.end()
    })
    await new Promise<void>((resolve) => void trap.listen(0, '127.0.0.1', resolve))
    const { port } = trap.address() as AddressInfo // oxlint-disable-line typescript/consistent-type-assertions -- it listens
    issuer.claims.picture = `http://127.0.0.1:${port}/picture.svg`
    const browser = openBrowser(server)
    expect(await signIn(browser)).toBe('/')
    const me = await meOf(browser)
    const row = await server.pipeline.db
      .selectFrom('users')
      .select('picture_url')
      .where('id', '=', me?.id ?? '')
      .executeTakeFirst()
    expect(row).toEqual({ picture_url: null })
    expect(JSON.stringify(me)).not.toContain(String(port))
    expect(fetched).toEqual([])
    await new Promise((resolve) => trap.close(resolve))
  })
})

describe('other issuers', () => {
  it('AF30: one that signs with ES256 and wants the secret in the body', async () => {
    const other = await startIssuer('ES256')
    const here = await openServer({ works: false, publicUrl, accounts: { oidc: settings(`${other.url}/`) } })
    const code = here.accounts?.setUpCode
    await openBrowser(here).post('/api/auth/setup', { name: 'Ada', email: 'ada@example.com', password, code })
    other.claims = { email: 'bea@example.com', email_verified: true }
    const browser = openBrowser(here)
    const page = new URL((await browser.ask('/api/auth/oidc')).headers.location ?? '')
    const back = await agree(page)
    expect((await browser.visit(pathOf(back.href))).headers.location).toBe('/')
    await here.close()
    await other.stop()
  })

  it('AF33: one that is down is told on the page, at both ends of the way', async () => {
    const other = await startIssuer()
    const here = await openServer({ works: false, publicUrl, accounts: { oidc: settings(other.url) } })
    const browser = openBrowser(here)
    const page = new URL((await browser.ask('/api/auth/oidc')).headers.location ?? '')
    const back = await agree(page)
    await other.stop()
    expect((await browser.visit(pathOf(back.href))).headers.location).toBe('/sign-in?sso=unreachable')
    const late = await openServer({ works: false, publicUrl, accounts: { oidc: settings(other.url) } })
    expect((await late.ask('/api/auth/oidc')).headers.location).toBe('/sign-in?sso=unreachable')
    await late.close()
    await here.close()
  })

  it('a server without one has no such address', async () => {
    const here = await openServer({ works: false, accounts: {} })
    expect((await here.ask('/api/auth/oidc')).status).toBe(404)
    expect((await here.ask('/api/auth/oidc/callback?code=a&state=b')).status).toBe(404)
    await here.close()
  })
})
