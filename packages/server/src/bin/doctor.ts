// `easel doctor`: compares files and rows both ways, checks every file's checksum, repairs what it can and says the rest.
import { openLog } from '#base/log.ts'
import { readConfig } from '#config/config.ts'
import { readEnvironment } from '#config/environment.ts'
import { migrate } from '#db/migrate.ts'
import { createEvents } from '#events/log.ts'
import { sweep } from '#library/sweep.ts'
import { recountUsage } from '#library/usage.ts'
import { verifyFiles } from '#library/verify.ts'
import { discoverProviders } from './discover.ts'
import { runMain } from './main.ts'
import { openDatabase } from './open-database.ts'
import { openStorage } from './open-storage.ts'

await runMain(async () => {
  const manifests = [...(await discoverProviders()).values()].map(({ manifest }) => manifest)
  const config = readConfig(readEnvironment(), manifests)
  const log = openLog(config.logLevel)
  const database = await openDatabase(config, log)
  try {
    await migrate(database)
    const storage = await openStorage(config)
    const events = await createEvents(database)
    const ports = { db: database.db, storage, events, log }
    // On the embedded database nobody else can be at work; elsewhere a young file may be on its way.
    const swept = await sweep(ports, { believe: true, ...(database.kind === 'pglite' ? { olderThanMs: 0 } : {}) })
    const verified = await verifyFiles(ports)
    const { corrected } = await recountUsage(database.db)
    await events.close()
    process.stdout.write(
      `${verified.checked} pictures checked, ${verified.changed.length + swept.missing} damaged or missing; ` +
        `${swept.adopted} files without a row taken in, ${swept.removed} half-saved files removed, ` +
        `${swept.unknown} unknown files left alone; figures corrected for ${corrected} people.\n`,
    )
    for (const id of verified.changed) process.stdout.write(`damaged or missing: ${id}\n`)
    if (verified.changed.length + swept.missing > 0) process.exitCode = 2
  } finally {
    await database.close()
  }
})
