// Makes a freshly initialised, migrated embedded database: copying it spares the first start the seconds that making one takes.
import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { StartError } from '#base/errors.ts'
import { openPglite } from '#db/pglite.ts'
import { migrate } from '#db/migrate.ts'

const [target] = process.argv.slice(2)
if (target === undefined) throw new StartError('Usage: make-template <folder>')
const database = await openPglite(resolve(target))
await migrate(database)
await database.close()
// What belongs to a data folder and not to a database.
for (const name of ['ballast', 'easel.lock']) rmSync(join(target, name), { force: true })
