import type { EaselEvent } from '@easel/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '#base/ids.ts'
import { startTestEngine } from './testing/engine.ts'
import { openTestConnections } from './testing/open.ts'

const key = 'sk-of-the-administrator-0123456789'

let test: Awaited<ReturnType<typeof openTestConnections>>
let engine: Awaited<ReturnType<typeof startTestEngine>>
let admin: string
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
  // What earlier tests shared would be everybody's.
  await test.db.deleteFrom('users').execute()
  engine.turn(['one', 'two'])
  admin = await test.addUser()
  user = await test.addUser('user')
})

async function share(more: object = {}) {
  const input = { name: 'Studio', provider: 'paint', baseUrl: engine.baseUrl, key, shared: true, ...more }
  return (await test.connections.create(admin, input)).id
}

async function own(of = user, name = 'Own') {
  return (await test.connections.create(of, { name, provider: 'paint', baseUrl: engine.baseUrl })).id
}

const names = async (of: string) => (await test.connections.list(of)).map(({ name }) => name)
const opened = (of: string, id: string) => test.connections.openContext(of, id, new AbortController().signal)

async function toldSince(seq: number): Promise<readonly string[]> {
  const rows = await test.db.selectFrom('events').selectAll().where('seq', '>', seq).execute()
  expect(new Set(rows.map(({ event }) => (event as EaselEvent).type))).toEqual(new Set(['connections.changed'])) // oxlint-disable-line typescript/consistent-type-assertions -- what was appended
  return rows.map((row) => row.user_id).toSorted()
}

async function newest(): Promise<number> {
  const row = await test.db.selectFrom('events').select('seq').orderBy('seq', 'desc').executeTakeFirst()
  return row?.seq ?? 0
}

