import { expect } from 'vitest'
import { newId } from '#base/ids.ts'
import { absent, noId, type Scenarios, type World } from './scenario.ts'

type Name =
  | 'getOverview'
  | 'listUsers'
  | 'updateUser'
  | 'removeUser'
  | 'listInvitations'
  | 'createInvitation'
  | 'deleteInvitation'
  | 'listAudit'
  | 'getDefaults'
  | 'updateDefaults'

const noPosition = {
  name: 'a position that is none',
  request: async () => ({ query: 'cursor=nonsense' }),
  status: 400,
  code: 'validation-failed',
  fields: ['query.cursor'],
} as const

/** Somebody who may be changed without anybody noticing. */
async function addPerson({ server }: World): Promise<string> {
  const id = newId()
  await server.pipeline.db.insertInto('users').values({ id, name: 'Grace', role: 'user' }).execute()
  return id
}

export const adminScenarios: Scenarios<Name> = {
  getOverview: [
    {
      name: 'success',
      request: async () => ({}),
      status: 200,
      shape: { data: { version: '1.2.3', storage: expect.any(Object), queue: expect.any(Array) } },
    },
  ],
  listUsers: [
    {
      name: 'success',
      request: async () => ({ query: 'limit=1' }),
      status: 200,
      shape: { data: [{ id: expect.any(String), role: expect.any(String) }], nextCursor: expect.any(String) },
    },
    noPosition,
  ],
  updateUser: [
    {
      name: 'success',
      request: async (world) => ({
        params: { id: await addPerson(world) },
        body: { role: 'admin', disabled: true, quota: { bytes: 1000, atOnce: null } },
      }),
      status: 200,
      shape: { data: { role: 'admin', disabledAt: expect.any(String), quota: { bytes: 1000, atOnce: null } } },
    },
    {
      name: 'a role that is none',
      request: async (world) => ({ params: { id: await addPerson(world) }, body: { role: 'guest' } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.role'],
    },
    {
      name: 'less than nothing',
      request: async (world) => ({ params: { id: await addPerson(world) }, body: { quota: { bytes: -1 } } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.quota.bytes'],
    },
    { name: 'absent', ...absent, request: async () => ({ params: { id: newId() }, body: {} }) },
    { name: 'no id', ...noId, request: async () => ({ params: { id: 'x' }, body: {} }) },
  ],
  removeUser: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await addPerson(world) }, body: { pictures: 'erase' } }),
      status: 202,
      shape: { data: { removal: 'erase', disabledAt: expect.any(String) } },
    },
    {
      name: 'an heir who is not there',
      request: async (world) => ({
        params: { id: await addPerson(world) },
        body: { pictures: 'hand-over', to: newId() },
      }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.to'],
    },
    {
      name: 'nothing said of the pictures',
      request: async (world) => ({ params: { id: await addPerson(world) }, body: {} }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.pictures'],
    },
    { name: 'absent', ...absent, request: async () => ({ params: { id: newId() }, body: { pictures: 'erase' } }) },
    { name: 'no id', ...noId, request: async () => ({ params: { id: 'x' }, body: { pictures: 'erase' } }) },
  ],
  listInvitations: [{ name: 'success', request: async () => ({}), status: 200, shape: { data: expect.any(Array) } }],
  createInvitation: [
    {
      name: 'success',
      request: async () => ({ body: { email: 'Grace@Example.com', days: 1 } }),
      status: 201,
      shape: { data: { email: 'grace@example.com', role: 'user', usedAt: null, token: expect.any(String) } },
    },
    {
      name: 'no address',
      request: async () => ({ body: { email: 'grace', days: 366 } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.email', 'body.days'],
    },
  ],
  deleteInvitation: [
    {
      name: 'success',
      request: async ({ server }) => {
        const made = await server.ask({ method: 'POST', path: '/api/admin/invitations', body: {} })
        const { data } = made.json() as { data: { id: string } } // oxlint-disable-line typescript/consistent-type-assertions -- what the scenario above checks
        return { params: { id: data.id } }
      },
      status: 204,
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
  ],
  listAudit: [
    {
      name: 'success',
      request: async () => ({ query: 'limit=2&action=invitation-created' }),
      status: 200,
      shape: { data: expect.any(Array) },
    },
    noPosition,
    {
      name: 'a kind that cannot be',
      request: async () => ({ query: "action=x'--" }),
      status: 400,
      code: 'validation-failed',
      fields: ['query.action'],
    },
  ],
  getDefaults: [
    { name: 'success', request: async () => ({}), status: 200, shape: { data: { signUp: expect.any(String) } } },
  ],
  updateDefaults: [
    {
      name: 'success',
      request: async () => ({ body: { guestDays: 9 } }),
      status: 200,
      shape: { data: { guestDays: 9, signUp: 'invite' } },
    },
    {
      name: 'a policy that is none',
      request: async () => ({ body: { signUp: 'sometimes', guestDays: 0 } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.signUp', 'body.guestDays'],
    },
  ],
}
