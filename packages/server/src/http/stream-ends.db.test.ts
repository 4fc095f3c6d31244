// Event streams of people who are signed out or kept out while they listen.
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPeople, type People, type TestPerson } from './testing/people.ts'
import { until } from './testing/server.ts'

let people: People
beforeAll(async () => {
  people = await openPeople()
})
afterAll(() => people.close())

async function listen(headers: Readonly<Record<string, string>>) {
  const { hostname, port } = new URL(people.server.baseUrl)
  const sent = request({
    hostname,
    port,
    path: '/api/events',
    headers: { accept: 'text/event-stream', ...headers },
    agent: false,
  }).end()
  const [response]: IncomingMessage[] = (await once(sent, 'response')) as [IncomingMessage] // oxlint-disable-line typescript/consistent-type-assertions -- what the event carries
  if (response === undefined) throw new Error('no answer')
  let text = ''
  let ended = false
  response.setEncoding('utf8')
  response.on('data', (part: string) => (text += part))
  response.on('close', () => (ended = true))
  await until(() => text.includes('event: ready'))
  return { ended: () => ended, close: () => void sent.destroy() }
}

const patch = (person: TestPerson, body: unknown) =>
  people.server.ask({ method: 'PATCH', path: `/api/admin/users/${person.id}`, body, headers: people.admin.headers })

it('AC17: ends the streams of who is kept out, and nobody else’s', async () => {
  const person = await people.add()
  const [theirs, others] = [await listen(person.headers), await listen(people.other.headers)]
  expect((await patch(person, { quota: { imagesADay: 5 } })).status).toBe(200)
  expect((await patch(person, { role: 'admin' })).status).toBe(200)
  expect(theirs.ended()).toBe(false)
  expect((await patch(person, { disabled: true })).status).toBe(200)
  await until(theirs.ended)
  expect(others.ended()).toBe(false)
  others.close()
})

it('AC17: ends the stream of a session that ends, while another session of the same person goes on', async () => {
  const { server, add } = people
  const person = await add()
  const { email, password } = person
  const again = await server.ask({ method: 'POST', path: '/api/auth/sign-in', body: { email, password } })
  const cookie = (again.headers['set-cookie'] ?? []).map((one) => one.split(';')[0]).join('; ')
  const [first, second] = [await listen(person.headers), await listen({ cookie })]
  const left = await server.ask({ method: 'POST', path: '/api/auth/sign-out', headers: person.headers })
  expect(left.status).toBeLessThan(300)
  await until(first.ended)
  expect(second.ended()).toBe(false)
  await server.ask({ method: 'POST', path: '/api/auth/sign-out-everywhere', headers: { cookie } })
  await until(second.ended)
})

it('AC17: ends the stream of a key that is revoked', async () => {
  const { server, user } = people
  const body = { name: 'Listener', scopes: ['read'] }
  const made = await server.ask({ method: 'POST', path: '/api/me/keys', body, headers: user.headers })
  const { data } = made.json() as { data: { id: string; key: string } } // oxlint-disable-line typescript/consistent-type-assertions -- checked by what follows
  const stream = await listen({ authorization: `Bearer ${data.key}` })
  await server.ask({ method: 'DELETE', path: `/api/me/keys/${data.id}`, headers: user.headers })
  await until(stream.ended)
})
