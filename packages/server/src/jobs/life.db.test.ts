import { sql } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DefectError } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import { openLog } from '#base/log.ts'
import type { ClaimedJob } from './jobs.ts'
import { jobTable, openQueue, queueName } from './queue.ts'
import { gate, openTestJobs, untilAborted, type TestJobs } from './testing.ts'

let test: TestJobs

beforeEach(async () => {
  test = await openTestJobs()
  await test.setLane('lane', 2)
})
afterEach(() => test.close())

const slow = { timeout: 10_000 }

interface Row {
  readonly state: string
  readonly waited: number
}

/** What is stored of a job, with the seconds between its last start and its next. */
async function stored(id: string): Promise<Row | undefined> {
  const { rows } = await sql<Row>`
    select state::text, extract(epoch from start_after - started_on)::float8 as waited
    from pgboss.job where id = ${id}`.execute(test.database.db)
  return rows[0]
}

it('JB6: a job whose transaction is rolled back never runs', async () => {
  const served: unknown[] = []
  const worker = await test.jobs.work(async ({ payload }) => void served.push(payload), 2)
  const failing = test.database.db.transaction().execute(async (trx) => {
    await test.jobs.enqueue(trx, { lane: 'lane', userId: newId(), batch: false, payload: 'rolled back' })
    throw new Error('changed my mind')
  })
  await expect(failing).rejects.toThrow('changed my mind')
  await test.enqueue({ payload: 'kept' })
  await expect.poll(() => served, slow).toEqual(['kept'])
  await worker.stop(1000)
  expect(served).toEqual(['kept'])
})

it('JB6: what the handler gets is what was handed in', async () => {
  const payload = { text: 'naïve “quotes” \\ \n', list: [1, null, { deep: true }] }
  const id = await test.enqueue({ payload })
  const got: unknown[] = []
  const worker = await test.jobs.work(async (job) => void got.push({ id: job.id, payload: job.payload }), 1)
  await expect.poll(() => got, slow).toEqual([{ id, payload }])
  await worker.stop(1000)
})

it('JB6: what is added is what pg-boss itself would add', async () => {
  const { boss } = await openQueue(test.database, openLog('error'))
  try {
    const ours = await test.enqueue({ payload: { deep: ['x'] }, batch: true })
    const group = { id: 'lane', tier: 'lane' }
    const theirs = await boss.send(
      queueName,
      { payload: { deep: ['x'] } },
      { id: newId(), priority: -1_000_000_001, group },
    )
    const { rows } = await sql<{ id: string }>`
      select to_jsonb(job) - 'id' - 'created_on' - 'start_after' - 'keep_until' || jsonb_build_object(
        'kept', keep_until - created_on, 'waits', start_after - created_on, 'id', null) as job
      from ${jobTable} where id in (${ours}, ${theirs})`.execute(test.database.db)
    expect(rows).toHaveLength(2)
    expect(rows[0]).toEqual(rows[1])
  } finally {
    await boss.stop({ graceful: false, close: false })
  }
})

it('JB6: a job for a lane that nobody made known is refused', async () => {
  await expect(test.enqueue({ lane: 'nowhere' })).rejects.toBeInstanceOf(DefectError)
})

it('JB7: a waiting job that is cancelled never runs, a running or finished one is not cancelled', async () => {
  await test.setLane('lane', 1)
  const hold = gate()
  const served: unknown[] = []
  const running = await test.enqueue({ payload: 'running' })
  const worker = await test.jobs.work(async ({ payload }) => {
    served.push(payload)
    await hold.opened
  }, 2)
  await expect.poll(() => served.length, slow).toBe(1)
  const waiting = await test.enqueue({ payload: 'waiting' })
  const cancel = (id: string) => test.database.db.transaction().execute((trx) => test.others.cancel(trx, id))
  expect(await cancel(running)).toBe(false)
  expect(await cancel(waiting)).toBe(true)
  expect(await cancel(waiting)).toBe(false)
  await test.enqueue({ payload: 'last' })
  hold.open()
  await expect.poll(() => served, slow).toEqual(['running', 'last'])
  await worker.stop(1000)
  expect(await cancel(running)).toBe(false)
})

it('JB7: cancelling is undone with its transaction', async () => {
  const id = await test.enqueue({ payload: 'kept' })
  const failing = test.database.db.transaction().execute(async (trx) => {
    expect(await test.jobs.cancel(trx, id)).toBe(true)
    throw new Error('changed my mind')
  })
  await expect(failing).rejects.toThrow('changed my mind')
  const served: unknown[] = []
  const worker = await test.jobs.work(async ({ payload }) => void served.push(payload), 1)
  await expect.poll(() => served, slow).toEqual(['kept'])
  await worker.stop(1000)
})

