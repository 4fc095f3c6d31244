import { expect, it } from 'vitest'
import { enqueueOne, openTestJobs, workUntilKilled } from './testing.ts'

it('JB11: when a worker process is killed, another one takes its job', { timeout: 60_000 }, async () => {
  const test = await openTestJobs()
  const id = await enqueueOne(test)
  expect(await workUntilKilled(test.url ?? '')).toBe(id)
  const taken: unknown[] = []
  const worker = await test.others.work(async (job) => void taken.push([job.id, job.payload]), 1)
  expect(taken).toEqual([])
  await expect.poll(() => taken, { timeout: 40_000 }).toEqual([[id, 'work']])
  await worker.stop(1000)
  await test.close()
})
