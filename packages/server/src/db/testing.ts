// Real databases for tests: PGlite in memory, or a database of its own on the PostgreSQL that the test run started.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import type { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import { inject } from 'vitest'
import { DefectError } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import { openLog } from '#base/log.ts'
import type { Database } from './database.ts'
import { digestOfMigrations, migrate } from './migrate.ts'
import { openMemoryPglite, useEngine } from './pglite.ts'
import { inThisThread, openInMemory, type Engine, type OnNotification } from './pglite-engine.ts'
import { openPostgres } from './postgres.ts'

const cache = join(import.meta.dirname, '../../../../.cache')

/** A migrated database, dumped once and kept, because making one anew takes seconds. */
async function migratedDump(): Promise<Blob> {
  const path = join(cache, `pglite-${digestOfMigrations()}.tar`)
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

declare global {
  /** Embedded databases that a test has closed: the next one, also of another file, gets one instead of starting its own. */
  var easelIdleDatabases: PGlite[] | undefined
}

/** Everything but the tables themselves goes: rows, sessions' settings, pg-boss, listeners. */
async function empty(pglite: PGlite): Promise<void> {
  await pglite.exec('rollback')
  await pglite.exec('discard all')
  await pglite.exec('set search_path to public; drop schema if exists pgboss cascade')
  const { rows } = await pglite.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'schema_migrations'`,
  )
  await pglite.exec(`truncate ${rows.map(({ name }) => name).join()} restart identity cascade`)
}

/** An engine whose PGlite goes back to those that are idle when it is closed. */
function borrow(pglite: PGlite, idle: PGlite[], onNotification: OnNotification): Engine {
  let listener: OnNotification | null = onNotification
  const engine = inThisThread(pglite, (channel, payload) => listener?.(channel, payload))
  return {
    async send(request) {
      if (listener === null) throw new DefectError('The database is closed')
      return await engine.send(request)
    },
    async close() {
      if (listener === null) return
      listener = null
      await empty(pglite)
      idle.push(pglite)
    },
  }
}

async function openOwnPglite(): Promise<Database> {
  const idle = (globalThis.easelIdleDatabases ??= [])
  const pglite = idle.pop() ?? (await openInMemory(await migratedDump()))
  return await useEngine(async (onNotification) => borrow(pglite, idle, onNotification))
}

/** Any number, as long as every test takes the same one. */
const templateLock = 7_314_266

/** A migrated database that others are copied from, made by whoever comes first. */
async function migratedTemplate(client: pg.Client, server: string): Promise<string> {
  const name = `template_${digestOfMigrations().slice(0, 32)}`
  await client.query('select pg_advisory_lock($1)', [templateLock])
  try {
    const { rows } = await client.query('select 1 from pg_database where datname = $1', [name])
    if (rows.length > 0) return name
    const draft = `draft_${randomUUID().replaceAll('-', '')}`
    await client.query(`create database ${draft}`)
    const url = new URL(server)
    url.pathname = `/${draft}`
    const database = await openPostgres(url.href, openLog('error'))
    await migrate(database)
    await database.close()
    await client.query(`alter database ${draft} rename to ${name}`)
    return name
  } finally {
    await client.query('select pg_advisory_unlock($1)', [templateLock])
  }
}

async function openOwnPostgres(): Promise<{ database: Database; url: string }> {
  const url = new URL(inject('postgresUrl'))
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  try {
    await client.query(`create database ${name} template ${await migratedTemplate(client, url.href)}`)
  } finally {
    await client.end()
  }
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
    return { database, url, openAnother: () => openPostgres(url, openLog('error')) }
  }
  const database = await openOwnPglite()
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