it('JB8: a job whose handler throws comes again, later every time', async () => {
  const id = await test.enqueue()
  let attempts = 0
  const worker = await test.jobs.work(async () => {
    attempts += 1
    if (attempts <= 2) throw new Error('not yet')
  }, 2)
  await expect.poll(() => stored(id), slow).toMatchObject({ state: 'retry' })
  expect((await stored(id))?.waited).toBeGreaterThanOrEqual(1)
  await expect.poll(() => attempts, slow).toBe(2)
  await expect.poll(() => stored(id), slow).toMatchObject({ state: 'retry' })
  expect((await stored(id))?.waited).toBeGreaterThanOrEqual(2)
  await expect.poll(() => attempts, slow).toBe(3)
  await expect.poll(() => stored(id), slow).toMatchObject({ state: 'completed' })
  await worker.stop(1000)
})

it('JB8: while a job waits to be tried again, the others of its lane run', async () => {
  await test.setLane('lane', 1)
  const served: unknown[] = []
  const worker = await test.jobs.work(async ({ payload }) => {
    served.push(payload)
    if (payload === 'bad' && served.length === 1) throw new Error('not yet')
  }, 1)
  await test.enqueue({ payload: 'bad' })
  await expect.poll(() => served.length, slow).toBe(1)
  await test.enqueue({ payload: 'good' })
  await expect.poll(() => served, slow).toEqual(['bad', 'good', 'bad'])
  await worker.stop(1000)
})

it('JB9: a worker that stops waits for its jobs and takes no new one', async () => {
  const hold = gate()
  const ended: unknown[] = []
  const worker = await test.jobs.work(async ({ payload, signal }) => {
    await hold.opened
    ended.push([payload, signal.aborted])
  }, 1)
  await test.enqueue({ payload: 'running' })
  await expect.poll(() => stateCounts(), slow).toEqual({ active: 1 })
  const stopped = worker.stop(10_000)
  await test.enqueue({ payload: 'new' })
  hold.open()
  await stopped
  expect(ended).toEqual([['running', false]])
  expect(await stateCounts()).toEqual({ completed: 1, created: 1 })
})

async function stateCounts(): Promise<Record<string, number>> {
  const { rows } = await sql<{ state: string; count: number }>`
    select state::text, count(*) as count from pgboss.job where name = 'easel' group by state`.execute(test.database.db)
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]))
}

it('JB9: a worker that stops hands its jobs to another one at once', async () => {
  const reasons: unknown[] = []
  const stopping = await test.jobs.work(async ({ signal }) => {
    reasons.push('started')
    await untilAborted(signal).finally(() => reasons.push(signal.reason))
  }, 2)
  const id = await test.enqueue()
  await expect.poll(() => reasons, slow).toEqual(['started'])
  const taken: string[] = []
  const other = await test.others.work(async (job) => void taken.push(job.id), 2)
  await stopping.stop(0)
  expect(reasons).toEqual(['started', 'stopping'])
  await expect.poll(() => taken, { timeout: 5_000 }).toEqual([id])
  await other.stop(1000)
  expect(await stateCounts()).toEqual({ completed: 1 })
})

it('JB9: a handler that does not listen loses its job when the worker stops', async () => {
  const hold = gate()
  let started = 0
  const deaf = await test.jobs.work(async () => {
    started += 1
    await hold.opened
  }, 1)
  await test.enqueue()
  await expect.poll(() => started, slow).toBe(1)
  await deaf.stop(0)
  expect(await stateCounts()).toEqual({ retry: 1 })
  hold.open()
  const taken: string[] = []
  const other = await test.others.work(async (job) => void taken.push(job.id), 1)
  await expect.poll(() => taken.length, slow).toBe(1)
  await expect.poll(() => stateCounts(), slow).toEqual({ completed: 1 })
  await other.stop(1000)
})

it('JB10: a worker whose claim is lost is told so, and cannot settle the job any more', async () => {
  const first = { job: gate(), reason: gate() }
  const reasons: unknown[] = []
  const loser = await test.jobs.work(async ({ signal }: ClaimedJob) => {
    first.job.open()
    signal.addEventListener('abort', () => reasons.push(signal.reason))
    await first.reason.opened
  }, 1)
  const id = await test.enqueue()
  await first.job.opened
  // What the supervisor does with a job whose worker has not been heard of for too long.
  const second = { job: gate(), end: gate() }
  const winner = await test.others.work(async () => {
    second.job.open()
    await second.end.opened
  }, 1)
  await sql`update pgboss.job set state = 'retry' where id = ${id}`.execute(test.database.db)
  await second.job.opened
  await expect.poll(() => reasons, slow).toEqual(['lost'])
  first.reason.open()
  await loser.stop(1000)
  expect(await stored(id)).toMatchObject({ state: 'active' })
  second.end.open()
  await expect.poll(() => stored(id), slow).toMatchObject({ state: 'completed' })
  await winner.stop(1000)
})
