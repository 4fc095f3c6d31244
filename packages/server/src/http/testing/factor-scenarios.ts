import { expect } from 'vitest'
import { TOTP, URI } from 'otpauth'
import { routes } from '@easel/contract'
import { createApiKeys } from '#auth/api-keys.ts'
import { DefectError } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import { createAuthenticator } from './authenticator.ts'
import { openBrowser, type Browser } from './browser.ts'
import { testPassword } from './people.ts'
import { absent, noId, type Scenario, type Scenarios, type World } from './scenario.ts'

type Name =
  | 'listApiKeys'
  | 'createApiKey'
  | 'deleteApiKey'
  | 'verifySecondFactor'
  | 'getFactors'
  | 'enableTwoFactor'
  | 'verifyTwoFactor'
  | 'disableTwoFactor'
  | 'renewRecoveryCodes'
  | 'listPasskeys'
  | 'askForNewPasskey'
  | 'createPasskey'
  | 'updatePasskey'
  | 'deletePasskey'
  | 'askForPasskey'
  | 'signInWithPasskey'
  | 'connectSingleSignOn'

const wrong = { status: 400, code: 'validation-failed' } as const
const signedOut: Scenario = {
  name: 'nobody signed in',
  request: async () => ({}),
  status: 401,
  code: 'unauthorized',
  as: 'nobody',
}
const local = { name: 'local mode', request: async () => ({}), status: 404, code: 'not-found' } as const

/** What a browser sends along that has done all this. */
function sentBy(browser: Browser) {
  const { port } = new URL(browser.origin)
  const { origin } = browser
  return { cookie: browser.cookies(), host: `localhost:${port}`, origin }
}

async function newBrowser({ people }: World): Promise<Browser> {
  const browser = openBrowser(people.server)
  const { email } = await people.add()
  await browser.post('/api/auth/sign-in', { email, password: testPassword })
  return browser
}

/** @param step which half minute's code: each is good for once */
function codeOf(uri: string, step: 0 | 1): string {
  const totp = URI.parse(uri)
  if (!(totp instanceof TOTP)) throw new DefectError('no TOTP')
  return totp.generate({ timestamp: Date.now() + step * 30_000 })
}

async function begun(browser: Browser) {
  const answer = await browser.post('/api/me/two-factor/enable', { password: testPassword })
  return routes.enableTwoFactor.response.parse(answer.json()).data
}

async function withTwoFactor(world: World) {
  const browser = await newBrowser(world)
  const secret = await begun(browser)
  await browser.post('/api/me/two-factor/verify', { code: codeOf(secret.uri, 0) })
  return { browser, ...secret }
}

async function halfSignedIn(world: World) {
  const { browser, recoveryCodes } = await withTwoFactor(world)
  const { email } = routes.getMe.response.parse((await browser.ask('/api/me')).json()).data
  const half = openBrowser(world.people.server)
  await half.post('/api/auth/sign-in', { email, password: testPassword })
  return { half, recoveryCodes }
}

async function madePasskey(browser: Browser) {
  const answer = await browser.post('/api/me/passkeys/options')
  const question = routes.askForNewPasskey.response.parse(answer.json()).data
  const device = createAuthenticator()
  return { device, body: { name: 'Laptop', credential: device.create(question, browser.origin) } }
}

async function withPasskey(world: World) {
  const browser = await newBrowser(world)
  const { device, body } = await madePasskey(browser)
  const answer = await browser.post('/api/me/passkeys', body)
  return { browser, device, passkey: routes.createPasskey.response.parse(answer.json()).data }
}

async function keyOf(world: World, who: 'user' | 'other'): Promise<string> {
  const { server, [who]: person } = world.people
  const owner = { userId: person.id, role: 'user', address: null } as const
  return (await createApiKeys(server.pipeline).create(owner, { name: 'Script', scopes: ['read'] })).id
}

