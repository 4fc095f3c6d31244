import { sql } from 'kysely'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { newId } from '#base/ids.ts'
import { openTestJobs, type TestJobs } from './testing.ts'
import { turnLimit } from './turns.ts'

let test: TestJobs
const [ada, ben, cleo, dora] = [newId(), newId(), newId(), newId()]

beforeEach(async () => {
  test = await openTestJobs()
  await test.setLane('lane', 1)
})
afterEach(() => test.close())

async function enqueueMany(userId: string, payload: string, { count = 1, batch = false, lane = 'lane' } = {}) {
  await test.enqueueAll(Array.from({ length: count }, () => ({ userId, payload, batch, lane })))
}

/** Runs all jobs on one slot. @returns their payloads in the order in which they ran */
async function serve(
  count: number,
  onServed: (served: number) => Promise<unknown> = async () => {},
): Promise<unknown[]> {
  const served: unknown[] = []
  const worker = await test.jobs.work(async ({ payload }) => {
    served.push(payload)
    await onServed(served.length)
  }, 1)
  await expect.poll(() => served.length, { timeout: 50_000 }).toBe(count)
  await worker.stop(1000)
  return served
}

function rounds(count: number, ...names: readonly string[]): string[] {
  return Array.from({ length: count }).flatMap(() => names)
}

it('JB1: users with fifty jobs each are served in exact turns', { timeout: 60_000 }, async () => {
  await enqueueMany(ada, 'A', { count: 50 })
  await enqueueMany(ben, 'B', { count: 50 })
  await enqueueMany(cleo, 'C', { count: 50 })
  expect(await serve(150)).toEqual(rounds(50, 'A', 'B', 'C'))
})

it('JB1: who comes late takes turns at once', async () => {
  await enqueueMany(ada, 'A', { count: 10 })
  await enqueueMany(ben, 'B', { count: 10 })
  await enqueueMany(cleo, 'C', { count: 10 })
  const served = await serve(33, async (count) => {
    if (count === 10) await enqueueMany(dora, 'D', { count: 3 })
  })
  expect(served).toEqual([...rounds(4, 'A', 'B', 'C'), ...rounds(3, 'A', 'B', 'C', 'D'), ...rounds(3, 'A', 'B', 'C')])
})

it('JB1: who was away does not have turns saved up', async () => {
  await enqueueMany(ada, 'A', { count: 5 })
  expect(await serve(5)).toEqual(rounds(5, 'A'))
  await enqueueMany(ada, 'A', { count: 3 })
  await enqueueMany(ben, 'B', { count: 3 })
  expect(await serve(6)).toEqual(rounds(3, 'A', 'B'))
})

it('JB2: batch work waits behind all interactive work of its lane and takes turns too', async () => {
  await enqueueMany(ada, 'a', { count: 3, batch: true })
  await enqueueMany(ben, 'b', { count: 3, batch: true })
  await enqueueMany(cleo, 'C', { count: 2 })
  expect(await serve(8)).toEqual(['C', 'C', ...rounds(3, 'a', 'b')])
})

it('JB2: a long batch does not set back the other work of its user', async () => {
  await enqueueMany(ada, 'a', { count: 40, batch: true })
  await enqueueMany(ben, 'B', { count: 5 })
  await enqueueMany(ada, 'A', { count: 2 })
  expect((await serve(47)).slice(0, 8)).toEqual(['B', 'A', 'B', 'A', 'B', 'B', 'B', 'a'])
})

it('JB1: a lane with many turns behind it and a new one take turns for a slot', async () => {
  await test.setLane('old', 4)
  await test.setLane('new', 4)
  await sql`update job_lanes set now_turn = 5000 where lane = 'old'`.execute(test.database.db)
  await enqueueMany(ada, 'new', { count: 6, lane: 'new' })
  await enqueueMany(ada, 'old', { count: 6, lane: 'old' })
  expect(await serve(12, () => delay(5))).toEqual(rounds(6, 'new', 'old'))
})

it.each([
  { batch: false, column: 'now_turn' },
  { batch: true, column: 'now_batch_turn' },
])('JB3: turns are counted from the beginning again before they overflow ($column)', async ({ batch, column }) => {
  await sql`update job_lanes set ${sql.ref(column)} = ${turnLimit - 3}`.execute(test.database.db)
  await enqueueMany(ada, 'A', { count: 6, batch })
  await enqueueMany(ben, 'B', { count: 6, batch })
  const served = await serve(14, async (count) => {
    if (count === 7) await enqueueMany(cleo, 'C', { count: 2, batch })
  })
  expect(served).toEqual([...rounds(4, 'A', 'B'), ...rounds(2, 'A', 'B', 'C')])
  const { rows } = await sql<{ now: number }>`select ${sql.ref(column)} as now from job_lanes`.execute(test.database.db)
  expect(rows[0]?.now).toBeLessThan(10)
})

it('JB4: every waiting job has its place in the line of its lane', async () => {
  await test.setLane('other', 1)
  const first = await test.enqueue({ userId: ada })
  const second = await test.enqueue({ userId: ada })
  const batch = await test.enqueue({ userId: ben, batch: true })
  const late = await test.enqueue({ userId: ben })
  const elsewhere = await test.enqueue({ userId: cleo, lane: 'other' })
  const places = await test.jobs.places([second, batch, late, elsewhere, first, newId()])
  expect(Object.fromEntries(places)).toEqual({ [first]: 1, [late]: 2, [second]: 3, [batch]: 4, [elsewhere]: 1 })
  expect(await test.jobs.places([])).toEqual(new Map())
})

it('JB4: a running job has no place', async () => {
  const running = await test.enqueue()
  const waiting = await test.enqueue()
  let seen: ReadonlyMap<string, number> = new Map()
  await serve(2, async (count) => {
    if (count === 1) seen = await test.jobs.places([running, waiting])
  })
  expect([...seen]).toEqual([[waiting, 1]])
})
