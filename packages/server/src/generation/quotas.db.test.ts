import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { QuotaOverride } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import { openPipeline, type Pipeline, type Process } from './testing/open.ts'
import { draws, picturesFor, stalls, startPaintEngine, type PaintEngine } from './testing/paint.ts'

let pipeline: Pipeline
let process: Process
let engine: PaintEngine
let user: string
let connectionId: string

const none = { bytes: null, imagesADay: null, atOnce: null, moneyAMonth: null }
const defaults = { quota: { ...none, imagesADay: 50 }, guestQuota: { ...none, imagesADay: 2, atOnce: 1 } }

beforeAll(async () => {
  engine = await startPaintEngine()
  pipeline = await openPipeline()
  process = await pipeline.startProcess({ quotas: defaults })
})
afterAll(async () => {
  await pipeline.checkInvariants()
  await pipeline.close()
  await engine.close()
})
beforeEach(async () => {
  engine.onDraw(draws)
  user = await pipeline.addUser()
  const input = { name: 'Paint', provider: 'paint', baseUrl: engine.baseUrl }
  connectionId = (await process.connections.create(user, input)).id
})

const allow = (quota: QuotaOverride) =>
  pipeline.db
    .updateTable('users')
    .set({ quota: JSON.stringify(quota) })
    .where('id', '=', user)
    .execute()

const submit = (n = 1, from = process) =>
  from.generations.submit(user, { prompt: 'a fox', connectionId, n }, { origin: 'easel' })
const done = async (n = 1) => {
  const { id } = await submit(n)
  return await process.generations.wait(user, id, AbortSignal.timeout(15_000))
}
const used = async () => (await process.quotas.usage(user)).used

async function refusal(work: Promise<unknown>): Promise<string> {
  const thrown: unknown = await work.then(
    () => 'it was taken',
    (error: unknown) => error,
  )
  expect(thrown).toBeInstanceOf(EaselError)
  expect(thrown).toMatchObject({ code: 'quota-exceeded' })
  return thrown instanceof Error ? thrown.message : ''
}

const generations = () => pipeline.db.selectFrom('generations').where('user_id', '=', user).select('id').execute()
const setSpent = (cost: number) =>
  pipeline.db.updateTable('usage_days').set({ cost }).where('user_id', '=', user).execute()

describe('QU1: whose limit holds', () => {
  it('is their own, else the usual one; null is none', async () => {
    expect((await process.quotas.usage(user)).allowed).toEqual({ ...none, imagesADay: 50 })
    await allow({ imagesADay: null, atOnce: 7 })
    expect((await process.quotas.usage(user)).allowed).toEqual({ ...none, atOnce: 7 })
  })

  it('is a guest’s for guests', async () => {
    await pipeline.db.updateTable('users').set({ role: 'guest' }).where('id', '=', user).execute()
    expect((await process.quotas.usage(user)).allowed).toEqual(defaults.guestQuota)
    await done(2)
    expect(await refusal(submit())).toContain('2 images a day')
  })
})

describe('QU2: what goes over a limit', () => {
  it.each<[string, QuotaOverride, number, RegExp]>([
    [
      'images a day',
      { imagesADay: 3 },
      2,
      /3 images a day\. 2 of today are used, and this asks for 2.*in \d+ (hour|minute)/,
    ],
    ['bytes', { bytes: 10 }, 1, /may hold 0\.0 MB.*trash/],
  ])('is refused with a message: %s', async (_, quota, n, message) => {
    await done(2)
    await allow(quota)
    const before = [engine.asked.length, await generations(), await used()]
    expect(await refusal(submit(n === 1 ? 1 : 2))).toMatch(message)
    expect([engine.asked.length, await generations(), await used()]).toEqual(before)
  })

  it('is refused with a message: generations at once', async () => {
    await allow({ atOnce: 1 })
    engine.onDraw(stalls)
    const { id } = await submit()
    expect(await refusal(submit())).toMatch(/1 generation at once\. 1 are waiting or running/)
    await process.generations.cancel(user, id)
    await expect.poll(async () => (await used()).atOnce).toBe(0)
    engine.onDraw(draws)
    expect((await done()).state).toBe('succeeded')
  })

  it('is refused with a message: money', async () => {
    await done()
    await setSpent(9.999)
    await allow({ moneyAMonth: 10 })
    await done()
    await setSpent(10)
    expect(await refusal(submit())).toMatch(/spend 10\.00 a month.*10\.00 of this month.*\d{4}-\d\d-01/)
    const { id } = await process.generations.list(user, { limit: 1 }).then(({ data: [first] }) => first ?? { id: '' })
    expect(await refusal(process.generations.retry(user, id))).toContain('month')
  })

  it('does not ask the engine for its models either, once a limit is known', async () => {
    await allow({ imagesADay: 1 })
    await done()
    const requests = engine.requests.length
    await refusal(submit())
    expect(engine.requests).toHaveLength(requests)
  })
})

