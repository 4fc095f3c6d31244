import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Jobs, LaneCall } from './jobs.ts'
import { gate, openTestJobs, type TestJobs } from './testing.ts'

let test: TestJobs

beforeEach(async () => {
  test = await openTestJobs()
})
afterEach(() => test.close())

const going = () => new AbortController().signal
const begin = (jobs: Jobs, { waitMs = 20_000, signal = going() } = {}) =>
  jobs.beginCall('lane', { waitMs, signal, onLost: () => undefined })

const left = async () => (await test.database.db.selectFrom('lane_calls').select('id').execute()).length

/** A worker whose jobs run until they are let go. */
async function workHeld() {
  const hold = gate()
  let started = 0
  const worker = await test.others.work(async () => {
    started += 1
    await hold.opened
  }, 4)
  return { release: hold.open, started: () => started, stop: () => worker.stop(1000) }
}

describe('the limit of a lane', () => {
  it.each([1, 3])(
    'JB13: of %i holds for jobs and calls together, over two processes',
    { timeout: 60_000 },
    async (limit) => {
      await test.setLane('lane', limit)
      let inFlight = 0
      let most = 0
      const runs = { jobs: 0, calls: 0 }
      const run = async (kind: keyof typeof runs) => {
        most = Math.max(most, ++inFlight)
        await delay(Math.random() * 10)
        inFlight -= 1
        runs[kind] += 1
      }
      await test.enqueueAll(Array.from({ length: 60 }, () => ({})))
      const workers = [await test.jobs.work(() => run('jobs'), 4), await test.others.work(() => run('jobs'), 4)]
      const callAgain = async (jobs: Jobs) => {
        for (let i = 0; i < 15; i++) {
          const call = await begin(jobs)
          if (call === null) continue
          await run('calls')
          await call.end()
        }
      }
      await Promise.all([test.jobs, test.others, test.jobs, test.others].map(callAgain))
      await expect.poll(() => runs, { timeout: 50_000 }).toEqual({ jobs: 60, calls: 60 })
      await Promise.all(workers.map((worker) => worker.stop(1000)))
      expect(most).toBeLessThanOrEqual(limit)
      expect(await left()).toBe(0)
    },
  )

  it('JB13: a call that waits comes before the jobs that do', async () => {
    await test.setLane('lane', 1)
    const held = await workHeld()
    await test.enqueueAll([{}, {}])
    await expect.poll(held.started, { timeout: 10_000 }).toBe(1)
    const waiting = begin(test.jobs)
    await expect.poll(left).toBe(1)
    held.release()
    const call = await waiting
    expect([call === null, held.started()]).toEqual([false, 1])
    await delay(50)
    expect(held.started()).toBe(1)
    await call?.end()
    await expect.poll(held.started, { timeout: 10_000 }).toBe(2)
    await held.stop()
  })

  it('JB13: calls come in the order in which they came', async () => {
    await test.setLane('lane', 1)
    const first = await begin(test.jobs)
    const order: number[] = []
    const later: Promise<LaneCall | null>[] = []
    for (const number of [1, 2, 3]) {
      const jobs = number === 2 ? test.others : test.jobs
      const call = begin(jobs).then(async (begun) => {
        order.push(number)
        await begun?.end()
        return begun
      })
      later.push(call)
      await expect.poll(left).toBe(number + 1)
    }
    await first?.end()
    await Promise.all(later)
    expect(order).toEqual([1, 2, 3])
  })

  it('JB13: a call in another lane is none of this one', async () => {
    await test.setLane('lane', 1)
    await test.setLane('other', 1)
    const call = await begin(test.jobs)
    const other = await test.jobs.beginCall('other', { waitMs: 0, signal: going(), onLost: () => undefined })
    expect(other).not.toBeNull()
    expect(await begin(test.others, { waitMs: 0 })).toBeNull()
    await Promise.all([call?.end(), other?.end()])
  })

  it('a lane that nobody has made known is a mistake of ours', async () => {
    await expect(begin(test.jobs)).rejects.toThrow('the lane lane')
  })
})

describe('waiting', () => {
  it('JB14: ends after its time, and leaves nothing behind', async () => {
    await test.setLane('lane', 1)
    const call = await begin(test.jobs)
    expect(await begin(test.others, { waitMs: 100 })).toBeNull()
    expect(await left()).toBe(1)
    await call?.end()
    const next = await begin(test.others, { waitMs: 0 })
    expect(next).not.toBeNull()
    await next?.end()
  })

  it('JB14: ends when nobody wants it any more', async () => {
    await test.setLane('lane', 1)
    const call = await begin(test.jobs)
    const abort = new AbortController()
    const waiting = begin(test.others, { signal: abort.signal })
    await expect.poll(left).toBe(2)
    abort.abort()
    expect(await waiting).toBeNull()
    expect(await left()).toBe(1)
    await call?.end()
  })
})

describe('a process that died', () => {
  it('JB15: has its place no longer than it was alive', async () => {
    await test.setLane('lane', 1)
    const call = await begin(test.jobs)
    expect(await begin(test.others, { waitMs: 0 })).toBeNull()
    // As if it had not said that it lives for a while.
    await sql`update lane_calls set expires_at = now()`.execute(test.database.db)
    const next = await begin(test.others, { waitMs: 0 })
    expect(next).not.toBeNull()
    await Promise.all([call?.end(), next?.end()])
  })

  it('JB15: or lost its place gives the call up', { timeout: 30_000 }, async () => {
    await test.setLane('lane', 1)
    const lost = Promise.withResolvers<string>()
    const call = await test.jobs.beginCall('lane', { waitMs: 0, signal: going(), onLost: () => lost.resolve('lost') })
    await sql`delete from lane_calls`.execute(test.database.db)
    expect(await lost.promise).toBe('lost')
    await call?.end()
  })
})
