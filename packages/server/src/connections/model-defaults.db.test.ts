import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { isOfFamily } from './model-defaults.ts'
import { startTestEngine } from './testing/engine.ts'
import { openTestConnections } from './testing/open.ts'

let test: Awaited<ReturnType<typeof openTestConnections>>
let first: Awaited<ReturnType<typeof startTestEngine>>
let second: Awaited<ReturnType<typeof startTestEngine>>
let user: string
let a: string
let b: string

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
  first.turn(['one', 'sdxl-turbo'])
  second.turn(['two', 'flux1-dev', 'sd_xl_base'])
  user = await test.addUser()
  a = await make(user, 'A', first.baseUrl)
  b = await make(user, 'B', second.baseUrl)
})

const make = async (of: string, name: string, baseUrl: string, more: object = {}) =>
  (await test.connections.create(of, { name, provider: 'paint', baseUrl, ...more })).id
const drawn = async (wanted: Parameters<typeof test.connections.resolve>[1], of = user) => {
  const { connection, model } = await test.connections.resolve(of, wanted)
  return `${connection.name}: ${model.id}`
}
const choose = (family: 'any' | 'sdxl' | 'flux', connectionId: string | null, model: string | null = null) =>
  test.connections.chooseModel(user, { family, connectionId, model })

it.each([
  ['flux1-dev-fp8', 'flux'],
  ['FLUX.1 [schnell]', 'flux'],
  ['sd_xl_base_1.0', 'sdxl'],
  ['SDXL Lightning', 'sdxl'],
  ['juggernautXL_v9', 'sdxl'],
  ['RealVisXL-5', 'sdxl'],
  ['checkpoints/animagine-xl-4.0', 'sdxl'],
  ['dall-e-3', null],
  ['pixel-art', null],
  ['xlarge', null],
  ['flux-xl', 'flux'],
] as const)('CN31: %s is of the family %s', (id, family) => {
  const found = (['sdxl', 'flux'] as const).filter((one) => isOfFamily({ id, label: id }, one))
  expect(found).toEqual(family === null ? [] : [family])
})

it('CN30: the own choice goes before the instance’s, and is taken back', async () => {
  const other = await test.addUser()
  const shared = await make(other, 'Shared', second.baseUrl, { shared: true })
  await test.connections.chooseForEverybody(other, { family: 'sdxl', connectionId: shared, model: 'sd_xl_base' })
  expect(await drawn({ model: 'sdxl' })).toBe('Shared: sd_xl_base')
  expect(await choose('sdxl', a, 'sdxl-turbo')).toMatchObject([
    { family: 'any', own: null, instance: null },
    {
      family: 'sdxl',
      own: { connectionId: a, model: 'sdxl-turbo' },
      instance: { connectionId: shared, model: 'sd_xl_base' },
    },
    { family: 'flux', own: null, instance: null },
  ])
  expect(await drawn({ family: 'sdxl' })).toBe('A: sdxl-turbo')
  expect(await drawn({ family: 'sdxl' }, other)).toBe('Shared: sd_xl_base')
  await choose('sdxl', null)
  expect(await drawn({ family: 'sdxl' })).toBe('Shared: sd_xl_base')
  await test.connections.update(other, shared, { shared: false })
  expect((await test.connections.modelDefaults(user))[1]).toEqual({ family: 'sdxl', own: null, instance: null })
  expect(await drawn({ family: 'sdxl' })).toBe('A: sdxl-turbo')
})

it('CN30: for everybody it is one that everybody can use', async () => {
  await expect(test.connections.chooseForEverybody(user, { family: 'flux', connectionId: a })).rejects.toMatchObject({
    code: 'validation-failed',
    fields: [{ field: 'body.connectionId' }],
  })
  const stranger = await test.addUser()
  await expect(test.connections.chooseModel(stranger, { family: 'flux', connectionId: a })).rejects.toMatchObject({
    code: 'not-found',
  })
})

it('CN30: what serves when nothing is named is the default connection with a model', async () => {
  await choose('any', b, 'flux1-dev')
  expect(await drawn({})).toBe('B: flux1-dev')
  expect((await test.connections.list(user))[0]).toMatchObject({ id: b, isDefault: true })
  expect(await drawn({ connectionId: b })).toBe('B: two')
  await test.connections.update(user, a, { isDefault: true })
  expect(await drawn({})).toBe('A: one')
  expect((await test.connections.modelDefaults(user))[0]).toMatchObject({ own: null })
  await choose('any', null)
  expect((await test.connections.list(user)).some(({ isDefault }) => isDefault)).toBe(false)
})

it('CN30: the instance’s default serves whoever has none', async () => {
  const other = await test.addUser()
  const shared = await make(other, 'Usual', second.baseUrl, { shared: true })
  await test.connections.chooseForEverybody(other, { family: 'any', connectionId: shared, model: 'flux1-dev' })
  expect(await drawn({})).toBe('Usual: flux1-dev')
  expect((await test.connections.list(user))[0]).toMatchObject({ id: shared, isDefault: true })
  await test.connections.update(user, a, { isDefault: true })
  expect(await drawn({})).toBe('A: one')
  await test.connections.chooseForEverybody(other, { family: 'any', connectionId: null })
  await test.connections.remove(other, shared)
})

it('CN31: a family that nobody chose for is the first model of it, by its name; else unknown', async () => {
  expect(await drawn({ model: 'flux' })).toBe('B: flux1-dev')
  expect(await drawn({ family: 'sdxl' })).toBe('A: sdxl-turbo')
  const { connection, model } = await test.connections.findModel(user, 'flux')
  expect([connection.name, model.id]).toEqual(['B', 'flux1-dev'])
  second.turn(['two'])
  test.pass(60_001)
  await expect(drawn({ model: 'flux' })).rejects.toMatchObject({ code: 'unknown-model' })
  second.turn(['flux'])
  test.pass(60_001)
  expect((await test.connections.findModel(user, 'flux')).model.id).toBe('flux')
})

it('CN31: what was chosen and is gone is said, not replaced', async () => {
  await choose('flux', b, 'flux1-dev')
  second.turn(['two', 'flux2'])
  test.pass(60_001)
  await expect(drawn({ family: 'flux' })).rejects.toMatchObject({
    code: 'unknown-model',
    message: expect.stringContaining('"flux" is gone from "B"'),
  })
  await test.connections.remove(user, b)
  await expect(drawn({ family: 'flux' })).rejects.toMatchObject({ code: 'unknown-model' })
})

it('CN32: a model that was switched off is refused with what to take instead', async () => {
  const words = 'old-one was retired on 12 May 2026. Take one instead.'
  for (const ask of [
    () => drawn({ connectionId: a, model: 'old-one' }),
    () => test.connections.findModel(user, 'old-one'),
  ]) {
    await expect(ask()).rejects.toMatchObject({ code: 'unknown-model', message: expect.stringContaining(words) })
  }
})
