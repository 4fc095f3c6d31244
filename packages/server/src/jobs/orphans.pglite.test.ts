import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openLog } from '#base/log.ts'
import { migrate } from '#db/migrate.ts'
import { openPglite } from '#db/pglite.ts'
import { createJobs } from './boss.ts'
import { enqueueOne, untilAborted, workUntilKilled } from './testing.ts'

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

it.each(['killed', 'closed'])(
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
