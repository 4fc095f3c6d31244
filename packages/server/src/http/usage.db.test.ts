import { afterAll, beforeAll, expect, it } from 'vitest'
import { routes } from '@easel/contract'
import { openPeople, type People, type TestPerson } from './testing/people.ts'

let people: People
beforeAll(async () => {
  people = await openPeople()
})
afterAll(() => people.close())

async function usageOf({ headers }: TestPerson) {
  const answer = await people.server.ask({ path: '/api/me/usage', headers })
  return routes.getUsage.response.parse(answer.json()).data
}

it('QU9: everybody sees their own figures and limits, administrators too', async () => {
  const { server, user, other, admin } = people
  const { bytes } = await server.addImage({ of: user.id })
  await server.pipeline.db
    .updateTable('users')
    .set({ quota: JSON.stringify({ imagesADay: 0, bytes: 5_000_000 }) })
    .where('id', '=', user.id)
    .execute()
  const none = { bytes: 0, imagesADay: 0, atOnce: 0, moneyAMonth: 0 }
  const noLimits = { bytes: null, imagesADay: null, atOnce: null, moneyAMonth: null }
  expect(await usageOf(user)).toEqual({
    used: { ...none, bytes },
    allowed: { ...noLimits, imagesADay: 0, bytes: 5_000_000 },
  })
  for (const person of [other, admin]) expect(await usageOf(person)).toEqual({ used: none, allowed: noLimits })
})

it('QU2: what is refused says so over HTTP, with the figures', async () => {
  const { server, user } = people
  const question = { method: 'POST', path: '/api/generations', headers: { ...user.headers, origin: server.baseUrl } }
  const answer = await server.ask({ ...question, body: { prompt: 'a fox' } })
  expect(answer.status).toBe(403)
  expect(answer.json()).toMatchObject({
    code: 'quota-exceeded',
    detail: expect.stringContaining('0 images a day. 0 of today are used, and this asks for 1'),
  })
})
