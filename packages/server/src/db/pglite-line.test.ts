import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Database } from './database.ts'
import { openPglite } from './pglite.ts'

let folder: string
let database: Database

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'easel-line-'))
  database = await openPglite(folder)
  await sql`create table tally (n integer)`.execute(database.db)
}, 120_000)
beforeEach(async () => {
  await sql`delete from tally`.execute(database.db)
  await sql`insert into tally values (0)`.execute(database.db)
})
afterAll(async () => {
  await database.close()
  rmSync(folder, { recursive: true, force: true })
})

async function tally(): Promise<number | undefined> {
  const { rows } = await sql<{ n: number }>`select n from tally`.execute(database.db)
  return rows[0]?.n
}

async function prepared(text: string): Promise<number> {
  const { rows } = await sql`select 1 from pg_prepared_statements where statement like ${`%${text}%`}`.execute(
    database.db,
  )
  return rows.length
}

const add = () => sql`update tally set n = n + 1`.execute(database.db)

/** Reads, and only then writes: whatever comes in between is lost. */
async function addSlowly(): Promise<void> {
  await database.db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ n: number }>`select n from tally`.execute(trx)
    await sql`update tally set n = ${(rows[0]?.n ?? 0) + 1}`.execute(trx)
  })
}

it('keeps a statement by itself out of the transactions of others', async () => {
  const thrown = new Error('changed my mind')
  let alone: Promise<unknown> = Promise.resolve()
  const given = database.db.transaction().execute(async (trx) => {
    await sql`update tally set n = 1000`.execute(trx)
    alone = add()
    await sql`update tally set n = n + 1000`.execute(trx)
    throw thrown
  })
  await expect(given).rejects.toBe(thrown)
  await alone
  expect(await tally()).toBe(1)
})

it('lets nothing come between what a transaction reads and what it writes', async () => {
  const work = Array.from({ length: 60 }, (_, index) => (index % 3 === 0 ? addSlowly() : add()))
  await Promise.all(work)
  expect(await tally()).toBe(60)
})

it('answers each in turn, whatever becomes of the others', async () => {
  const asked = [
    sql`select 1 as one`.execute(database.db),
    sql`select 1 / ${0}::integer`.execute(database.db),
    database.boss.executeSql('select 2; nonsense'),
    database.db.transaction().execute((trx) => sql`select missing`.execute(trx)),
    database.db.transaction().execute(async () => 'nothing was asked'),
    sql`select 3 as three`.execute(database.db),
  ]
  const answers = await Promise.allSettled(asked)
  expect(answers.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'rejected',
    'rejected',
    'fulfilled',
    'fulfilled',
  ])
  expect(answers.at(-1)).toMatchObject({ value: { rows: [{ three: 3 }] } })
})

it('prepares once what is asked many times at once', async () => {
  const doubled = (n: number) => sql<{ doubled: number }>`select ${n}::integer * 2 as doubled`.execute(database.db)
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => doubled(n)))
  expect(answers.map(({ rows }) => rows[0]?.doubled)).toEqual(Array.from({ length: 20 }, (_, n) => n * 2))
  expect((await doubled(21)).rows).toEqual([{ doubled: 42 }])
  expect(await prepared('as doubled')).toBe(1)
})

it('keeps what was prepared and then failed', async () => {
  const shared = (n: number) => sql`select 6 / ${n}::integer as shared`.execute(database.db)
  await expect(shared(0)).rejects.toMatchObject({ code: '22012' })
  await expect(shared(0)).rejects.toMatchObject({ code: '22012' })
  expect((await shared(2)).rows).toEqual([{ shared: 3 }])
  expect(await prepared('as shared')).toBe(1)
})

it('forgets the statements that were used longest ago', async () => {
  for (let n = 0; n < 320; n++) await sql`select ${sql.lit(n)}::integer as numbered`.execute(database.db)
  const { rows } = await sql<{ count: number }>`select count(*) as count from pg_prepared_statements`.execute(
    database.db,
  )
  expect(rows[0]?.count).toBeLessThanOrEqual(300)
  expect(await prepared('select 319::integer as numbered')).toBe(1)
  expect(await prepared('select 3::integer as numbered')).toBe(0)
})

it('refuses what comes after the end', async () => {
  const other = await openPglite(join(folder, 'other'), folder)
  await sql`select 1`.execute(other.db)
  await other.close()
  await expect(other.boss.executeSql('select 1')).rejects.toThrow('closed')
  await expect(other.boss.executeSql('select $1', [1])).rejects.toThrow('closed')
})