const keyScenarios = {
  listApiKeys: [
    { name: 'success', request: async () => ({}), status: 200, shape: { data: [] } },
    {
      name: 'some',
      request: async (world) => {
        await keyOf(world, 'user')
        return {}
      },
      status: 200,
      as: 'user',
      shape: { data: expect.arrayContaining([expect.objectContaining({ name: 'Script', scopes: ['read'] })]) },
    },
    signedOut,
  ],
  createApiKey: [
    {
      name: 'success',
      request: async () => ({ body: { name: ' Script ', scopes: ['read', 'admin'] } }),
      status: 201,
      shape: { data: { name: 'Script', key: expect.stringMatching(/^easel_/), lastUsedAt: null } },
    },
    {
      name: 'the scope admin for somebody else',
      request: async () => ({ body: { name: 'Script', scopes: ['admin'] } }),
      status: 403,
      code: 'forbidden',
      as: 'user',
    },
    {
      name: 'no name, no scope',
      request: async () => ({ body: { name: ' ', scopes: [] } }),
      ...wrong,
      fields: ['body.name', 'body.scopes'],
    },
    {
      name: 'an end in the past',
      request: async () => ({ body: { name: 'x', scopes: ['read'], expiresAt: '2020-01-01T00:00:00Z' } }),
      ...wrong,
      fields: ['body.expiresAt'],
    },
    { ...signedOut, request: async () => ({ body: { name: 'x', scopes: ['read'] } }) },
  ],
  deleteApiKey: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await keyOf(world, 'user') } }),
      status: 204,
      as: 'user',
    },
    { ...absent, name: 'absent' },
    {
      name: 'somebody else’s',
      request: async (world) => ({ params: { id: await keyOf(world, 'other') } }),
      status: 404,
      code: 'not-found',
      as: 'user',
    },
    { ...noId, name: 'no id' },
  ],
} as const satisfies Partial<Scenarios<Name>>

const wrongPassword = {
  name: 'a wrong password',
  request: async (world: World) => ({
    headers: sentBy((await withTwoFactor(world)).browser),
    body: { password: 'not the password' },
  }),
  ...wrong,
  fields: ['body.password'],
  as: 'nobody',
} as const
const noPassword = { name: 'no password', request: async () => ({ body: {} }), ...wrong, fields: ['body.password'] }
const notSetUp = {
  name: 'not set up',
  request: async () => ({ body: { password: testPassword } }),
  status: 409,
  code: 'conflict',
  as: 'user',
} as const
const localPassword = { ...local, request: async () => ({ body: { password: 'x' } }) }
const signedOutPassword = { ...signedOut, request: async () => ({ body: { password: 'x' } }) }

