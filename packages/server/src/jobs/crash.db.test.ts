import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, inject, it } from 'vitest'
import { newId } from '#base/ids.ts'
import { openLog } from '#base/log.ts'
import { migrate } from '#db/migrate.ts'
import { openPglite } from '#db/pglite.ts'
import { createJobs } from './boss.ts'
import { openTestJobs, untilAborted } from './testing.ts'

/** Runs a worker on `place` in a process of its own until it has a job, and kills it then. @returns the job's id */
async function workUntilKilled(place: string): Promise<string> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'crash-worker.ts'), place], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  const [line] = await Promise.race([once(child.stdout, 'data'), exit])
  child.kill('SIGKILL')
  expect(await exit).toEqual([null, 'SIGKILL'])
  return String(line).trim()
}

/** An embedded database in a folder, as a computer has it. */
async function openFolder(folder: string) {
  const database = await openPglite(folder)
  await migrate(database)
  const jobs = await createJobs(database, openLog('error'))
  return {
    database,
    jobs,
    async close() {
      await jobs.close()
      await database.close()
    },
  }
}

async function enqueueOne({ database, jobs }: Pick<Awaited<ReturnType<typeof openFolder>>, 'database' | 'jobs'>) {
  return await database.db.transaction().execute(async (trx) => {
    await jobs.setLane(trx, 'lane', 1)
    return await jobs.enqueue(trx, { lane: 'lane', userId: newId(), batch: false, payload: 'work' })
  })
}

it.runIf(inject('database') === 'postgres')(
  'JB11: when a worker process is killed, another one takes its job',
  { timeout: 60_000 },
  async () => {
    const test = await openTestJobs()
    const id = await enqueueOne(test)
    expect(await workUntilKilled(test.url ?? '')).toBe(id)
    const taken: unknown[] = []
    const worker = await test.others.work(async (job) => void taken.push([job.id, job.payload]), 1)
    expect(taken).toEqual([])
    await expect.poll(() => taken, { timeout: 40_000 }).toEqual([[id, 'work']])
    await worker.stop(1000)
    await test.close()
  },
)

it.runIf(inject('database') === 'pglite').each(['killed', 'closed'])(
  'JB12: a job that ran when the embedded database was %s runs again at its next start',
  { timeout: 120_000 },
  async (end) => {
    const folder = await mkdtemp(join(tmpdir(), 'easel-orphan-'))
    try {
      const first = await openFolder(folder)
      const id = await enqueueOne(first)
      if (end === 'killed') {
        await first.close()
        expect(await workUntilKilled(folder)).toBe(id)
      } else {
        const { promise: started, resolve } = Promise.withResolvers<void>()
        await first.jobs.work(async ({ signal }) => {
          resolve()
          await untilAborted(signal)
        }, 1)
        await started
        await first.close()
      }
      const second = await openFolder(folder)
      const taken: string[] = []
      await second.jobs.work(async (job) => void taken.push(job.id), 1)
      await expect.poll(() => taken, { timeout: 5_000 }).toEqual([id])
      await second.close()
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
)
