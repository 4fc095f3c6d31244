import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { present } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import type { ClaimedJob } from './jobs.ts'
import { gate, openTestJobs, type TestJobs } from './testing.ts'

let test: TestJobs

beforeEach(async () => {
  test = await openTestJobs()
})
afterEach(() => test.close())

/** A handler of two workers that counts what runs at once. */
function countingHandler() {
  const runs = new Map<string, number>()
  let inFlight = 0
  let most = 0
  return {
    runs,
    most: () => most,
    async handler({ id }: ClaimedJob) {
      runs.set(id, (runs.get(id) ?? 0) + 1)
      most = Math.max(most, ++inFlight)
      await delay(Math.random() * 10)
      inFlight -= 1
    },
  }
}

it.each([1, 3])(
  'JB5: a lane of %i never runs more jobs at once, over two processes',
  { timeout: 60_000 },
  async (limit) => {
    await test.setLane('lane', limit)
    const users = [newId(), newId(), newId()]
    const ids = await test.enqueueAll(
      Array.from({ length: 240 }, (_, i) => ({ userId: present(users[i % 3], 'a user') })),
    )
    const { handler, runs, most } = countingHandler()
    const workers = [await test.jobs.work(handler, 4), await test.others.work(handler, 4)]
    await expect.poll(() => runs.size, { timeout: 50_000 }).toBe(ids.length)
    await Promise.all(workers.map((worker) => worker.stop(1000)))
    expect(most()).toBeLessThanOrEqual(limit)
    expect([...runs.keys()].toSorted()).toEqual(ids.toSorted())
    expect(
      [...runs.values()].every((count) => count === 1),
      'no job runs twice',
    ).toBe(true)
  },
)

it('JB5: a process never runs more jobs at once than it has slots', async () => {
  await test.setLane('lane', 10)
  for (let i = 0; i < 20; i++) await test.enqueue()
  const { handler, runs, most } = countingHandler()
  const worker = await test.jobs.work(handler, 2)
  await expect.poll(() => runs.size, { timeout: 10_000 }).toBe(20)
  await worker.stop(1000)
  expect(most()).toBeLessThanOrEqual(2)
})

it('JB5: a full lane does not hold up another', async () => {
  await test.setLane('full', 1)
  await test.setLane('free', 1)
  for (let i = 0; i < 5; i++) await test.enqueue({ lane: 'full', payload: 'full' })
  for (let i = 0; i < 5; i++) await test.enqueue({ lane: 'free', payload: 'free' })
  const hold = gate()
  const served: unknown[] = []
  const worker = await test.jobs.work(async ({ payload }) => {
    served.push(payload)
    if (payload === 'full') await hold.opened
  }, 3)
  await expect.poll(() => served.filter((payload) => payload === 'free').length, { timeout: 10_000 }).toBe(5)
  expect(served.filter((payload) => payload === 'full').length).toBe(1)
  hold.open()
  await expect.poll(() => served.length, { timeout: 10_000 }).toBe(10)
  await worker.stop(1000)
})

it('JB5: a changed limit counts for the jobs that wait', async () => {
  await test.setLane('lane', 1)
  for (let i = 0; i < 3; i++) await test.enqueue()
  const hold = gate()
  let started = 0
  const worker = await test.others.work(async () => {
    started += 1
    await hold.opened
  }, 5)
  await expect.poll(() => started, { timeout: 10_000 }).toBe(1)
  await test.setLane('lane', 3)
  await expect.poll(() => started, { timeout: 10_000 }).toBe(3)
  hold.open()
  await worker.stop(1000)
})
