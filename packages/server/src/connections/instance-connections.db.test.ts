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

const key = 'sk-cloud-0123456789abcd'

async function start(engines: Record<string, string> = {}) {
  await test.connections.ensureInstanceConnections(user, engines)
  return await test.connections.list(user)
}

async function keyOf(id: string): Promise<string | null> {
  return (await test.connections.openContext(user, id, new AbortController().signal)).context.key
}

async function changesTold(): Promise<number> {
  return (await test.db.selectFrom('events').select('seq').where('user_id', '=', user).execute()).length
}

/** The connection of this provider. */
async function the(provider: string) {
  const found = (await test.connections.list(user)).find((connection) => connection.provider === provider)
  if (found === undefined) throw new Error(`no ${provider}`)
  return found
}

describe('connections that the instance makes', () => {
  it('CN17: a fresh start has the built-in one, as the default', async () => {
    expect(await start()).toEqual([
      expect.objectContaining({ name: 'Sketcher', provider: 'sketch', isDefault: true, hasKey: false, baseUrl: null }),
    ])
    expect(await changesTold()).toBe(1)
  })

  it('CN17: one more for each provider whose variables are set', async () => {
    const list = await start({ CLOUD_API_KEY: key, LOCAL_HOST: 'http://gpu:1234', UNKNOWN: 'x' })
    expect(list.map(({ name }) => name)).toEqual(['Cloud', 'Sketcher', 'Local'])
    expect(list.map(({ isDefault }) => isDefault)).toEqual([true, false, false])
    expect(list.map(({ baseUrl }) => baseUrl)).toEqual([null, null, 'http://gpu:1234'])
    expect(list.map(({ keyHint }) => keyHint)).toEqual(['abcd', null, null])
    const cloud = await the('cloud')
    expect(await keyOf(cloud.id)).toBe(key)
    const lanes = await test.db.selectFrom('job_lanes').select('lane').execute()
    expect(lanes.map(({ lane }) => lane)).toEqual(expect.arrayContaining(list.map(({ id }) => id)))
  })

  it('CN17: an engine whose variable is set later comes before the built-in one, not before what a person chose', async () => {
    await start()
    await start({ LOCAL_HOST: 'http://gpu:1234' })
    expect(await the('local')).toMatchObject({ isDefault: true })
    await start({ LOCAL_HOST: 'http://gpu:1234', CLOUD_API_KEY: key })
    expect(await the('local')).toMatchObject({ isDefault: true })
  })

  it('CN17: an address without the key that is needed makes none', async () => {
    expect((await start({ CLOUD_BASE_URL: 'https://proxy.example' })).map(({ provider }) => provider)).toEqual([
      'sketch',
    ])
  })

  it('CN17: another start changes nothing and tells nobody', async () => {
    const before = await start({ CLOUD_API_KEY: key })
    const told = await changesTold()
    expect(await start({ CLOUD_API_KEY: key })).toEqual(before)
    expect(await start()).toEqual(before)
    expect(await changesTold()).toBe(told)
  })

  it('CN17: starts at the same time make each one once', async () => {
    await Promise.all([1, 2, 3].map(() => test.connections.ensureInstanceConnections(user, { CLOUD_API_KEY: key })))
    expect((await test.connections.list(user)).map(({ name }) => name)).toEqual(['Cloud', 'Sketcher'])
  })

  it('CN17: what the user removed stays removed, also when the variable changes', async () => {
    for (const { id } of await start({ CLOUD_API_KEY: key })) await test.connections.remove(user, id)
    expect(await start({ CLOUD_API_KEY: key })).toEqual([])
    expect(await start({ CLOUD_API_KEY: 'sk-cloud-another-key' })).toEqual([])
    const stored = await test.db.selectFrom('connections').select('secret').where('user_id', '=', user).execute()
    expect(stored).toEqual([{ secret: null }, { secret: null }])
  })

  it('CN17: what the user changed stays changed', async () => {
    await start({ CLOUD_API_KEY: key })
    const cloud = await the('cloud')
    const changed = { name: 'Mine', key: 'sk-typed-in-by-hand', concurrency: 9, isDefault: true }
    await test.connections.update(user, cloud.id, changed)
    await start({ CLOUD_API_KEY: key })
    expect(await the('cloud')).toMatchObject({ name: 'Mine', keyHint: 'hand', concurrency: 9, isDefault: true })
  })

  it('CN17: finds a free name, and does not take the default away', async () => {
    const mine = { provider: 'paint', baseUrl: 'http://h', name: 'sketcher', isDefault: true }
    await test.connections.create(user, mine)
    expect((await start()).map(({ name, isDefault }) => [name, isDefault])).toEqual([
      ['sketcher', true],
      ['Sketcher 2', false],
    ])
  })

  it('CN18: a changed key or address is taken over', async () => {
    await start({ CLOUD_API_KEY: key })
    const { id, name } = await the('cloud')
    await start({ CLOUD_API_KEY: 'sk-cloud-second-wxyz' })
    expect(await the('cloud')).toMatchObject({ id, name, keyHint: 'wxyz', baseUrl: null })
    await start({ CLOUD_API_KEY: 'sk-cloud-second-wxyz', CLOUD_BASE_URL: 'https://proxy.example/v1' })
    expect(await the('cloud')).toMatchObject({ id, keyHint: 'wxyz', baseUrl: 'https://proxy.example/v1' })
    expect(await keyOf(id)).toBe('sk-cloud-second-wxyz')
  })

  it('CN10, CN18: a key that the user typed in does not follow to another origin', async () => {
    await start({ LOCAL_HOST: 'http://gpu:1234' })
    const { id } = await the('local')
    await test.connections.update(user, id, { key: 'sk-typed-in-by-hand' })
    await start({ LOCAL_HOST: 'http://gpu:1234/sub' })
    expect(await the('local')).toMatchObject({ hasKey: true, baseUrl: 'http://gpu:1234/sub' })
    await start({ LOCAL_HOST: 'http://other:1234' })
    expect(await the('local')).toMatchObject({ hasKey: false, baseUrl: 'http://other:1234' })
  })
})
