// Passkeys over HTTP, with a device in software. Rules in docs/spec/accounts.md (AF20 …).
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { routes } from '@easel/contract'
import { newId } from '#base/ids.ts'
import { createAuthenticator, type Authenticator } from './testing/authenticator.ts'
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
async function person() {
  const browser = openBrowser(server)
  const email = `person${++people}@example.com`
  const answer = await browser.post('/api/auth/sign-up', { name: 'Ann', email, password })
  const { me } = routes.signUp.response.parse(answer.json()).data
  return { browser, email, id: me?.id ?? '' }
}

async function ask(browser: Browser) {
  const answer = await browser.post('/api/auth/passkey/options')
  return routes.askForPasskey.response.parse(answer.json()).data
}

async function askForNew(browser: Browser) {
  const answer = await browser.post('/api/me/passkeys/options')
  return routes.askForNewPasskey.response.parse(answer.json()).data
}

const create = (browser: Browser, credential: object, name = 'Laptop') =>
  browser.post('/api/me/passkeys', { name, credential })

async function add(browser: Browser, device: Authenticator = createAuthenticator()) {
  const made = await create(browser, device.create(await askForNew(browser), browser.origin))
  return { device, passkey: routes.createPasskey.response.parse(made.json()).data }
}

async function withPasskey() {
  const someone = await person()
  return { ...someone, ...(await add(someone.browser)) }
}

const verify = (browser: Browser, credential: object) => browser.post('/api/auth/passkey/verify', { credential })

async function signIn(device: Authenticator, browser = openBrowser(server)) {
  return await verify(browser, device.get(await ask(browser), browser.origin))
}

const audit = async (id: string) =>
  (await server.pipeline.db.selectFrom('audit').selectAll().where('actor_id', '=', id).orderBy('id').execute()).map(
    ({ action }) => action,
  )

