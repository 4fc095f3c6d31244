import { inspect } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestEngine } from './testing/engine.ts'
import { openTestConnections } from './testing/open.ts'

let test: Awaited<ReturnType<typeof openTestConnections>>
let engine: Awaited<ReturnType<typeof startTestEngine>>
let user: string
beforeAll(async () => {
  test = await openTestConnections({ askTimeoutMs: 400 })
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

const key = 'sk-live-7f3a9c51e0b2d846-wxyz'
const never = new AbortController().signal

function make(changes: object = {}) {
  return test.connections.create(user, { name: 'Mine', provider: 'paint', baseUrl: engine.baseUrl, key, ...changes })
}

async function asked(work: () => Promise<unknown>): Promise<number> {
  const before = engine.requests.length
  await work()
  return engine.requests.length - before
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => error,
  )
}

describe('opening a connection', () => {
  it('gives the provider all that it needs for a call', async () => {
    const { id } = await make({ settings: { account: 'me' } })
    const signal = new AbortController().signal
    const opened = await test.connections.openContext(user, id, signal)
    expect(opened.connection).toEqual(await test.connections.get(user, id))
    expect(opened.provider.manifest.id).toBe('paint')
    expect(opened.context).toMatchObject({ baseUrl: engine.baseUrl, key, settings: { account: 'me', level: 7 } })
    expect(opened.context.signal).toBe(signal)
    const models = await opened.provider.listModels(opened.context)
    expect(models.map((model) => model.id)).toEqual(['one', 'two'])
    expect(engine.requests.at(-1)?.headers.authorization).toBe(`Bearer ${key}`)
  })

  it('takes the usual address where the connection names none, and none for the built-in one', async () => {
    const cloud = await test.connections.create(user, { name: 'c', provider: 'cloud', key })
    expect((await test.connections.openContext(user, cloud.id, never)).context.baseUrl).toBe('https://cloud.example/v1')
    const sketch = await test.connections.create(user, { name: 's', provider: 'sketch' })
    expect((await test.connections.openContext(user, sketch.id, never)).context).toMatchObject({
      baseUrl: '',
      key: null,
    })
  })

  it('says what is missing: a key, a provider, settings that fit', async () => {
    const { id } = await test.connections.create(user, { name: 'c', provider: 'cloud', key })
    await test.connections.update(user, id, { key: '' })
    const why = () => failure(test.connections.openContext(user, id, never))
    const change = (values: { settings?: string; provider?: string }) =>
      test.db.updateTable('connections').set(values).where('id', '=', id).execute()
    expect(await why()).toMatchObject({ kind: 'auth', message: expect.stringContaining('has no key') })
    await change({ settings: '{"level":-1}' })
    expect(await why()).toMatchObject({ kind: 'bad-request', message: expect.stringContaining('level') })
    await change({ provider: 'gone' })
    expect(await why()).toMatchObject({ kind: 'unsupported', message: expect.stringContaining('gone') })
    expect((await test.connections.list(user)).map(({ provider }) => provider)).toEqual(['gone'])
    expect(await test.connections.update(user, id, { name: 'kept' })).toMatchObject({ name: 'kept', provider: 'gone' })
  })

  it('CN7: a row copied to another user or connection does not give its key away', async () => {
    const mine = await make()
    const other = await test.addUser()
    const theirs = await test.connections.create(other, {
      name: 'x',
      provider: 'paint',
      baseUrl: engine.baseUrl,
      key: 'theirs',
    })
    const second = await make({ name: 'second', key: 'another-key' })
    const { secret } = await test.db
      .selectFrom('connections')
      .select('secret')
      .where('id', '=', mine.id)
      .executeTakeFirstOrThrow()
    await test.db.updateTable('connections').set({ secret }).where('id', 'in', [theirs.id, second.id]).execute()
    for (const [someone, id] of [
      [other, theirs.id],
      [user, second.id],
    ] as const) {
      const error = await failure(test.connections.openContext(someone, id, never))
      expect(error).toMatchObject({ kind: 'auth', message: expect.stringContaining('Enter it again') })
    }
    expect((await test.connections.openContext(user, mine.id, never)).context.key).toBe(key)
  })
})

describe('asking for models', () => {
  it('CN12: asks once a minute, or when told to', async () => {
    const { id } = await make()
    expect(await asked(() => Promise.all([1, 2, 3].map(() => test.connections.models(user, id))))).toBe(1)
    expect(await asked(() => test.connections.models(user, id))).toBe(0)
    expect(await asked(() => test.connections.models(user, id, { refresh: true }))).toBe(1)
    test.pass(60_000)
    expect(await asked(() => test.connections.models(user, id))).toBe(1)
  })

  it('CN12: asks again when address, key or settings were changed, not for another name', async () => {
    const { id } = await make()
    await test.connections.models(user, id)
    for (const [patch, times] of [
      [{ name: 'New', defaultModel: 'two', isDefault: true, concurrency: 2 }, 0],
      [{ settings: { level: 3 } }, 1],
      [{ key: 'sk-another-key' }, 1],
      [{ baseUrl: `${engine.baseUrl}/sub` }, 1],
    ] as const) {
      await test.connections.update(user, id, patch)
      expect(await asked(() => test.connections.models(user, id))).toBe(times)
    }
    expect(engine.requests.at(-1)).toMatchObject({
      path: '/sub/models',
      headers: { authorization: 'Bearer sk-another-key' },
    })
  })

  it("CN12: a failure is the caller's error, also after a good answer, and is not kept", async () => {
    const { id } = await make()
    await test.connections.models(user, id)
    engine.turn('break')
    expect(await failure(test.connections.models(user, id, { refresh: true }))).toMatchObject({
      kind: 'unavailable',
      status: 500,
    })
    engine.turn(['three'])
    expect((await test.connections.models(user, id)).map((model) => model.id)).toEqual(['three'])
  })

  it('CN13: a test says how many models there are and asks anew', async () => {
    const { id } = await make()
    await test.connections.models(user, id)
    engine.turn(['one'])
    expect(await test.connections.test(user, id)).toEqual({
      ok: true,
      message: 'It answers and has 1 usable model',
      models: 1,
    })
    engine.turn([])
    expect(await test.connections.test(user, id)).toMatchObject({ ok: true, models: 0 })
  })

  it('CN13: a failing engine is the result of a test', async () => {
    const { id } = await make()
    const result = async (mood: 'refuse' | 'break' | 'stall') => {
      engine.turn(mood)
      return await test.connections.test(user, id)
    }
    expect(await result('refuse')).toMatchObject({
      ok: false,
      models: null,
      message: expect.stringContaining('Incorrect'),
    })
    expect(await result('break')).toEqual({ ok: false, models: null, message: 'Paint: broken' })
    expect(await result('stall')).toMatchObject({ ok: false, models: null, message: expect.stringContaining('time') })
    const nobody = await test.connections.create(user, { name: 'n', provider: 'local' })
    expect(await test.connections.test(user, nobody.id)).toMatchObject({
      ok: false,
      message: expect.stringContaining('127.0.0.1:9'),
    })
  })
})

describe('the key', () => {
  it('CN6: is in no answer, error, event, log line or row', async () => {
    const { connections, db, lines } = test
    const seen: unknown[] = []
    const note = async (work: Promise<unknown>) => {
      seen.push(await work.catch((error: unknown) => error))
    }
    const { id } = await make({ isDefault: true })
    engine.turn('refuse')
    await note(connections.get(user, id))
    await note(connections.list(user))
    await note(make())
    await note(make({ name: 'y', settings: { wrong: 1 } }))
    await note(make({ name: 'z', provider: 'bare' }))
    await note(connections.update(user, id, { key, name: 'Again' }))
    await note(connections.test(user, id))
    await note(connections.models(user, id))
    await note(connections.resolve(user, {}))
    await note(connections.findModel(user, 'one'))
    await note(connections.allModelNames(user))
    await note(connections.ensureInstanceConnections(user, { CLOUD_API_KEY: key }))
    for (const mood of ['break', 'stall'] as const) {
      engine.turn(mood)
      await note(connections.models(user, id))
    }
    await db.updateTable('connections').set({ secret: 'v1.x.y.z.w' }).where('id', '=', id).execute()
    await note(connections.openContext(user, id, never))
    for (const table of ['connections', 'data_keys', 'events', 'job_lanes'] as const) {
      seen.push(await db.selectFrom(table).selectAll().execute())
    }
    const everything = inspect([seen, lines], {
      depth: 20,
      showHidden: true,
      maxArrayLength: null,
      maxStringLength: null,
    })
    // It did look: the engine was sent the key, and what it said came through.
    expect(engine.requests.at(-1)?.headers.authorization).toContain(key)
    expect(everything).toContain('Incorrect API key provided')
    expect(lines.length).toBeGreaterThan(0)
    for (const form of [key, key.slice(0, 12), key.slice(8, 24), Buffer.from(key).toString('base64').slice(0, 20)]) {
      expect(everything).not.toContain(form)
    }
  })
})
