// A process of its own that changes the instance key and says each step, so that a test can kill it at any.
// Arguments: the data folder, and a PostgreSQL address where the database is not the embedded one.
import { openLog } from '#base/log.ts'
import { migrate } from '#db/migrate.ts'
import { openPglite } from '#db/pglite.ts'
import { openPostgres } from '#db/postgres.ts'
import { openInstanceKey } from './instance-key.ts'
import { rotateInstanceKey } from './rotation.ts'

const [dataFolder = '', url] = process.argv.slice(2)
const log = openLog('silent')
const database = await (url === undefined ? openPglite(dataFolder) : openPostgres(url, log))
await migrate(database)
const source = { secret: null, dataFolder }
const keyring = await openInstanceKey({ ...source, database, lostKey: 'refuse', log })
await rotateInstanceKey({
  ...source,
  db: database.db,
  keyring,
  newSecret: null,
  log,
  batch: 1,
  onStep: (step) => void process.stdout.write(`${step}\n`),
})
await keyring.close()
await database.close()
