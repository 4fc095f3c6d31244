import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { startTestEngine } from './testing/engine.ts'
import { openTestConnections } from './testing/open.ts'

let test: Awaited<ReturnType<typeof openTestConnections>>
let engine: Awaited<ReturnType<typeof startTestEngine>>
let user: string

beforeAll(async () => {
  test = await openTestConnections()
  engine = await startTestEngine()
})
afterAll(async () => {
  await engine.close()
  await test.close()
})
beforeEach(async () => {
  engine.turn(['one', 'two'])
  user = await test.addUser()
})

const make = async (name: string, more: object = {}, of = user) =>
  (await test.connections.create(of, { name, provider: 'paint', baseUrl: engine.baseUrl, ...more })).id
const fallbackOf = async (id: string, of = user) => (await test.connections.list(of)).find((one) => one.id === id)
const refused = (message: RegExp) => ({
  code: 'validation-failed',
  fields: [{ field: 'body.fallbackId', message: expect.stringMatching(message) }],
})

it('CN27: is named when it is made or later, and taken away again', async () => {
  const b = await make('B')
  const a = await make('A', { fallbackId: b })
  expect(await fallbackOf(a)).toMatchObject({ fallbackId: b })
  expect(await test.connections.update(user, a, { concurrency: 2 })).toMatchObject({ fallbackId: b })
  expect(await test.connections.update(user, a, { fallbackId: null })).toMatchObject({ fallbackId: null })
  expect(await test.connections.update(user, a, { fallbackId: b })).toMatchObject({ fallbackId: b })
  await test.connections.remove(user, b)
  expect(await fallbackOf(a)).toMatchObject({ fallbackId: null })
})

it('CN27: is never itself nor one that leads back', async () => {
  const [a, b, c] = [await make('A'), await make('B'), await make('C')]
  await expect(test.connections.update(user, a, { fallbackId: a })).rejects.toMatchObject(refused(/another/))
  await test.connections.update(user, a, { fallbackId: b })
  await expect(test.connections.update(user, b, { fallbackId: a })).rejects.toMatchObject(refused(/leads back/))
  await test.connections.update(user, b, { fallbackId: c })
  await expect(test.connections.update(user, c, { fallbackId: a })).rejects.toMatchObject(refused(/leads back/))
})

it('CN27: is one that its owner can use', async () => {
  const other = await test.addUser()
  const hidden = await make('Hidden', {}, other)
  await expect(make('A', { fallbackId: hidden })).rejects.toMatchObject(refused(/no connection that you can use/))
  const offered = await make('Offered', { shared: true }, other)
  const a = await make('A', { fallbackId: offered })
  expect(await test.connections.fallbackOf(user, { connectionId: a })).toMatchObject({
    first: { id: a },
    engine: { connection: { id: offered } },
  })
  await test.connections.update(other, offered, { shared: false })
  expect(await test.connections.fallbackOf(user, { connectionId: a })).toBeNull()
})

it('CN27: of a shared one it is shared too, and nobody else learns of it', async () => {
  const plain = await test.addUser('user')
  const own = await make('Own')
  await expect(make('A', { shared: true, fallbackId: own })).rejects.toMatchObject(refused(/offered to everybody/))
  const a = await make('A', { fallbackId: own })
  await expect(test.connections.update(user, a, { shared: true })).rejects.toMatchObject(
    refused(/offered to everybody/),
  )
  const both = await make('Both', { shared: true })
  await test.connections.update(user, a, { shared: true, fallbackId: both })
  expect(await fallbackOf(a, plain)).toMatchObject({ mine: false, fallbackId: null })
  expect(await test.connections.fallbackOf(plain, { connectionId: a })).toMatchObject({
    engine: { connection: { id: both } },
  })
  for (const id of [a, both]) await test.connections.remove(user, id)
})

it('CN28: draws with the model that was asked for, else its default, else its first', async () => {
  const b = await make('B', { defaultModel: 'two' })
  const a = await make('A', { fallbackId: b, defaultModel: 'one' })
  const model = async (wanted?: string) =>
    (await test.connections.fallbackOf(user, { connectionId: a, model: wanted }))?.engine.model.id
  expect(await model()).toBe('one')
  expect(await model('two')).toBe('two')
  expect(await model('three')).toBe('two')
  await test.connections.update(user, b, { defaultModel: '' })
  expect(await model('three')).toBe('one')
})
