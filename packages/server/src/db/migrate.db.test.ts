import { sql } from 'kysely'
import { inject, expect, it } from 'vitest'
import pg from 'pg'
import { newId } from '#base/ids.ts'
import { StartError } from '#base/errors.ts'
import { openLog } from '#base/log.ts'
import { digestOf } from './migration-digest.ts'
import { migrate, readMigrations } from './migrate.ts'
import { openMemoryPglite } from './pglite.ts'
import { openPostgres } from './postgres.ts'
import { openTestDatabase } from './testing.ts'

const names = readMigrations().map(({ name }) => name)

/** An empty database, opened `count` times as by as many processes. */
async function openEmpty(count: number) {
  if (inject('database') === 'pglite') {
    const { database } = await openMemoryPglite()
    return Array.from({ length: count }, () => database)
  }
  const url = new URL(inject('postgresUrl'))
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  url.pathname = `/empty_${newId().replaceAll('-', '')}`
  await client.query(`create database ${url.pathname.slice(1)}`)
  await client.end()
  return await Promise.all(Array.from({ length: count }, () => openPostgres(url.href, openLog('error'))))
}

it('runs every migration once, also when four processes start at the same time', { timeout: 60_000 }, async () => {
  const databases = await openEmpty(4)
  const ran = await Promise.all(databases.map((database) => migrate(database)))
  expect(ran.flat().toSorted()).toEqual(names)
  for (const database of databases) expect(await migrate(database)).toEqual([])
  const [database] = databases
  const rows = await sql<{ name: string }>`select name from schema_migrations order by name`.execute(
    Object(database).db,
  )
  expect(rows.rows.map(({ name }) => name)).toEqual(names)
  for (const one of new Set(databases)) await one.close()
})

it('refuses a migration that was changed after it ran', async () => {
  const { database } = await openTestDatabase()
  await sql`update schema_migrations set digest = 'other' where name = ${names[0]}`.execute(database.db)
  await expect(migrate(database)).rejects.toBeInstanceOf(StartError)
  await expect(migrate(database)).rejects.toThrow(names[0])
  await database.close()
})

it('refuses a database that a newer Easel has changed', async () => {
  const { database } = await openTestDatabase()
  await sql`insert into schema_migrations (name, digest) values ('9999_future.sql', 'x')`.execute(database.db)
  await expect(migrate(database)).rejects.toThrow(/9999_future\.sql/)
  await expect(migrate(database)).rejects.toBeInstanceOf(StartError)
  await database.close()
})

it('takes a migration for the same whatever line ends the checkout gave it', () => {
  expect(digestOf('a\r\nb\r\n')).toBe(digestOf('a\nb\n'))
  expect(digestOf('a\nb')).not.toBe(digestOf('a\nc'))
})
