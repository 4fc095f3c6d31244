import { expect } from 'vitest'
import { cookiesOf } from './people.ts'
import type { Scenarios, World } from './scenario.ts'

type Name = 'beginGuest' | 'getUsage'

/** The cookie of a guest who has just come. */
async function guest({ people }: World): Promise<{ headers: { cookie: string } }> {
  const answer = await people.server.ask({ method: 'POST', path: '/api/auth/guest' })
  return { headers: { cookie: cookiesOf(answer) } }
}

const nothing = { imagesADay: 0, atOnce: 0, moneyAMonth: 0 }

export const guestScenarios: Scenarios<Name> = {
  beginGuest: [
    {
      name: 'success',
      request: async () => ({}),
      status: 201,
      as: 'nobody',
      shape: { data: { expiresAt: expect.any(String) } },
    },
    { name: 'a guest who comes back', request: guest, status: 201, as: 'nobody' },
    { name: 'somebody signed in', request: async () => ({}), status: 409, code: 'conflict', as: 'user' },
    { name: 'local mode', request: async () => ({}), status: 404, code: 'not-found' },
    { name: 'where guests are not allowed', request: async () => ({}), status: 403, code: 'forbidden', as: 'first' },
  ],
  getUsage: [
    {
      name: 'success',
      request: async ({ image }) => {
        await image()
        return {}
      },
      status: 200,
      events: 'any',
      shape: { data: { used: { bytes: expect.any(Number) }, allowed: { bytes: null, imagesADay: null } } },
    },
    {
      name: 'QU9: somebody new',
      request: async () => ({}),
      status: 200,
      as: 'user',
      shape: { data: { used: nothing } },
    },
    {
      name: 'a guest',
      request: guest,
      status: 200,
      as: 'nobody',
      shape: { data: { used: { ...nothing, bytes: 0 } } },
    },
    { name: 'nobody signed in', request: async () => ({}), status: 401, code: 'unauthorized', as: 'nobody' },
  ],
}
