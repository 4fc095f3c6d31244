import { newId } from '#base/ids.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openTestConnections } from './testing/open.ts'

let test: Awaited<ReturnType<typeof openTestConnections>>
let user: string
beforeAll(async () => {
  test = await openTestConnections()
})
afterAll(() => test.close())
beforeEach(async () => {
  user = await test.addUser()
})

const paint = { name: 'Mine', provider: 'paint', baseUrl: 'http://127.0.0.1:9' }

async function changesTold(userId = user): Promise<number> {
  const rows = await test.db.selectFrom('events').select('event').where('user_id', '=', userId).execute()
  for (const { event } of rows) expect(event).toEqual({ type: 'connections.changed' })
  return rows.length
}

async function laneOf(id: string): Promise<number | undefined> {
  const lane = await test.db.selectFrom('job_lanes').select('concurrency').where('lane', '=', id).executeTakeFirst()
  return lane?.concurrency
}

async function namesOf(userId = user): Promise<readonly string[]> {
  return (await test.connections.list(userId)).map(({ name }) => name)
}

describe('creating a connection', () => {
  it('gives what was stored', async () => {
    const made = await test.connections.create(user, {
      name: '  My engine ',
      provider: 'paint',
      baseUrl: 'http://host:7860/api/',
      key: 'sk-0123456789abcd',
      settings: { account: 'me' },
      defaultModel: 'one',
      concurrency: 5,
      isDefault: true,
    })
    expect(made).toEqual({
      id: expect.any(String),
      name: 'My engine',
      provider: 'paint',
      baseUrl: 'http://host:7860/api',
      hasKey: true,
      keyHint: 'abcd',
      settings: { account: 'me' },
      defaultModel: 'one',
      concurrency: 5,
      isDefault: true,
      shared: false,
      mine: true,
      fallbackId: null,
      prices: [],
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
    })
    expect(await test.connections.get(user, made.id)).toEqual(made)
    expect(await test.connections.list(user)).toEqual([made])
  })

  it('leaves to the provider what was not said', async () => {
    const made = await test.connections.create(user, { name: 'x', provider: 'cloud', key: 'short' })
    expect(made).toMatchObject({
      baseUrl: null,
      hasKey: true,
      settings: {},
      defaultModel: null,
      concurrency: 3,
      isDefault: false,
    })
  })

  it('CN4: names every fault with its path', async () => {
    const attempt = test.connections.create(user, {
      name: 'x',
      provider: 'cloud',
      baseUrl: 'http://h/?a',
      settings: { lvel: 1 },
    })
    await expect(attempt).rejects.toMatchObject({ code: 'validation-failed' })
    await expect(attempt).rejects.toMatchObject({
      fields: ['body.baseUrl', 'body.key', 'body.settings.lvel'].map((field) => ({
        field,
        message: expect.any(String),
      })),
    })
    expect(await test.connections.list(user)).toEqual([])
  })

  it('CN4: refuses an unknown provider', async () => {
    const attempt = test.connections.create(user, { ...paint, provider: 'constructor' })
    await expect(attempt).rejects.toMatchObject({ code: 'validation-failed', fields: [{ field: 'body.provider' }] })
  })

  it('CN4: an empty key is none', async () => {
    expect(await test.connections.create(user, { ...paint, key: '' })).toMatchObject({ hasKey: false, keyHint: null })
    await expect(test.connections.create(user, { name: 'y', provider: 'cloud', key: '' })).rejects.toMatchObject({
      code: 'validation-failed',
    })
  })

  it('CN6: the hint is the last four characters of a key of 12 or more', async () => {
    const hint = async (name: string, key: string) =>
      (await test.connections.create(user, { ...paint, name, key })).keyHint
    expect(await hint('a', 'k23456789012')).toBe('9012')
    expect(await hint('b', 'k2345678901')).toBeNull()
  })

  it('CN5: tells the pages and sets the lane, or does neither', async () => {
    const { id } = await test.connections.create(user, { ...paint, concurrency: 9 })
    expect(await laneOf(id)).toBe(9)
    expect(await changesTold()).toBe(1)
    await expect(test.connections.create(user, paint)).rejects.toMatchObject({ code: 'conflict' })
    await expect(test.connections.update(user, id, { key: 'k', settings: { x: 1 } })).rejects.toThrow('settings.x')
    await expect(test.connections.remove(user, newId())).rejects.toMatchObject({ code: 'not-found' })
    expect(await changesTold()).toBe(1)
    await test.connections.update(user, id, { concurrency: 2 })
    expect(await laneOf(id)).toBe(2)
    await test.connections.remove(user, id)
    expect(await changesTold()).toBe(3)
  })
})

