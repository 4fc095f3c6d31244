// API keys over HTTP. Rules in docs/spec/accounts.md (AF1 …).
import { afterAll, beforeAll, expect, it } from 'vitest'
import { routes, type Scope } from '@easel/contract'
import { openPeople, type People, type TestPerson } from './testing/people.ts'

let people: People
beforeAll(async () => {
  people = await openPeople()
})
afterAll(() => people.close())

async function make({ headers }: TestPerson, scopes: readonly Scope[]) {
  const body = { name: 'Script', scopes }
  const answer = await people.server.ask({ method: 'POST', path: '/api/me/keys', headers, body })
  expect(answer.headers['cache-control']).toBe('no-store')
  return routes.createApiKey.response.parse(answer.json()).data
}

const status = async (key: string, path: string, method = 'GET') =>
  (await people.server.ask({ method, path, headers: { authorization: `Bearer ${key}` } })).status

it('AF4: a key does what its scopes say, on what is its owner’s', async () => {
  const [reads, writes] = [await make(people.user, ['read']), await make(people.user, ['write'])]
  const absent = `/api/images/${reads.id}`
  expect([await status(reads.key, '/api/images'), await status(reads.key, absent, 'DELETE')]).toEqual([200, 403])
  expect([await status(writes.key, '/api/images'), await status(writes.key, absent, 'DELETE')]).toEqual([403, 404])
  const me = await people.server.ask({ path: '/api/me', headers: { authorization: `Bearer ${reads.key}` } })
  expect(me.json()).toMatchObject({ data: { id: people.user.id } })
  const admin = await make(people.admin, ['read'])
  expect(await status(admin.key, '/api/admin/users')).toBe(403)
  expect(await status((await make(people.admin, ['admin'])).key, '/api/admin/users')).toBe(200)
})

it('AF7: a key that was in use a moment ago is refused from its revocation on', async () => {
  const { id: userId, headers } = people.user
  for (let round = 0; round < 10; round++) {
    const { id, key } = await make(people.user, ['read'])
    expect(await status(key, '/api/me')).toBe(200)
    const revoked = await people.server.ask({ method: 'DELETE', path: `/api/me/keys/${id}`, headers })
    expect(revoked.status).toBe(204)
    expect(await status(key, '/api/me'), `${userId} ${round}`).toBe(401)
  }
})
