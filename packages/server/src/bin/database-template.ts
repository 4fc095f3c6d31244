import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '#base/log.ts'
import { migrate } from '#db/migrate.ts'
import { openPglite } from '#db/pglite.ts'
import { createJobs } from '#jobs/boss.ts'

/** Makes a migrated embedded database with its job queue: copying it spares a first start the seconds that making one takes. */
export async function makeDatabaseTemplate(folder: string, log: Log): Promise<void> {
  const database = await openPglite(folder)
  await migrate(database)
  const jobs = await createJobs(database, log)
  await jobs.close()
  await database.close()
  // What belongs to a data folder and not to a database.
  for (const name of ['ballast', 'easel.lock']) rmSync(join(folder, name), { force: true })
}
