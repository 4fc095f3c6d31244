import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestEngine } from './testing/engine.ts'
import { openTestConnections } from './testing/open.ts'

let test: Awaited<ReturnType<typeof openTestConnections>>
let first: Awaited<ReturnType<typeof startTestEngine>>
let second: Awaited<ReturnType<typeof startTestEngine>>
let user: string
beforeAll(async () => {
  test = await openTestConnections()
  first = await startTestEngine()
  second = await startTestEngine()
})
afterAll(async () => {
  await first.close()
  await second.close()
  await test.close()
})
beforeEach(async () => {
  first.turn(['one', 'shared', 'x/slash'])
  second.turn(['two', 'shared'])
  user = await test.addUser()
})

async function makeBoth(defaults: { first?: string; second?: string } = {}) {
  const make = async (name: string, baseUrl: string, defaultModel = '') =>
    (await test.connections.create(user, { name, provider: 'paint', baseUrl, defaultModel })).id
  return {
    one: await make('First', first.baseUrl, defaults.first),
    two: await make('Second', second.baseUrl, defaults.second),
  }
}

async function chosen(wanted: { connectionId?: string; model?: string }) {
  const { connection, provider, model } = await test.connections.resolve(user, wanted)
  expect(provider.manifest.id).toBe(connection.provider)
  return `${connection.name}: ${model.id}`
}

async function found(name: string) {
  const { connection, model } = await test.connections.findModel(user, name)
  return `${connection.name}: ${model.id}`
}

describe('which engine', () => {
  it('CN14: the named one, else the default, else the first', async () => {
    const { one, two } = await makeBoth()
    expect(await chosen({ connectionId: two })).toBe('Second: two')
    expect(await chosen({})).toBe('First: one')
    await test.connections.update(user, two, { isDefault: true })
    expect(await chosen({})).toBe('Second: two')
    expect(await chosen({ connectionId: one })).toBe('First: one')
    await test.connections.remove(user, two)
    expect(await chosen({})).toBe('First: one')
  })

  it('CN14: who has removed everything still has the built-in one', async () => {
    await expect(test.connections.resolve(user, {})).rejects.toMatchObject({ code: 'not-found' })
    await test.connections.ensureInstanceConnections(user, {})
    const [sketcher] = await test.connections.list(user)
    await test.connections.remove(user, sketcher?.id ?? '')
    expect(await test.connections.list(user)).toEqual([])
    expect(await chosen({})).toBe('Sketcher: sketch')
    expect(await test.connections.allModelNames(user)).toEqual(['sketch'])
    expect(await found('sketch')).toBe('Sketcher: sketch')
    const opened = await test.connections.openContext(user, sketcher?.id ?? '', new AbortController().signal)
    expect(opened.provider.manifest.builtIn).toBe(true)
    await makeBoth()
    expect(await test.connections.allModelNames(user)).not.toContain('sketch')
  })

  it("CN15: the named model, else the connection's default, else the engine's first", async () => {
    const { two } = await makeBoth({ first: 'shared' })
    expect(await chosen({ model: 'x/slash' })).toBe('First: x/slash')
    expect(await chosen({})).toBe('First: shared')
    expect(await chosen({ connectionId: two })).toBe('Second: two')
  })

  it('CN15: a model that is not listed is unknown, the default one too', async () => {
    const { one, two } = await makeBoth({ first: 'retired' })
    await expect(chosen({ connectionId: one })).rejects.toMatchObject({
      code: 'unknown-model',
      message: expect.stringContaining('retired'),
    })
    await expect(chosen({ connectionId: two, model: 'one' })).rejects.toMatchObject({ code: 'unknown-model' })
    second.turn([])
    test.pass(60_000)
    await expect(chosen({ connectionId: two })).rejects.toMatchObject({ code: 'unknown-model' })
  })

  it('CN15: an engine that cannot be asked is its own error', async () => {
    const { one } = await makeBoth()
    first.turn('break')
    await expect(chosen({ connectionId: one, model: 'one' })).rejects.toMatchObject({
      name: 'ProviderError',
      kind: 'unavailable',
    })
  })
})

describe('model names', () => {
  it('CN16: every name of the list is found again, and means what it says', async () => {
    const { two } = await makeBoth()
    const names = await test.connections.allModelNames(user)
    expect(names).toEqual(['one', 'shared', 'x/slash', 'two', 'First/shared', 'Second/shared'])
    expect(await Promise.all(names.map(found))).toEqual([
      'First: one',
      'First: shared',
      'First: x/slash',
      'Second: two',
      'First: shared',
      'Second: shared',
    ])
    expect(await found('Second/two')).toBe('Second: two')
    await test.connections.update(user, two, { isDefault: true })
    expect(await found('shared')).toBe('Second: shared')
  })

  it('CN16: an unknown name is unknown-model', async () => {
    await makeBoth()
    for (const name of ['three', 'First/two', 'Third/one', '', 'First/']) {
      await expect(found(name)).rejects.toMatchObject({ code: 'unknown-model' })
    }
  })

  it('CN16: what cannot be asked is left out and logged once a minute, without a word of what was asked', async () => {
    const { two } = await makeBoth()
    second.turn('refuse')
    const logged = () => test.lines.filter((line) => line.includes(two)).map((line): unknown => JSON.parse(line))
    for (let i = 0; i < 3; i++) expect(await test.connections.allModelNames(user)).toEqual(['one', 'shared', 'x/slash'])
    expect(logged()).toEqual([
      expect.objectContaining({ connectionId: two, provider: 'paint', kind: 'auth', status: 401 }),
    ])
    test.pass(60_000)
    await test.connections.allModelNames(user)
    expect(logged()).toHaveLength(2)
  })

  it('CN16: a name that only the one that is out may have fails with its reason', async () => {
    await makeBoth()
    second.turn('break')
    expect(await found('one')).toBe('First: one')
    await expect(found('two')).rejects.toMatchObject({ name: 'ProviderError', kind: 'unavailable', status: 500 })
  })

  it('CN1, CN16: nobody sees the models of others', async () => {
    await makeBoth()
    const other = await test.addUser()
    expect(await test.connections.allModelNames(other)).toEqual([])
    await expect(test.connections.findModel(other, 'one')).rejects.toMatchObject({ code: 'unknown-model' })
  })
})
