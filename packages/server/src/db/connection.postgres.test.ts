import { sql } from 'kysely'
import { describe, expect, inject, it } from 'vitest'
import { StartError } from '#base/errors.ts'
import { openLog } from '#base/log.ts'
import { openPostgres } from './postgres.ts'
import { openTestDatabase } from './testing.ts'

const slow = { timeout: 15_000 }

async function terminate(
  database: Awaited<ReturnType<typeof openTestDatabase>>['database'],
  name: string,
): Promise<void> {
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = ${name} and pid <> pg_backend_pid()`.execute(database.db)
}

describe('PostgreSQL', () => {
  it('says that it cannot be reached, and why', async () => {
    const url = new URL(inject('postgresUrl'))
    url.pathname = '/no_such_database'
    await expect(openPostgres(url.href, openLog('silent'))).rejects.toThrow(/DATABASE_URL.*no_such_database/)
    await expect(openPostgres(url.href, openLog('silent'))).rejects.toBeInstanceOf(StartError)
  })

  it('goes on after its connections were ended, also in the middle of a transaction', async () => {
    const { database, openAnother } = await openTestDatabase()
    const another = await openAnother()
    const broken = database.db.transaction().execute(async (trx) => {
      await sql`select 1`.execute(trx)
      await terminate(another, 'easel')
      await sql`select 1`.execute(trx)
    })
    await expect(broken).rejects.toThrow()
    await expect
      .poll(() => sql`select 1 as one`.execute(database.db).then(({ rows }) => rows, String), slow)
      .toEqual([{ one: 1 }])
    await another.close()
    await database.close()
  })

  it('tells listeners of a gap when the listening connection broke, and then of what comes', async () => {
    const { database } = await openTestDatabase()
    const heard: string[] = []
    await database.listen(
      'test',
      (payload) => heard.push(payload),
      () => heard.push('gap'),
    )
    await terminate(database, 'easel-listen')
    await expect.poll(() => heard, slow).toEqual(['gap'])
    await sql`notify test, 'after'`.execute(database.db)
    await expect.poll(() => heard, slow).toEqual(['gap', 'after'])
    await database.close()
  })

  it('a listener that throws does not end the process', async () => {
    const { database } = await openTestDatabase()
    const heard: string[] = []
    await database.listen(
      'test',
      () => {
        throw new Error('cannot read this')
      },
      () => {},
    )
    await database.listen(
      'test',
      (payload) => heard.push(payload),
      () => {},
    )
    await sql`notify test, 'one'`.execute(database.db)
    await expect.poll(() => heard, slow).toEqual(['one'])
    await database.close()
  })
})

it('runs several statements in one text, and leaves no transaction open when one fails', async () => {
  const { database } = await openTestDatabase()
  const { rows } = await database.boss.executeSql('begin; select 1 as one; select 2 as two; commit;')
  expect(rows).toEqual([{ one: 1 }, { two: 2 }])
  await expect(database.boss.executeSql('begin; select 1/0; commit;')).rejects.toThrow('division by zero')
  for (let i = 0; i < 12; i++) {
    expect((await database.boss.executeSql('select $1::int as n', [i])).rows).toEqual([{ n: i }])
    await sql`create table if not exists kept (n int)`.execute(database.db)
  }
  await database.close()
})

it('listens to a channel until told otherwise', async () => {
  const { database } = await openTestDatabase()
  const heard: string[] = []
  const stop = await database.listen(
    'test',
    (payload) => heard.push(payload),
    () => {},
  )
  await database.listen(
    'other',
    (payload) => heard.push(`other ${payload}`),
    () => {},
  )
  await sql`select pg_notify('test', 'one')`.execute(database.db)
  await expect.poll(() => heard, slow).toEqual(['one'])
  await stop()
  await sql`select pg_notify('test', 'two')`.execute(database.db)
  await sql`select pg_notify('other', 'three')`.execute(database.db)
  await expect.poll(() => heard, slow).toEqual(['one', 'other three'])
  await database.close()
})
