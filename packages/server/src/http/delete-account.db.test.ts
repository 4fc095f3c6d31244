import { afterAll, beforeAll, expect, it } from 'vitest'
import { eraseUser } from '#library/erase.ts'
import { finishRemovals } from '#admin/remove-user.ts'
import { openPeople, testPassword, type People, type TestPerson } from './testing/people.ts'
import { openServer } from './testing/server.ts'

let people: People
beforeAll(async () => {
  people = await openPeople()
})
afterAll(() => people.close())

const ask = ({ headers }: TestPerson, body: unknown) =>
  people.server.ask({ method: 'DELETE', path: '/api/me', body, headers })

/** What the program does in the background. */
async function finish(): Promise<void> {
  const { db, log } = people.server.pipeline
  const { storage, events } = people.server.process
  const ports = { db, storage, events, log, stopWork: async () => {} }
  await finishRemovals({
    db,
    log,
    handOver: async () => {},
    exportLibrary: async () => '',
    eraseUser: (id) => eraseUser(ports, id),
  })
}

it('TR40: closes the account at once and erases everything of it, after the password was given', async () => {
  const { server, add } = people
  const person = await add()
  const { db } = server.pipeline
  const mine = await server.addImage({ of: person.id })
  const theirs = await server.addImage({ of: people.other.id })
  for (const body of [{}, { password: 'another one' }]) {
    const refused = await ask(person, body)
    expect([refused.status, refused.json()]).toMatchObject([400, { fields: [{ field: 'body.password' }] }])
  }
  expect((await server.ask({ path: '/api/me', headers: person.headers })).status).toBe(200)

  expect((await ask(person, { password: testPassword })).status).toBe(204)
  expect((await server.ask({ path: '/api/me', headers: person.headers })).status).toBe(401)
  const again = await server.ask({
    method: 'POST',
    path: '/api/auth/sign-in',
    body: { email: person.email, password: testPassword },
  })
  expect(again.status).toBeGreaterThanOrEqual(400)

  await finish()
  expect(await db.selectFrom('users').select('id').where('id', '=', person.id).execute()).toEqual([])
  expect(await server.pipeline.keys(`images/user-${person.id}`)).toEqual([])
  expect(await server.pipeline.files.stat(mine.storage_key)).toBeNull()
  expect((await server.pipeline.files.stat(theirs.storage_key))?.size).toBe(theirs.bytes)
  const audit = await db.selectFrom('audit').select('action').where('actor_id', '=', person.id).execute()
  const actions = audit.map(({ action }) => action)
  expect(actions).toEqual(expect.arrayContaining(['account-deletion-failed', 'user-removed']))
})

it('TR41: keeps the last administrator, and says that local mode has no account to delete', async () => {
  const refused = await ask(people.admin, { password: testPassword })
  expect([refused.status, refused.json()]).toMatchObject([409, { code: 'conflict' }])
  const local = await openServer({ works: false })
  const answer = await local.ask({ method: 'DELETE', path: '/api/me', body: {} })
  expect([answer.status, answer.json()]).toMatchObject([409, { detail: expect.stringContaining('data folder') }])
  await local.close()
})
