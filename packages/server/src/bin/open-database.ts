import type { Log } from '#base/log.ts'
import type { Config } from '#config/config.ts'
import type { Database } from '#db/database.ts'
import { openPglite } from '#db/pglite.ts'
import { openPostgres } from '#db/postgres.ts'

/** @throws StartError when it cannot be used */
export async function openDatabase(config: Config, log: Log): Promise<Database> {
  if (config.databaseUrl !== null) return await openPostgres(config.databaseUrl, log)
  return await openPglite(config.dataFolder, config.databaseTemplate)
}
