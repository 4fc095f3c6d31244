// Real databases for tests: PGlite in memory, or a database of its own on the PostgreSQL that the test run started.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { newId } from '#base/ids.ts'
import { openLog } from '#base/log.ts'
import type { Database } from './database.ts'
import { migrate, readMigrations } from './migrate.ts'
import { digestOf } from './migration-digest.ts'
import { openMemoryPglite } from './pglite.ts'
import { openPostgres } from './postgres.ts'

const cache = join(import.meta.dirname, '../../../../.cache')

/** A migrated database, dumped once and kept, because making one anew takes seconds. */
async function migratedDump(): Promise<Blob> {
  const path = join(
    cache,
    `pglite-${digestOf(
      readMigrations()
        .map(({ digest }) => digest)
        .join(),
    )}.tar`,
  )
  if (!existsSync(path)) {
    const { database, pglite } = await openMemoryPglite()
    await migrate(database)
    const dump = await pglite.dumpDataDir('none')
    mkdirSync(cache, { recursive: true })
    const draft = `${path}.${randomUUID()}`
    writeFileSync(draft, Buffer.from(await dump.arrayBuffer()))
    renameSync(draft, path)
    await database.close()
  }
  return new Blob([readFileSync(path)])
}

async function openOwnPostgres(): Promise<{ database: Database; url: string }> {
  const url = new URL(inject('postgresUrl'))
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  await client.query(`create database ${name}`)
  await client.end()
  url.pathname = `/${name}`
  return { database: await openPostgres(url.href, openLog('error')), url: url.href }
}

export interface TestDatabase {
  readonly database: Database
  /** Opens the same database as another process would (PostgreSQL only; PGlite gives the same again). */
  openAnother(): Promise<Database>
  /** Where another process finds it; null for PGlite. */
  readonly url: string | null
}

/** A fresh, migrated database of the kind that this test project runs on, closed by the caller. */
export async function openTestDatabase(): Promise<TestDatabase> {
  if (inject('database') === 'postgres') {
    const { database, url } = await openOwnPostgres()
    await migrate(database)
    return { database, url, openAnother: () => openPostgres(url, openLog('error')) }
  }
  const { database } = await openMemoryPglite(await migratedDump())
  return { database, url: null, openAnother: async () => database }
}

/** Adds a user and gives its id. */
export async function addUser(
  database: Database,
  name = 'Test',
  role: 'admin' | 'user' | 'guest' = 'admin',
): Promise<string> {
  const id = newId()
  await database.db.insertInto('users').values({ id, name, role }).execute()
  return id
}
