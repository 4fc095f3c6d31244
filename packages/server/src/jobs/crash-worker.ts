// A worker process for tests: says which job it has, and never ends it. Arguments: folder of the embedded database, or URL.
import { openLog } from '#base/log.ts'
import { openPglite } from '#db/pglite.ts'
import { openPostgres } from '#db/postgres.ts'
import { createJobs } from './boss.ts'

const place = process.argv[2] ?? ''
const log = openLog('silent')
const database = place.startsWith('postgres') ? await openPostgres(place, log) : await openPglite(place)
const jobs = await createJobs(database, log)
await jobs.work(async ({ id }) => {
  process.stdout.write(`${id}\n`)
  await new Promise(() => {})
}, 1)