describe('QU3: twenty at once', () => {
  it.each<[string, QuotaOverride, number]>([
    ['images a day', { imagesADay: 7 }, 7],
    ['generations at once', { imagesADay: null, atOnce: 3 }, 3],
  ])('never go over: %s', async (_, quota, taken) => {
    await allow(quota)
    engine.onDraw(stalls)
    const second = await pipeline.startProcess({ works: false, quotas: defaults })
    const all = await Promise.allSettled(
      Array.from({ length: 20 }, (__, at) => submit(1, at % 2 === 0 ? process : second)),
    )
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(taken)
    for (const one of all) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'quota-exceeded' })
    expect(await used()).toMatchObject({ imagesADay: taken, atOnce: taken })
    for (const { id } of await generations()) await process.generations.cancel(user, id)
    await expect.poll(async () => (await used()).atOnce).toBe(0)
    await second.stop()
  })

  it('with one key count once', async () => {
    const options = { origin: 'easel', idempotencyKey: 'k' } as const
    const request = { prompt: 'a', connectionId, n: 2 }
    const all = Array.from({ length: 20 }, () => process.generations.submit(user, request, options))
    const ids = (await Promise.all(all)).map(({ id }) => id)
    expect(await used()).toMatchObject({ imagesADay: 2 })
    // What it asks of the engine is not the next test's.
    for (const id of ids) await process.generations.wait(user, id, AbortSignal.timeout(15_000))
  })
})

describe('QU4: the images of the day', () => {
  it('come back when the generation failed and cost nothing', async () => {
    engine.onDraw((reply) => reply.json(400, { error: 'no' }))
    expect((await done(3)).state).toBe('failed')
    expect(await used()).toMatchObject({ imagesADay: 0, atOnce: 0, moneyAMonth: 0 })
  })

  it('stay used when there is at least a picture', async () => {
    engine.onDraws(draws, (reply) => reply.json(400, { error: 'no' }))
    expect((await done(2)).state).toBe('succeeded')
    expect(await used()).toMatchObject({ imagesADay: 2 })
  })

  it('stay used when the engine was paid for what cannot be used, and the cost is known', async () => {
    engine.onDraw((reply) => reply.json(200, { images: ['bm9uZQ=='], cost: 0.5 }))
    expect(await done()).toMatchObject({ state: 'failed', cost: { amount: 0.5, currency: 'USD' } })
    expect(await used()).toMatchObject({ imagesADay: 1, moneyAMonth: 0.5 })
  })

  it('come back when it was cancelled before it began', async () => {
    engine.onDraw(stalls)
    const input = { name: 'Slow', provider: 'paint', baseUrl: engine.baseUrl, concurrency: 1 }
    connectionId = (await process.connections.create(user, input)).id
    const running = await submit()
    await expect.poll(async () => (await process.generations.get(user, running.id)).state).toBe('running')
    const waiting = await submit(4)
    expect(await used()).toMatchObject({ imagesADay: 5, atOnce: 2 })
    await process.generations.cancel(user, waiting.id)
    expect(await used()).toMatchObject({ imagesADay: 1, atOnce: 1 })
    await process.generations.cancel(user, running.id)
    await expect.poll(async () => (await used()).atOnce).toBe(0)
    expect(await used()).toMatchObject({ imagesADay: 1 })
  })
})

