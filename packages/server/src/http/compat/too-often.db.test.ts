import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPeople, type People } from '../testing/people.ts'

let people: People
beforeAll(async () => {
  people = await openPeople({ rates: { signIn: 100, generate: 1, upload: 100, share: 100 } })
})
afterAll(() => people.close())

it.each([
  ['/api/sdxl/generate', 422, { detail: expect.any(String) }],
  ['/api/flux/transform', 422, { detail: expect.any(String) }],
  ['/generate-image', 400, { detail: expect.any(String) }],
  ['/api/ai/generate-image', 400, { error: expect.any(String) }],
  ['/api/images/generate', 400, { error: expect.any(String), code: 'too-many-requests' }],
])('LI4: %s says in its own form that it was too often', async (path, status, words) => {
  const { headers } = await people.add()
  const ask = () => people.server.ask({ method: 'POST', path, headers, body: {} })
  expect((await ask()).status).toBe(status)
  const answer = await ask()
  expect([answer.status, answer.json()]).toEqual([429, expect.objectContaining(words)])
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
})
