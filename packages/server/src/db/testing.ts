// Real databases for tests: PGlite in memory, or a database of its own on the PostgreSQL that the test run started.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import type { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import { PgBoss } from 'pg-boss'
import { inject } from 'vitest'
import { DefectError } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import { openLog } from '#base/log.ts'
import type { Database } from './database.ts'
import { digestOfMigrations, migrate } from './migrate.ts'
import { openMemoryPglite, useWire } from './pglite.ts'
import { inThisThread, openInMemory, type Wire } from './pglite-wire.ts'
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

/** The tables of ours and of pg-boss; how far each got is known in those that are left out. */
const ours = `
  from pg_class join pg_namespace on pg_namespace.oid = relnamespace
  where nspname in ('public', 'pgboss') and relkind = 'r' and relname not in ('schema_migrations', 'version')`

const written = `
  select format('%I.%I', nspname, relname) as name, pg_relation_size(pg_class.oid) as bytes ${ours} and pg_relation_size(pg_class.oid) > 0`
/** From here on rows go faster with their table than one by one. */
const manyBytes = 1024 * 1024

const advanced = `
  select format('%I.%I', schemaname, sequencename) as name from pg_sequences where last_value is not null`

/** A database that never ran jobs has no such table. */
const jobsNeverLookedAfter = `
  do $$ begin
    if to_regclass('pgboss.version') is not null then
      update pgboss.version
      set cron_on = null, bam_on = null, flow_on = null, reindex_on = null, monitor_backoff_on = null;
    end if;
  end $$`

/**
 * Everything but the tables themselves goes: rows, sessions' settings, listeners. Rows are deleted and swept up, because to empty all
 * tables anew, or to make those of pg-boss again, takes as long as a test.
 */
async function empty(pglite: PGlite): Promise<void> {
  await pglite.exec('rollback')
  await pglite.exec('discard all')
  await pglite.exec('set search_path to public; set session_replication_role to replica')
  const { rows } = await pglite.query<{ name: string; bytes: number }>(written)
  const tables = rows.map(({ name }) => name)
  if (rows.some(({ bytes }) => bytes > manyBytes)) await pglite.exec(`truncate ${tables.join()} cascade`)
  else if (tables.length > 0) {
    await pglite.exec(tables.map((name) => `delete from ${name}`).join(';'))
    await pglite.exec(`vacuum (analyze false) ${tables.join()}`)
    // What is known to be empty is planned for no rows at all, and such a plan is kept while they become many.
    await pglite.query(`select pg_clear_relation_stats(nspname, relname) ${ours} and reltuples >= 0`)
  }
  const sequences = await pglite.query<{ name: string }>(advanced)
  await pglite.exec(sequences.rows.map(({ name }) => `alter sequence ${name} restart`).join(';'))
  await pglite.exec(`${jobsNeverLookedAfter}; reset session_replication_role`)
}

/** A wire whose PGlite goes back to those that are idle when it is closed. */
function borrow(pglite: PGlite, idle: PGlite[]): Wire {
  const wire = inThisThread(pglite)
  let closed = false
  return {
    async exchange(messages) {
      if (closed) throw new DefectError('The database is closed')
      return await wire.exchange(messages)
    },
    async close() {
      if (closed) return
      closed = true
      await empty(pglite)
      idle.push(pglite)
    },
  }
}

async function openOwnPglite(): Promise<Database> {
  const idle = (globalThis.easelIdleDatabases ??= [])
  const pglite = idle.pop() ?? (await openInMemory(await migratedDump()))
  return useWire(borrow(pglite, idle))
}

/** Any number, as long as every test takes the same one. */
const templateLock = 7_314_266

/** What a first start of the job queue makes, which takes longer than to copy it. */
async function makeJobTables({ boss: db }: Database): Promise<void> {
  const boss = new PgBoss({ db, supervise: false, schedule: false })
  await boss.start()
  await boss.stop({ graceful: false, close: false })
  await db.executeSql(jobsNeverLookedAfter)
}

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
    await makeJobTables(database)
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
