import { expect } from 'vitest'
import { present } from '#base/errors.ts'
import { listSessions } from '#auth/sessions.ts'
import { resetPassword } from '#auth/password-reset.ts'
import { testPassword } from './people.ts'
import { absent, invalid, localMode, noId, signedOut, type Scenarios, type World } from './scenario.ts'

type Name =
  | 'getAuthStatus'
  | 'setUp'
  | 'signIn'
  | 'signUp'
  | 'signOut'
  | 'signOutEverywhere'
  | 'forgotPassword'
  | 'resetPassword'
  | 'getMe'
  | 'updateMe'
  | 'listSessions'
  | 'endSession'
  | 'changePassword'

const asNew = async ({ people }: World) => await asNewOf(people)

async function sessionOf({ people }: World, userId: string): Promise<string> {
  const [session] = await listSessions(people.server.pipeline.db, userId)
  return present(session, 'a session').id
}

const person = { name: 'Žofie', email: 'zofie@example.com', password: testPassword }

export const accountScenarios: Scenarios<Name> = {
  getAuthStatus: [
    {
      name: 'success',
      request: async () => ({}),
      status: 200,
      as: 'nobody',
      shape: { data: { mode: 'accounts', needsSetup: false, signUp: 'open', me: null, passwordReset: false } },
    },
    {
      name: 'somebody signed in',
      request: async () => ({}),
      status: 200,
      as: 'user',
      shape: { data: { me: { role: 'user', mode: 'accounts', hasPassword: true } } },
    },
    {
      name: 'local mode',
      request: async () => ({}),
      status: 200,
      shape: { data: { mode: 'local', needsSetup: false, signUp: 'closed', me: { role: 'admin', mode: 'local' } } },
    },
    {
      name: 'a token that is nobody’s',
      request: async () => ({ headers: { authorization: 'Bearer made.up' } }),
      status: 200,
      as: 'nobody',
      shape: { data: { me: null } },
    },
  ],
  setUp: [
    {
      name: 'success',
      request: async () => ({ body: person }),
      status: 200,
      as: 'first',
      shape: { data: { secondFactor: false, me: { role: 'admin', email: person.email } } },
    },
    { name: 'a second time', request: async () => ({ body: person }), status: 409, code: 'conflict', as: 'nobody' },
    { ...localMode, request: async () => ({ body: person }) },
    {
      name: 'no e-mail address',
      request: async () => ({ body: { ...person, email: 'nobody' } }),
      ...invalid,
      fields: ['body.email'],
      as: 'nobody',
    },
  ],
  signIn: [
    {
      name: 'success',
      request: async ({ people }) => ({ body: { email: people.user.email, password: testPassword } }),
      status: 200,
      as: 'nobody',
      shape: { data: { secondFactor: false, me: { role: 'user' } } },
    },
    {
      name: 'a wrong password',
      request: async ({ people }) => ({ body: { email: people.user.email, password: 'not the password' } }),
      status: 401,
      code: 'unauthorized',
      as: 'nobody',
    },
    {
      name: 'nobody of this address',
      request: async () => ({ body: { email: 'nobody@example.com', password: testPassword } }),
      status: 401,
      code: 'unauthorized',
      as: 'nobody',
    },
    {
      name: 'a page of another website',
      request: async ({ people }) => ({
        body: { email: people.user.email, password: testPassword },
        headers: { ...people.user.headers, origin: 'https://evil.example' },
      }),
      status: 403,
      code: 'foreign-origin',
      as: 'nobody',
    },
    {
      name: 'no password',
      request: async () => ({ body: { email: 'a b@example.com' } }),
      ...invalid,
      fields: ['body.email', 'body.password'],
      as: 'nobody',
    },
    { ...localMode, request: async () => ({ body: person }) },
  ],
  signUp: [
    {
      name: 'success',
      request: async () => ({ body: person }),
      status: 200,
      as: 'nobody',
      shape: { data: { secondFactor: false, me: { name: 'Žofie', email: 'zofie@example.com', role: 'user' } } },
    },
    {
      name: 'an address that is taken',
      request: async ({ people }) => ({ body: { ...person, email: people.other.email.toUpperCase() } }),
      status: 409,
      code: 'conflict',
      as: 'nobody',
    },
    {
      name: 'an invitation that is none',
      request: async () => ({ body: { ...person, email: 'late@example.com', invitation: 'made-up' } }),
      status: 403,
      code: 'forbidden',
      as: 'nobody',
    },
    {
      name: 'a password that anybody would try',
      request: async () => ({ body: { ...person, email: 'new@example.com', password: 'Password123!' } }),
      ...invalid,
      fields: ['body.password'],
      as: 'nobody',
    },
    {
      name: 'a name and a password beyond all',
      request: async () => ({
        body: { name: 'x'.repeat(101), email: 'new@example.com', password: 'x'.repeat(1001) },
      }),
      ...invalid,
      fields: ['body.name', 'body.password'],
      as: 'nobody',
    },
    { ...localMode, request: async () => ({ body: person }) },
  ],
  signOut: [
    { name: 'success', request: asNew, status: 204, as: 'nobody' },
    { name: 'nobody signed in', request: async () => ({}), status: 204, as: 'nobody' },
    localMode,
  ],
  signOutEverywhere: [{ name: 'success', request: asNew, status: 204, as: 'nobody' }, signedOut, localMode],
  forgotPassword: [
    {
      name: 'success',
      request: async ({ people }) => ({ body: { email: people.user.email } }),
      status: 200,
      as: 'nobody',
      shape: { data: { mail: false, message: expect.stringContaining('easel users reset') } },
    },
    {
      name: 'nobody of this address',
      request: async () => ({ body: { email: 'nobody@example.com' } }),
      status: 200,
      as: 'nobody',
      shape: { data: { mail: false } },
    },
    {
      name: 'no address',
      request: async () => ({ body: { email: `${'a'.repeat(300)}@example.com` } }),
      ...invalid,
      fields: ['body.email'],
      as: 'nobody',
    },
    { ...localMode, request: async () => ({ body: { email: 'a@example.com' } }) },
  ],
  resetPassword: [
    {
      name: 'success',
      request: async ({ people }) => {
        const { email } = await people.add()
        const token = present(await resetPassword(people.server.pipeline.db, email), 'a token')
        return { body: { token, password: 'another fox in the snow' } }
      },
      status: 204,
      as: 'nobody',
    },
    {
      name: 'a token that is none',
      request: async () => ({ body: { token: 'made-up', password: 'another fox in the snow' } }),
      status: 403,
      code: 'forbidden',
      as: 'nobody',
    },
    {
      name: 'no token',
      request: async () => ({ body: { token: '' } }),
      ...invalid,
      fields: ['body.token', 'body.password'],
    },
    { ...localMode, request: async () => ({ body: { token: 'x', password: 'another fox in the snow' } }) },
  ],
  getMe: [
    {
      name: 'success',
      request: async () => ({}),
      status: 200,
      shape: { data: { mode: 'local', role: 'admin', email: null, hasPassword: false, expiresAt: null } },
    },
    {
      name: 'in accounts mode',
      request: async () => ({}),
      status: 200,
      as: 'admin',
      shape: { data: { mode: 'accounts', role: 'admin', hasPassword: true } },
    },
    signedOut,
    {
      name: 'a token that is nobody’s',
      request: async ({ people }) => ({ headers: { ...people.user.headers, authorization: 'Bearer made.up' } }),
      status: 401,
      code: 'unauthorized',
      as: 'nobody',
    },
  ],
  updateMe: [
    {
      name: 'success',
      request: async ({ people }) => ({ body: { name: '  Füchsin 🦊 ' }, ...(await asNewOf(people)) }),
      status: 200,
      as: 'nobody',
      shape: { data: { name: 'Füchsin 🦊' } },
    },
    {
      name: 'local mode',
      request: async () => ({ body: { name: 'Me' } }),
      status: 200,
      shape: { data: { name: 'Me' } },
    },
    { name: 'no name', request: async () => ({ body: { name: ' ' } }), ...invalid, fields: ['body.name'], as: 'user' },
    { ...signedOut, request: async () => ({ body: { name: 'Me' } }) },
  ],
  listSessions: [
    {
      name: 'success',
      request: async () => ({}),
      status: 200,
      as: 'user',
      shape: { data: expect.arrayContaining([expect.objectContaining({ current: true, address: '127.0.0.1' })]) },
    },
    { name: 'local mode', request: async () => ({}), status: 200, shape: { data: [] } },
    signedOut,
  ],
  endSession: [
    {
      name: 'success',
      request: async (world) => {
        const { id, headers } = await world.people.add()
        return { params: { id: await sessionOf(world, id) }, headers }
      },
      status: 204,
      as: 'nobody',
    },
    { ...absent, name: 'absent', as: 'user' },
    {
      name: 'somebody else’s',
      request: async (world) => ({ params: { id: await sessionOf(world, world.people.other.id) } }),
      status: 404,
      code: 'not-found',
      as: 'user',
    },
    { ...noId, name: 'no id', as: 'user' },
  ],
  changePassword: [
    {
      name: 'success',
      request: async ({ people }) => ({
        body: { current: testPassword, password: 'another fox in the snow' },
        ...(await asNewOf(people)),
      }),
      status: 204,
      as: 'nobody',
    },
    {
      name: 'another one than the one in use',
      request: async () => ({ body: { current: 'not the password', password: 'another fox in the snow' } }),
      ...invalid,
      fields: ['body.current'],
      as: 'user',
    },
    {
      name: 'a short one',
      request: async () => ({ body: { current: testPassword, password: 'short' } }),
      ...invalid,
      fields: ['body.password'],
      as: 'user',
    },
    { ...signedOut, request: async () => ({ body: { password: 'another fox in the snow' } }) },
    { ...localMode, request: async () => ({ body: { password: 'another fox in the snow' } }) },
  ],
}

async function asNewOf(people: World['people']) {
  return { headers: (await people.add()).headers }
}