describe('a passkey', () => {
  it('AF20: is made by somebody signed in, and signs them in without a name or password', async () => {
    const { browser, id, device, passkey } = await withPasskey()
    expect(passkey).toMatchObject({ name: 'Laptop', synced: false })
    expect((await browser.ask('/api/me/passkeys')).json()).toEqual({ data: [passkey] })
    const fresh = openBrowser(server)
    device.counter = 2
    const answer = await signIn(device, fresh)
    expect(answer.json()).toMatchObject({ data: { me: { id }, secondFactor: false } })
    expect((await fresh.ask('/api/me')).json()).toMatchObject({ data: { id } })
    expect(await audit(id)).toEqual(expect.arrayContaining(['passkey-created', 'sign-in']))
  })

  it('AF20: asks the device for a finger or a PIN, and is refused when it did not', async () => {
    const { browser } = await person()
    const question = await askForNew(browser)
    expect(question).toMatchObject({
      rp: { id: 'localhost', name: 'Easel' },
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    })
    const device = createAuthenticator()
    device.verifiesUser = false
    expect((await create(browser, device.create(question, browser.origin))).status).toBe(400)
    device.verifiesUser = true
    await add(browser, device)
    device.counter = 2
    device.verifiesUser = false
    const fresh = openBrowser(server)
    expect(await ask(fresh)).toMatchObject({ userVerification: 'required', rpId: 'localhost' })
    expect((await signIn(device)).status).toBe(401)
    device.counter = 3
    device.verifiesUser = true
    expect((await signIn(device)).status).toBe(200)
  })

  it('AF21: answers one challenge, once, in the browser that asked', async () => {
    const { browser: own, device } = await withPasskey()
    const browser = openBrowser(server)
    const question = await ask(browser)
    device.counter = 2
    const answer = device.get(question, browser.origin)
    const cookie = browser.cookie('easel.passkey') ?? ''
    expect((await verify(openBrowser(server), answer)).status).toBe(401)
    expect((await verify(browser, answer)).status).toBe(200)
    const replayed = openBrowser(server)
    replayed.setCookie('easel.passkey', cookie)
    expect((await verify(replayed, answer)).status).toBe(401)
    // The answer to an older question.
    await ask(replayed)
    expect((await verify(replayed, answer)).status).toBe(401)
    const registration = createAuthenticator().create(await askForNew(own), own.origin)
    expect((await create(own, registration)).status).toBe(201)
    expect((await create(own, registration)).status).toBe(400)
  })

  it('AF22: answers the page of this server alone', async () => {
    const { browser, device } = await withPasskey()
    const fresh = openBrowser(server)
    device.counter = 2
    expect((await verify(fresh, device.get(await ask(fresh), 'https://evil.example'))).status).toBe(401)
    expect(
      (await verify(fresh, device.get({ ...(await ask(fresh)), rpId: 'evil.example' }, fresh.origin))).status,
    ).toBe(401)
    const question = await askForNew(browser)
    expect((await create(browser, createAuthenticator().create(question, 'https://evil.example'))).status).toBe(400)
    const elsewhere = { ...(await askForNew(browser)), rp: { id: 'evil.example' } }
    expect((await create(browser, createAuthenticator().create(elsewhere, browser.origin))).status).toBe(400)
    expect((await signIn(device, fresh)).status).toBe(200)
  })

  it('AF23: whose counter goes back was copied, and is refused', async () => {
    const { device, id } = await withPasskey()
    device.counter = 9
    expect((await signIn(device)).status).toBe(200)
    for (const counter of [8, 9, 1]) {
      device.counter = counter
      expect((await signIn(device)).json(), String(counter)).toMatchObject({ code: 'unauthorized' })
    }
    device.counter = 10
    expect((await signIn(device)).status).toBe(200)
    const failed = await server.pipeline.db
      .selectFrom('audit')
      .selectAll()
      .where('subject_id', '=', id)
      .where('action', '=', 'sign-in-failed')
      .execute()
    expect(failed).toHaveLength(3)
  })

  it('AF23: a signature of another key is refused, and so is what is no credential at all', async () => {
    const { device } = await withPasskey()
    const browser = openBrowser(server)
    const other = createAuthenticator().get(await ask(browser), browser.origin)
    const { id } = device.get(await ask(browser), browser.origin)
    expect((await verify(browser, { ...other, id, rawId: id })).status).toBe(401)
    await ask(browser)
    expect((await verify(browser, other)).status).toBe(401)
    expect((await verify(browser, { ...other, response: {} })).json()).toMatchObject({ code: 'validation-failed' })
    expect((await verify(browser, { ...other, id: '../x' })).json()).toMatchObject({ code: 'validation-failed' })
    const { browser: own } = await person()
    await askForNew(own)
    const junk = createAuthenticator().create(await askForNew(own), own.origin)
    const response = { clientDataJSON: 'AAAA', attestationObject: 'AAAA' }
    expect((await create(own, { ...junk, response })).json()).toMatchObject({ code: 'bad-request' })
  })

  it('AF24: is renamed and removed by its owner alone, and removed it signs nobody in', async () => {
    const { browser, device, passkey, id } = await withPasskey()
    const { browser: theirs } = await person()
    const path = `/api/me/passkeys/${passkey.id}`
    const change = (of: Browser, method: string, body?: object) =>
      of.ask({ method, path, body, headers: { origin: of.origin } })
    expect((await change(theirs, 'PATCH', { name: 'Mine' })).status).toBe(404)
    expect((await change(theirs, 'DELETE')).status).toBe(404)
    expect((await theirs.ask('/api/me/passkeys')).json()).toEqual({ data: [] })
    expect((await change(browser, 'PATCH', { name: ' Phone ' })).json()).toEqual({
      data: { ...passkey, name: 'Phone' },
    })
    expect((await change(browser, 'DELETE')).status).toBe(204)
    device.counter = 2
    expect((await signIn(device)).status).toBe(401)
    expect(await audit(id)).toContain('passkey-removed')
  })

  it('AF24: there are twenty at most', async () => {
    const { browser, id, passkey } = await withPasskey()
    const { db } = server.pipeline
    const row = await db.selectFrom('passkeys').selectAll().where('id', '=', passkey.id).executeTakeFirstOrThrow()
    const copies = Array.from({ length: 19 }, () => ({ ...row, id: newId(), user_id: id, credential_id: newId() }))
    await db.insertInto('passkeys').values(copies).execute()
    expect((await browser.post('/api/me/passkeys/options')).status).toBe(409)
  })

  it('AF25: lets nobody in whose account is disabled', async () => {
    const { device, id } = await withPasskey()
    await server.pipeline.db.updateTable('users').set({ disabled_at: new Date() }).where('id', '=', id).execute()
    device.counter = 2
    expect((await signIn(device)).json()).toMatchObject({ code: 'forbidden' })
  })

  it('AF25: is made only shortly after signing in', async () => {
    const { browser, id } = await person()
    await server.pipeline.db
      .updateTable('sessions')
      .set({ created_at: new Date(Date.now() - 25 * 3_600_000) })
      .where('user_id', '=', id)
      .execute()
    expect((await browser.post('/api/me/passkeys/options')).json()).toMatchObject({ code: 'forbidden' })
  })

  it('AF16: takes everything of a guest along who signs in with it', async () => {
    const { device, id } = await withPasskey()
    const { browser, guestId } = await guest(server)
    device.counter = 2
    expect((await signIn(device, browser)).json()).toMatchObject({ data: { me: { id } } })
    expect(await heirOf(server, guestId)).toBe(id)
  })

  it('AF26: is for names: whoever comes by a number is told so', async () => {
    const answer = await openBrowser(server, '127.0.0.1').post('/api/auth/passkey/options')
    expect(answer.json()).toMatchObject({ code: 'conflict', detail: expect.stringContaining('localhost') })
  })
})

it('AF26: belongs to the name that the settings say', async () => {
  const other = await openServer({ works: false, accounts: {}, publicUrl: 'https://pictures.example.com' })
  const answer = await other.ask({
    method: 'POST',
    path: '/api/auth/passkey/options',
    headers: { host: 'evil.example' },
  })
  expect(answer.json()).toMatchObject({ data: { rpId: 'pictures.example.com' } })
  expect(answer.headers['set-cookie']?.[0]).toMatch(/^__Secure-easel\.passkey=[^;]+;.*HttpOnly; Secure; SameSite=Lax$/)
  await other.close()
})