const twoFactorScenarios = {
  verifySecondFactor: [
    {
      name: 'success',
      request: async (world) => {
        const { half, recoveryCodes } = await halfSignedIn(world)
        return { headers: sentBy(half), body: { recoveryCode: recoveryCodes[0] } }
      },
      status: 200,
      as: 'nobody',
      shape: { data: { secondFactor: false, me: { twoFactor: true } } },
    },
    {
      name: 'a wrong code',
      request: async (world) => ({ headers: sentBy((await halfSignedIn(world)).half), body: { code: '000000' } }),
      ...wrong,
      fields: ['body.code'],
      as: 'nobody',
    },
    {
      name: 'no first half',
      request: async () => ({ body: { code: '123456' } }),
      status: 401,
      code: 'unauthorized',
      as: 'nobody',
    },
    { name: 'neither', request: async () => ({ body: {} }), ...wrong, fields: ['body.code'], as: 'nobody' },
    { ...local, request: async () => ({ body: { code: '123456' } }) },
  ],
  getFactors: [
    {
      name: 'success',
      request: async () => ({}),
      status: 200,
      as: 'user',
      shape: { data: { hasPassword: true, twoFactor: false, recoveryCodesLeft: null, singleSignOn: false } },
    },
    local,
    signedOut,
  ],
  enableTwoFactor: [
    {
      name: 'success',
      request: async (world) => ({
        headers: sentBy(await newBrowser(world)),
        body: { password: testPassword },
      }),
      status: 200,
      as: 'nobody',
      shape: { data: { uri: expect.stringMatching(/^otpauth:/) } },
    },
    {
      name: 'a wrong password',
      request: async () => ({ body: { password: 'not the password' } }),
      ...wrong,
      fields: ['body.password'],
      as: 'user',
    },
    noPassword,
    localPassword,
    signedOutPassword,
  ],
  verifyTwoFactor: [
    {
      name: 'success',
      request: async (world) => {
        const browser = await newBrowser(world)
        const { uri } = await begun(browser)
        return { headers: sentBy(browser), body: { code: codeOf(uri, 0) } }
      },
      status: 204,
      as: 'nobody',
    },
    {
      name: 'not begun',
      request: async () => ({ body: { code: '123 456' } }),
      status: 409,
      code: 'conflict',
      as: 'user',
    },
    { name: 'no code', request: async () => ({ body: { code: '12345a' } }), ...wrong, fields: ['body.code'] },
    { ...local, request: async () => ({ body: { code: '123456' } }) },
    { ...signedOut, request: async () => ({ body: { code: '123456' } }) },
  ],
  disableTwoFactor: [
    {
      name: 'success',
      request: async (world) => ({
        headers: sentBy((await withTwoFactor(world)).browser),
        body: { password: testPassword },
      }),
      status: 204,
      as: 'nobody',
    },
    wrongPassword,
    notSetUp,
    noPassword,
    localPassword,
    signedOutPassword,
  ],
  renewRecoveryCodes: [
    {
      name: 'success',
      request: async (world) => ({
        headers: sentBy((await withTwoFactor(world)).browser),
        body: { password: testPassword },
      }),
      status: 200,
      as: 'nobody',
      shape: { data: { recoveryCodes: expect.arrayContaining([expect.any(String)]) } },
    },
    wrongPassword,
    notSetUp,
    noPassword,
    localPassword,
    signedOutPassword,
  ],
} as const satisfies Partial<Scenarios<Name>>