describe('names and order', () => {
  it('CN3: names are unique for one user, whatever their case', async () => {
    const { connections } = test
    const first = await connections.create(user, { ...paint, name: 'Ärger' })
    const second = await connections.create(user, { ...paint, name: 'other' })
    await expect(connections.create(user, { ...paint, name: ' äRGER' })).rejects.toMatchObject({ code: 'conflict' })
    await expect(connections.update(user, second.id, { name: 'ÄRGER' })).rejects.toMatchObject({ code: 'conflict' })
    expect(await connections.update(user, first.id, { name: 'ÄRGER' })).toMatchObject({ name: 'ÄRGER' })
    await connections.create(await test.addUser(), { ...paint, name: 'Ärger' })
    await connections.remove(user, first.id)
    await connections.create(user, { ...paint, name: 'Ärger' })
  })

  it('CN3: of two that want one name at once, one gets it', async () => {
    const attempts = [1, 2, 3].map(() => test.connections.create(user, paint))
    const results = await Promise.allSettled(attempts)
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'conflict' })
  })

  it('CN2: the default comes first, the others in the order they were made', async () => {
    const { connections } = test
    await connections.create(user, { ...paint, name: 'a', isDefault: true })
    const b = await connections.create(user, { ...paint, name: 'b' })
    const c = await connections.create(user, { ...paint, name: 'c', isDefault: true })
    expect(await namesOf()).toEqual(['c', 'a', 'b'])
    await connections.update(user, b.id, { isDefault: true })
    expect(await namesOf()).toEqual(['b', 'a', 'c'])
    expect((await connections.list(user)).filter(({ isDefault }) => isDefault)).toHaveLength(1)
    await connections.update(user, b.id, { isDefault: false })
    expect(await namesOf()).toEqual(['a', 'b', 'c'])
    await connections.remove(user, b.id)
    await connections.update(user, c.id, { isDefault: true })
    expect(await namesOf()).toEqual(['c', 'a'])
  })

  it('CN2: making connections the default at the same time leaves one', async () => {
    const make = (name: string) => test.connections.create(user, { ...paint, name, isDefault: true })
    await Promise.all(['a', 'b', 'c'].map(make))
    expect((await test.connections.list(user)).filter(({ isDefault }) => isDefault)).toHaveLength(1)
  })
})

describe('changing a connection', () => {
  it('changes what was given and nothing else', async () => {
    const made = await test.connections.create(user, {
      ...paint,
      key: 'sk-0123456789abcd',
      defaultModel: 'one',
      settings: { level: 2 },
    })
    expect(await test.connections.update(user, made.id, {})).toEqual(made)
    expect(await test.connections.update(user, made.id, { name: 'New' })).toEqual({ ...made, name: 'New' })
    const changes = { settings: { account: 'b' }, defaultModel: '', concurrency: 8 }
    expect(await test.connections.update(user, made.id, changes)).toEqual({
      ...made,
      ...changes,
      name: 'New',
      defaultModel: null,
    })
  })

  it('CN4: checks what was given', async () => {
    const { id } = await test.connections.create(user, paint)
    await expect(
      test.connections.update(user, id, { baseUrl: 'http://a:b@h', settings: { level: 0 } }),
    ).rejects.toMatchObject({
      fields: [{ field: 'body.baseUrl' }, { field: 'body.settings.level' }],
    })
  })

  it('CN10: an empty key removes the key, also one that is needed', async () => {
    const made = await test.connections.create(user, { name: 'x', provider: 'cloud', key: 'sk-0123456789abcd' })
    expect(await test.connections.update(user, made.id, { key: '' })).toEqual({ ...made, hasKey: false, keyHint: null })
  })

  it('CN10: a key is dropped when the address moves to another origin without one', async () => {
    const start = { ...paint, baseUrl: 'https://a.example/v1', key: 'sk-0123456789abcd' }
    const { id } = await test.connections.create(user, start)
    const move = (baseUrl: string, key?: string) => test.connections.update(user, id, { baseUrl, key })
    expect(await move('https://a.example/v2')).toMatchObject({ hasKey: true, keyHint: 'abcd' })
    expect(await move('https://a.example:8443/v2')).toMatchObject({ hasKey: false, keyHint: null })
    expect(await move('http://b.example', 'sk-other-0123wxyz')).toMatchObject({ hasKey: true, keyHint: 'wxyz' })
    expect(await move('https://b.example')).toMatchObject({ hasKey: false })
  })

  it("CN10: the provider's usual address has an origin too", async () => {
    const { id } = await test.connections.create(user, { name: 'x', provider: 'cloud', key: 'sk-0123456789abcd' })
    expect(await test.connections.update(user, id, { baseUrl: 'https://cloud.example/v2' })).toMatchObject({
      hasKey: true,
    })
    expect(await test.connections.update(user, id, { baseUrl: 'https://evil.example/v1' })).toMatchObject({
      hasKey: false,
    })
  })
})

describe('who and what there is', () => {
  it("CN1: somebody else's connection is not found, by any function", async () => {
    const { connections } = test
    const { id } = await connections.create(user, { ...paint, key: 'sk-0123456789abcd' })
    const other = await test.addUser()
    const attempts = (someone: string, which: string) => [
      connections.get(someone, which),
      connections.update(someone, which, { name: 'stolen', key: 'x' }),
      connections.remove(someone, which),
      connections.test(someone, which),
      connections.models(someone, which),
      connections.resolve(someone, { connectionId: which }),
      connections.openContext(someone, which, new AbortController().signal),
    ]
    const all = [...attempts(other, id), ...attempts(user, newId()), ...attempts(user, 'no uuid')]
    for (const result of await Promise.allSettled<unknown>(all)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'not-found' } })
    }
    expect(await connections.list(other)).toEqual([])
    expect(await connections.get(user, id)).toMatchObject({ name: 'Mine', hasKey: true })
  })

  it('CN11: removing erases the key and hides the connection', async () => {
    const { connections } = test
    const { id } = await connections.create(user, { ...paint, key: 'sk-0123456789abcd', isDefault: true })
    await connections.remove(user, id)
    expect(await connections.list(user)).toEqual([])
    await expect(connections.get(user, id)).rejects.toMatchObject({ code: 'not-found' })
    await expect(connections.remove(user, id)).rejects.toMatchObject({ code: 'not-found' })
    const work = connections.openContext(user, id, new AbortController().signal)
    await expect(work).rejects.toMatchObject({ code: 'not-found', message: 'The connection "Mine" was removed' })
    const row = await test.db.selectFrom('connections').selectAll().where('id', '=', id).executeTakeFirst()
    expect(row).toMatchObject({ secret: null, key_hint: null, is_default: false, name: 'Mine' })
  })
})
