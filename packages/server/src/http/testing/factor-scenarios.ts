import { expect } from 'vitest'
import { TOTP, URI } from 'otpauth'
import { routes } from '@easel/contract'
import { createApiKeys } from '#auth/api-keys.ts'
import { DefectError } from '#base/errors.ts'
import { openBrowser, sentBy, type Browser } from './browser.ts'
import { openSignedIn, testPassword } from './people.ts'
import { absent, invalid, localMode, noId, signedOut, type Scenarios, type World } from './scenario.ts'

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
  | 'connectSingleSignOn'

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
  const browser = await openSignedIn(world.people)
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
      ...invalid,
      fields: ['body.name', 'body.scopes'],
    },
    {
      name: 'an end in the past',
      request: async () => ({ body: { name: 'x', scopes: ['read'], expiresAt: '2020-01-01T00:00:00Z' } }),
      ...invalid,
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
  ...invalid,
  fields: ['body.password'],
  as: 'nobody',
} as const
const noPassword = { name: 'no password', request: async () => ({ body: {} }), ...invalid, fields: ['body.password'] }
const notSetUp = {
  name: 'not set up',
  request: async () => ({ body: { password: testPassword } }),
  status: 409,
  code: 'conflict',
  as: 'user',
} as const
const localPassword = { ...localMode, request: async () => ({ body: { password: 'x' } }) }
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
      ...invalid,
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
    { name: 'neither', request: async () => ({ body: {} }), ...invalid, fields: ['body.code'], as: 'nobody' },
    { ...localMode, request: async () => ({ body: { code: '123456' } }) },
  ],
  getFactors: [
    {
      name: 'success',
      request: async () => ({}),
      status: 200,
      as: 'user',
      shape: { data: { hasPassword: true, twoFactor: false, recoveryCodesLeft: null, singleSignOn: false } },
    },
    localMode,
    signedOut,
  ],
  enableTwoFactor: [
    {
      name: 'success',
      request: async (world) => ({
        headers: sentBy(await openSignedIn(world.people)),
        body: { password: testPassword },
      }),
      status: 200,
      as: 'nobody',
      shape: { data: { uri: expect.stringMatching(/^otpauth:/) } },
    },
    {
      name: 'a wrong password',
      request: async () => ({ body: { password: 'not the password' } }),
      ...invalid,
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
        const browser = await openSignedIn(world.people)
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
    { name: 'no code', request: async () => ({ body: { code: '12345a' } }), ...invalid, fields: ['body.code'] },
    { ...localMode, request: async () => ({ body: { code: '123456' } }) },
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

const singleSignOnScenarios = {
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
    { ...localMode, name: 'no issuer', as: 'user' },
    localMode,
    signedOut,
  ],
} as const satisfies Partial<Scenarios<Name>>

export const factorScenarios: Scenarios<Name> = { ...keyScenarios, ...twoFactorScenarios, ...singleSignOnScenarios }