const passkeyScenarios = {
  listPasskeys: [
    {
      name: 'success',
      request: async (world) => ({ headers: sentBy((await withPasskey(world)).browser) }),
      status: 200,
      as: 'nobody',
      shape: { data: [{ name: 'Laptop', synced: false }] },
    },
    local,
    signedOut,
  ],
  askForNewPasskey: [
    {
      name: 'success',
      request: async (world) => ({ headers: sentBy(await newBrowser(world)) }),
      status: 200,
      as: 'nobody',
      shape: { data: { rp: { id: 'localhost' }, authenticatorSelection: { userVerification: 'required' } } },
    },
    { name: 'by a number', request: async () => ({}), status: 409, code: 'conflict', as: 'user' },
    local,
    signedOut,
  ],
  createPasskey: [
    {
      name: 'success',
      request: async (world) => {
        const browser = await newBrowser(world)
        const { body } = await madePasskey(browser)
        return { headers: sentBy(browser), body }
      },
      status: 201,
      as: 'nobody',
      shape: { data: { name: 'Laptop' } },
    },
    {
      name: 'an answer to nothing',
      request: async (world) => ({ body: (await madePasskey(await newBrowser(world))).body }),
      status: 400,
      code: 'bad-request',
      as: 'user',
    },
    {
      name: 'no credential',
      request: async () => ({ body: { name: ' ', credential: {} } }),
      ...wrong,
      fields: ['body.name', ...['id', 'rawId', 'type', 'response'].map((name) => `body.credential.${name}`)],
      as: 'user',
    },
    { ...local, request: async (world) => ({ body: (await madePasskey(await newBrowser(world))).body }) },
    { ...signedOut, request: async (world) => ({ body: (await madePasskey(await newBrowser(world))).body }) },
  ],
  updatePasskey: [
    {
      name: 'success',
      request: async (world) => {
        const { browser, passkey } = await withPasskey(world)
        return { headers: sentBy(browser), params: { id: passkey.id }, body: { name: 'Phone' } }
      },
      status: 200,
      as: 'nobody',
      shape: { data: { name: 'Phone' } },
    },
    { ...absent, name: 'absent', request: async () => ({ params: { id: newId() }, body: { name: 'x' } }), as: 'user' },
    {
      name: 'somebody else’s',
      request: async (world) => ({ params: { id: (await withPasskey(world)).passkey.id }, body: { name: 'x' } }),
      status: 404,
      code: 'not-found',
      as: 'user',
    },
    { ...noId, name: 'no id', request: async () => ({ params: { id: 'x' }, body: { name: 'x' } }) },
    {
      name: 'no name',
      request: async () => ({ params: { id: newId() }, body: { name: '' } }),
      ...wrong,
      fields: ['body.name'],
    },
  ],
  deletePasskey: [
    {
      name: 'success',
      request: async (world) => {
        const { browser, passkey } = await withPasskey(world)
        return { headers: sentBy(browser), params: { id: passkey.id } }
      },
      status: 204,
      as: 'nobody',
    },
    { ...absent, name: 'absent', as: 'user' },
    {
      name: 'somebody else’s',
      request: async (world) => ({ params: { id: (await withPasskey(world)).passkey.id } }),
      status: 404,
      code: 'not-found',
      as: 'user',
    },
    { ...noId, name: 'no id' },
  ],
  askForPasskey: [
    {
      name: 'success',
      request: async (world) => ({ headers: sentBy(openBrowser(world.people.server)) }),
      status: 200,
      as: 'nobody',
      shape: { data: { rpId: 'localhost', userVerification: 'required' } },
    },
    { name: 'by a number', request: async () => ({}), status: 409, code: 'conflict', as: 'nobody' },
    local,
  ],
  signInWithPasskey: [
    {
      name: 'success',
      request: async (world) => {
        const { device } = await withPasskey(world)
        const browser = openBrowser(world.people.server)
        const answer = await browser.post('/api/auth/passkey/options')
        const question = routes.askForPasskey.response.parse(answer.json()).data
        device.counter = 2
        return { headers: sentBy(browser), body: { credential: device.get(question, browser.origin) } }
      },
      status: 200,
      as: 'nobody',
      shape: { data: { secondFactor: false, me: { role: 'user' } } },
    },
    {
      name: 'an answer to nothing',
      request: async () => ({
        body: { credential: createAuthenticator().get({ challenge: 'AAAA', rpId: 'localhost' }, 'http://localhost') },
      }),
      status: 401,
      code: 'unauthorized',
      as: 'nobody',
    },
    { name: 'no credential', request: async () => ({ body: {} }), ...wrong, fields: ['body.credential'] },
    {
      ...local,
      request: async () => ({
        body: { credential: createAuthenticator().get({ challenge: 'AAAA', rpId: 'localhost' }, 'http://localhost') },
      }),
    },
  ],
  connectSingleSignOn: [
    {
      name: 'success',
      request: async ({ unused }) => {
        const browser = openBrowser(unused)
        const person = { name: 'Ann', email: 'ann@example.com', password: testPassword }
        // Whether it is set up already depends on what ran before.
        await browser.post('/api/auth/setup', { ...person, email: 'first@example.com' })
        await browser.post('/api/auth/sign-up', person)
        return { headers: sentBy(browser) }
      },
      status: 200,
      as: 'first',
      shape: { data: { url: expect.stringMatching(/^http:\/\/localhost:\d+\/authorize\?client_id=easel&/) } },
    },
    { ...local, name: 'no issuer', as: 'user' },
    local,
    signedOut,
  ],
} as const satisfies Partial<Scenarios<Name>>

export const factorScenarios: Scenarios<Name> = { ...keyScenarios, ...twoFactorScenarios, ...passkeyScenarios }
