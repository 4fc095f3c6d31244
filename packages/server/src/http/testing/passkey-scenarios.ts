import { routes } from '@easel/contract'
import { newId } from '#base/ids.ts'
import { createAuthenticator } from './authenticator.ts'
import { openBrowser, sentBy, type Browser } from './browser.ts'
import { openSignedIn } from './people.ts'
import { absent, invalid, localMode, noId, signedOut, type Scenarios, type World } from './scenario.ts'

type Name =
  | 'listPasskeys'
  | 'askForNewPasskey'
  | 'createPasskey'
  | 'updatePasskey'
  | 'deletePasskey'
  | 'askForPasskey'
  | 'signInWithPasskey'

async function madePasskey(browser: Browser) {
  const answer = await browser.post('/api/me/passkeys/options')
  const question = routes.askForNewPasskey.response.parse(answer.json()).data
  const device = createAuthenticator()
  return { device, body: { name: 'Laptop', credential: device.create(question, browser.origin) } }
}

async function withPasskey(world: World) {
  const browser = await openSignedIn(world.people)
  const { device, body } = await madePasskey(browser)
  const answer = await browser.post('/api/me/passkeys', body)
  return { browser, device, passkey: routes.createPasskey.response.parse(answer.json()).data }
}

export const passkeyScenarios: Scenarios<Name> = {
  listPasskeys: [
    {
      name: 'success',
      request: async (world) => ({ headers: sentBy((await withPasskey(world)).browser) }),
      status: 200,
      as: 'nobody',
      shape: { data: [{ name: 'Laptop', synced: false }] },
    },
    localMode,
    signedOut,
  ],
  askForNewPasskey: [
    {
      name: 'success',
      request: async (world) => ({ headers: sentBy(await openSignedIn(world.people)) }),
      status: 200,
      as: 'nobody',
      shape: { data: { rp: { id: 'localhost' }, authenticatorSelection: { userVerification: 'required' } } },
    },
    { name: 'by a number', request: async () => ({}), status: 409, code: 'conflict', as: 'user' },
    localMode,
    signedOut,
  ],
  createPasskey: [
    {
      name: 'success',
      request: async (world) => {
        const browser = await openSignedIn(world.people)
        const { body } = await madePasskey(browser)
        return { headers: sentBy(browser), body }
      },
      status: 201,
      as: 'nobody',
      shape: { data: { name: 'Laptop' } },
    },
    {
      name: 'an answer to nothing',
      request: async (world) => ({ body: (await madePasskey(await openSignedIn(world.people))).body }),
      status: 400,
      code: 'bad-request',
      as: 'user',
    },
    {
      name: 'no credential',
      request: async () => ({ body: { name: ' ', credential: {} } }),
      ...invalid,
      fields: ['body.name', ...['id', 'rawId', 'type', 'response'].map((name) => `body.credential.${name}`)],
      as: 'user',
    },
    { ...localMode, request: async (world) => ({ body: (await madePasskey(await openSignedIn(world.people))).body }) },
    { ...signedOut, request: async (world) => ({ body: (await madePasskey(await openSignedIn(world.people))).body }) },
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
      ...invalid,
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
    localMode,
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
    { name: 'no credential', request: async () => ({ body: {} }), ...invalid, fields: ['body.credential'] },
    {
      ...localMode,
      request: async () => ({
        body: { credential: createAuthenticator().get({ challenge: 'AAAA', rpId: 'localhost' }, 'http://localhost') },
      }),
    },
  ],
}