describe('a shared connection', () => {
  it('CN19: is in the list of others after their own, and shows them neither address, hint nor settings', async () => {
    const id = await share({ settings: { account: 'acme' } })
    await own()
    const [mine, shared] = await test.connections.list(user)
    expect(mine).toMatchObject({ name: 'Own', mine: true, shared: false })
    expect(shared).toEqual({
      id,
      name: 'Studio',
      provider: 'paint',
      baseUrl: null,
      hasKey: true,
      keyHint: null,
      settings: {},
      defaultModel: null,
      concurrency: 3,
      isDefault: false,
      shared: true,
      mine: false,
      fallbackId: null,
      prices: [],
      createdAt: expect.any(String),
    })
    expect(await test.connections.get(user, id)).toEqual(shared)
    expect(await test.connections.list(admin)).toMatchObject([
      { mine: true, shared: true, baseUrl: engine.baseUrl, keyHint: '6789', settings: { account: 'acme' } },
    ])
  })

  it("CN19: is asked and called with its owner's key", async () => {
    const id = await share()
    expect(await test.connections.models(user, id)).toMatchObject([{ id: 'one' }, { id: 'two' }])
    expect(engine.requests.at(-1)?.headers).toMatchObject({ authorization: `Bearer ${key}` })
    expect((await opened(user, id)).context.key).toBe(key)
    expect(await test.connections.test(user, id)).toMatchObject({ ok: true, models: 2 })
    expect(await test.connections.resolve(user, {})).toMatchObject({ connection: { id, mine: false } })
    expect(await test.connections.findModel(user, 'Studio/two')).toMatchObject({ connection: { id } })
    expect(await test.connections.allModelNames(user)).toEqual(['one', 'two'])
  })

  it('CN19: a bare name and a long one mean the own connection first', async () => {
    await share()
    const mine = await own(user, 'Studio')
    expect((await test.connections.findModel(user, 'one')).connection.id).toBe(mine)
    expect((await test.connections.findModel(user, 'Studio/one')).connection.id).toBe(mine)
  })

  it('CN20: only administrators share', async () => {
    const input = { name: 'Mine', provider: 'paint', baseUrl: engine.baseUrl, shared: true }
    await expect(test.connections.create(user, input)).rejects.toMatchObject({ code: 'forbidden' })
    const id = await own()
    await expect(test.connections.update(user, id, { shared: true })).rejects.toMatchObject({ code: 'forbidden' })
    expect(await test.connections.update(user, id, { shared: false, concurrency: 2 })).toMatchObject({ shared: false })
    expect(await names(admin)).toEqual([])
  })

  it('CN20: nobody else changes, moves or removes it, not even another administrator', async () => {
    const id = await share()
    for (const other of [user, await test.addUser()]) {
      const patches = [
        { name: 'Mine' },
        { baseUrl: 'http://127.0.0.1:9' },
        { key: 'other' },
        { shared: false },
        { concurrency: 1 },
        { isDefault: true, name: 'Mine' },
      ]
      for (const patch of patches) {
        await expect(test.connections.update(other, id, patch)).rejects.toMatchObject({ code: 'forbidden' })
      }
      await expect(test.connections.remove(other, id)).rejects.toMatchObject({ code: 'forbidden' })
    }
    expect(await test.connections.get(admin, id)).toMatchObject({ name: 'Studio', baseUrl: engine.baseUrl })
  })

  it('CN21: everybody chooses a default of their own', async () => {
    const id = await share()
    const mine = await own()
    await test.connections.update(user, mine, { isDefault: true })
    const defaults = async (of: string) =>
      (await test.connections.list(of)).filter(({ isDefault }) => isDefault).map(({ name }) => name)
    expect(await test.connections.update(user, id, { isDefault: true })).toMatchObject({ isDefault: true, mine: false })
    expect([await names(user), await defaults(user), await defaults(admin)]).toEqual([
      ['Studio', 'Own'],
      ['Studio'],
      [],
    ])
    await test.connections.update(admin, id, { shared: false })
    expect([await names(user), await defaults(user)]).toEqual([['Own'], []])
    await test.connections.update(admin, id, { shared: true })
    expect(await defaults(user)).toEqual(['Studio'])
    await test.connections.update(user, mine, { isDefault: true })
    expect([await names(user), await defaults(user)]).toEqual([['Own', 'Studio'], ['Own']])
    await test.connections.update(user, id, { isDefault: true })
    await test.connections.update(user, id, { isDefault: false })
    expect(await defaults(user)).toEqual([])
  })

  it('CN22: what is shared no longer is not found, and fails with its reason when its turn comes', async () => {
    const id = await share()
    await opened(user, id)
    const gone = { code: 'not-found' }
    const expectGone = async () => {
      await expect(test.connections.get(user, id)).rejects.toMatchObject(gone)
      await expect(test.connections.models(user, id)).rejects.toMatchObject(gone)
      await expect(test.connections.resolve(user, { connectionId: id })).rejects.toMatchObject(gone)
      await expect(test.connections.update(user, id, { isDefault: true })).rejects.toMatchObject(gone)
      await expect(test.connections.remove(user, id)).rejects.toMatchObject(gone)
      await expect(opened(user, id)).rejects.toMatchObject({ ...gone, message: expect.stringContaining('shared') })
    }
    await test.connections.update(admin, id, { shared: false })
    await expectGone()
    expect((await opened(admin, id)).context.key).toBe(key)
    await test.connections.update(admin, id, { shared: true })
    await opened(user, id)
    await test.connections.remove(admin, id)
    await expectGone()
  })

  it('CN22: an administrator who is none any more, or disabled, offers nothing; what the environment made stays', async () => {
    const id = await share()
    await test.connections.ensureInstanceConnections(admin, {}, { share: true })
    const set = (change: object) => test.db.updateTable('users').set(change).where('id', '=', admin).execute()
    await set({ disabled_at: new Date() })
    expect(await names(user)).toEqual(['Sketcher'])
    await expect(opened(user, id)).rejects.toMatchObject({ code: 'not-found' })
    await set({ disabled_at: null, role: 'user' })
    expect(await names(user)).toEqual([])
    await set({ role: 'admin' })
    expect(await names(user)).toEqual(['Sketcher', 'Studio'].toSorted((a, b) => (a < b ? 1 : -1)))
  })

  it('CN22: somebody else’s that is not shared is not found by any function', async () => {
    const id = await own(admin, 'Private')
    const { connections } = test
    const gone = { code: 'not-found' }
    await expect(connections.get(user, id)).rejects.toMatchObject(gone)
    await expect(connections.update(user, id, { isDefault: true })).rejects.toMatchObject(gone)
    await expect(connections.update(user, id, { baseUrl: engine.baseUrl })).rejects.toMatchObject(gone)
    await expect(connections.remove(user, id)).rejects.toMatchObject(gone)
    await expect(connections.test(user, id)).rejects.toMatchObject(gone)
    await expect(connections.models(user, id)).rejects.toMatchObject(gone)
    await expect(connections.resolve(user, { connectionId: id })).rejects.toMatchObject(gone)
    const failure: unknown = await opened(user, id).catch((error: unknown) => error)
    expect(failure).toMatchObject(gone)
    expect(String(failure)).not.toContain('Private')
    await expect(connections.get(user, newId())).rejects.toMatchObject(gone)
  })

  it('CN23: everybody is told of a change to it, and of a change to another nobody but its owner', async () => {
    let seq = await newest()
    const everybody = [admin, user].toSorted()
    const told = async () => {
      const ids = await toldSince(seq)
      seq = await newest()
      return ids
    }
    const id = await share()
    expect(await told()).toEqual(everybody)
    await test.connections.update(admin, id, { name: 'Other' })
    expect(await told()).toEqual(everybody)
    await test.connections.update(user, id, { isDefault: true })
    expect(await told()).toEqual([user])
    await test.connections.update(admin, id, { shared: false })
    expect(await told()).toEqual(everybody)
    await test.connections.update(admin, id, { name: 'Third' })
    expect(await told()).toEqual([admin])
  })

  it('CN19: errors tell others nothing of its address', async () => {
    const id = await share({ name: 'Away', baseUrl: 'http://127.0.0.1:9' })
    const messages = await Promise.all(
      [user, admin].map((of) => test.connections.models(of, id).catch((error: unknown) => String(error))),
    )
    expect(messages[0]).toContain('The engine of "Away"')
    expect(messages[0]).not.toContain('127.0.0.1')
    expect(messages[1]).toContain('http://127.0.0.1:9')
    expect((await test.connections.test(user, id)).message).not.toContain('127.0.0.1')
  })
})

describe('what the instance makes', () => {
  it('CN24: is shared in accounts mode, also what it made before, unless somebody decided otherwise', async () => {
    await test.connections.ensureInstanceConnections(admin, { LOCAL_HOST: engine.baseUrl })
    expect(await names(user)).toEqual([])
    await test.connections.ensureInstanceConnections(admin, { LOCAL_HOST: engine.baseUrl }, { share: true })
    expect(await names(user)).toEqual(await names(admin).then((all) => all.toSorted().toReversed()))
    const [first] = await test.connections.list(admin)
    await test.connections.update(admin, first?.id ?? '', { shared: false })
    await test.connections.ensureInstanceConnections(admin, { LOCAL_HOST: engine.baseUrl }, { share: true })
    expect(await names(user)).toHaveLength(1)
  })
})