it('QU6: what it cost counts when it ends, on the day it was submitted', async () => {
  engine.onDraw((reply, asked) => reply.json(200, { images: picturesFor(asked), cost: 0.25 }))
  await done(3)
  expect((await used()).moneyAMonth).toBeCloseTo(0.75)
  const { id } = await submit()
  await process.generations.wait(user, id, AbortSignal.timeout(15_000))
  const days = await pipeline.db.selectFrom('usage_days').selectAll().where('user_id', '=', user).execute()
  expect(days).toHaveLength(1)
  expect(days[0]).toMatchObject({ images: 4, cost: 1 })
})

describe('prices', () => {
  const price = (amount: number) => process.connections.update(user, connectionId, { prices: [{ amount }] })
  const costs = (amount: number) => ({ state: 'succeeded', cost: { amount, currency: 'USD' } })

  it('QU11: of pictures whose engine says nothing count; what an engine says goes before', async () => {
    await price(0.25)
    expect(await done(3)).toMatchObject(costs(0.75))
    expect((await used()).moneyAMonth).toBeCloseTo(0.75)
    engine.onDraw((reply, asked) => reply.json(200, { images: picturesFor(asked), cost: 0.5 }))
    expect(await done()).toMatchObject(costs(0.5))
    engine.onDraws(draws, (reply) => reply.json(400, { error: 'no' }))
    expect(await done(2)).toMatchObject(costs(0.25))
    engine.onDraw((reply) => reply.json(400, { error: 'no' }))
    expect(await done()).toMatchObject({ state: 'failed', cost: null })
  })

  it('CN29: a generation keeps the price it was accepted at', async () => {
    await price(0.25)
    const { id } = await submit()
    await price(9)
    expect(await process.generations.wait(user, id, AbortSignal.timeout(15_000))).toMatchObject(costs(0.25))
  })

  it('QU10: what would go over is refused before any engine is asked, and told before', async () => {
    await price(0.4)
    await allow({ moneyAMonth: 1 })
    expect((await done(2)).state).toBe('succeeded')
    const asked = engine.asked.length
    const request = { prompt: 'a', connectionId }
    const words = /1\.00 a month.*0\.80 of this month are spent, and this costs about 0\.40/
    expect(await process.generations.estimate(user, request)).toMatchObject({
      cost: { amount: 0.4 },
      refusal: expect.stringMatching(words),
    })
    expect(await refusal(submit())).toMatch(words)
    expect(engine.asked).toHaveLength(asked)
    await price(0.2)
    expect(await process.generations.estimate(user, request)).toMatchObject({ refusal: null })
    expect((await done()).state).toBe('succeeded')
    expect(await refusal(submit())).toContain('1.00 of this month are spent')
  })

  it('QU10: of many at once, on any process, no more are taken than there is money for', async () => {
    await price(0.25)
    await allow({ moneyAMonth: 1 })
    engine.onDraw(stalls)
    const second = await pipeline.startProcess({ works: false, quotas: defaults })
    const all = await Promise.allSettled(
      Array.from({ length: 12 }, (_, at) => submit(1, at % 2 === 0 ? process : second)),
    )
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(4)
    for (const { id } of await generations()) await process.generations.cancel(user, id)
    await expect.poll(async () => (await used()).atOnce).toBe(0)
    await second.stop()
  })

  it('QU10: a fallback that is too dear is not asked', async () => {
    const dear = { name: 'Dear', provider: 'paint', baseUrl: engine.baseUrl, prices: [{ amount: 2 }] }
    const { id: fallbackId } = await process.connections.create(user, dear)
    await process.connections.update(user, connectionId, { fallbackId })
    await allow({ moneyAMonth: 1 })
    engine.onDraws((reply) => reply.json(401, { error: 'no' }), draws)
    expect(await done()).toMatchObject({ state: 'failed', error: { kind: 'auth' }, fallbackFrom: null })
    await allow({ moneyAMonth: 3 })
    engine.onDraws((reply) => reply.json(401, { error: 'no' }), draws)
    expect(await done()).toMatchObject({ connectionName: 'Dear', ...costs(2) })
  })
})

it('QU7: what an engine made is kept over the limit of bytes, and then nothing more is taken', async () => {
  await allow({ bytes: 1 })
  const { images } = await done(2)
  expect(images).toHaveLength(2)
  const { bytes } = await used()
  expect(bytes).toBe(images.reduce((sum, { size }) => sum + size, 0))
  expect(await refusal(submit())).toContain('Your library may hold')
})
