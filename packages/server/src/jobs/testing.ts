// Two job queues over one database, as two processes have them, and what tests do with them.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect } from 'vitest'
import { present } from '#base/errors.ts'
import { openLog } from '#base/log.ts'
import { newId } from '#base/ids.ts'
import type { Json } from '#base/json.ts'
import type { Database } from '#db/database.ts'
import { openTestDatabase } from '#db/testing.ts'
import { createJobs } from './boss.ts'
import type { Jobs } from './jobs.ts'

interface TestJob {
  readonly lane?: string
  readonly userId?: string
  readonly batch?: boolean
  readonly payload?: Json
}

export interface TestJobs {
  readonly database: Database
  readonly url: string | null
  /** The queues of two processes on PostgreSQL; of one process on PGlite. */
  readonly jobs: Jobs
  readonly others: Jobs
  setLane(lane: string, concurrency: number): Promise<void>
  enqueue(job?: TestJob): Promise<string>
  /** All in one transaction. */
  enqueueAll(jobs: readonly TestJob[]): Promise<readonly string[]>
  close(): Promise<void>
}

export async function openTestJobs(): Promise<TestJobs> {
  const { database, openAnother, url } = await openTestDatabase()
  const another = await openAnother()
  const log = openLog('error')
  const jobs = await createJobs(database, log)
  const others = await createJobs(another, log)
  const someone = newId()

  async function enqueueAll(list: readonly TestJob[]): Promise<readonly string[]> {
    return await database.db.transaction().execute(async (trx) => {
      const ids: string[] = []
      for (const { lane = 'lane', userId = someone, batch = false, payload = null } of list) {
        ids.push(await jobs.enqueue(trx, { lane, userId, batch, payload }))
      }
      return ids
    })
  }

  return {
    database,
    url,
    jobs,
    others,
    setLane: (lane, concurrency) => database.db.transaction().execute((trx) => jobs.setLane(trx, lane, concurrency)),
    enqueue: async (job = {}) => present((await enqueueAll([job]))[0], 'the id of a job'),
    enqueueAll,
    async close() {
      await Promise.all([jobs.close(), others.close()])
      if (another !== database) await another.close()
      await database.close()
    },
  }
}

/** A promise that a test settles when it wants to. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: () => resolve() }
}

/** A handler's wait for nothing: until it is told to end. */
export async function untilAborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  signal.addEventListener('abort', () => reject(new Error(`aborted: ${String(signal.reason)}`)))
  return await promise
}

/** Runs a worker on `place` in a process of its own until it has a job, and kills it then. @returns the job's id */
export async function workUntilKilled(place: string): Promise<string> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'crash-worker.ts'), place], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  const [line] = await Promise.race([once(child.stdout, 'data'), exit])
  child.kill('SIGKILL')
  expect(await exit).toEqual([null, 'SIGKILL'])
  return String(line).trim()
}

/** @returns the job's id */
export async function enqueueOne({ database, jobs }: { database: Database; jobs: Jobs }): Promise<string> {
  return await database.db.transaction().execute(async (trx) => {
    await jobs.setLane(trx, 'lane', 1)
    return await jobs.enqueue(trx, { lane: 'lane', userId: newId(), batch: false, payload: 'work' })
  })
}
