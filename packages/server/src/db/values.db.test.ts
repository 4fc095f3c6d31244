import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newId } from '#base/ids.ts'
import { codeOf } from '#base/errors.ts'
import type { Database } from './database.ts'
import { addUser, openTestDatabase } from './testing.ts'
import { inTransaction } from './transaction.ts'

let database: Database

beforeAll(async () => {
  database = (await openTestDatabase()).database
})
afterAll(() => database.close())

it('gives numbers, dates and parsed JSON, the same on both kinds', async () => {
  const { rows } = await sql`
    select 9007199254740991::bigint as large, count(*) as count, 1.5::float8 as real, true as yes,
      '2026-11-21T10:20:30.123Z'::timestamptz as time, '{"a": [1, "b", null]}'::jsonb as json, 'null'::jsonb as json_null,
      array['a', 'b'] as list, null::bigint as nothing from (select 1) as one`.execute(database.db)
  expect(rows).toEqual([
    {
      large: Number.MAX_SAFE_INTEGER,
      count: 1,
      real: 1.5,
      yes: true,
      time: new Date('2026-11-21T10:20:30.123Z'),
      json: { a: [1, 'b', null] },
      json_null: null,
      list: ['a', 'b'],
      nothing: null,
    },
  ])
})

it.each([
  ['an object', { text: 'naïve “quotes” \\ \n \u0001', list: [1, { deep: null }] }],
  ['a list', [1, 'two', null]],
  ['a text', 'plain'],
])('writes JSON text and reads %s back', async (_, event) => {
  const user = await addUser(database)
  await database.db
    .insertInto('events')
    .values({ user_id: user, event: JSON.stringify(event) })
    .execute()
  const row = await database.db.selectFrom('events').select('event').where('user_id', '=', user).executeTakeFirst()
  expect(row?.event).toEqual(event)
})

it('takes dates, lists and nothing as values', async () => {
  const time = new Date('2026-11-21T10:20:30.123Z')
  const ids = [newId(), newId()]
  const { rows } = await sql`
    select ${time}::timestamptz as time, ${ids}::uuid[] as ids, ${null}::text as nothing`.execute(database.db)
  expect(rows).toEqual([{ time, ids, nothing: null }])
})

it('takes bytes, and texts that are longer than what PostgreSQL sends at a time', async () => {
  const bytes = Buffer.from([0, 1, 0xff, 0x5c])
  const text = 'a \\ “fox” 🦊 '.repeat(20_000)
  const { rows } = await sql`
    select ${bytes}::bytea as bytes, ${text}::text as text, octet_length(${bytes}::bytea) as length
    from generate_series(1, 3)`.execute(database.db)
  expect(rows).toEqual(Array.from({ length: 3 }, () => ({ bytes, text, length: 4 })))
})

it('says by code which constraint was broken', async () => {
  const id = await addUser(database)
  const again = database.db.insertInto('users').values({ id, name: 'Test', role: 'admin' }).execute()
  expect(codeOf(await again.catch((error: unknown) => error))).toBe('23505')
})

it('runs a transaction again when the database asks for that, and only then', async () => {
  let runs = 0
  const name = await inTransaction(database.db, async (trx) => {
    runs += 1
    const id = newId()
    await trx
      .insertInto('users')
      .values({ id, name: `run ${runs}`, role: 'user' })
      .execute()
    if (runs < 3) await sql`do $$ begin raise exception 'again' using errcode = '40001'; end $$`.execute(trx)
    return (await trx.selectFrom('users').select('name').where('id', '=', id).executeTakeFirstOrThrow()).name
  })
  expect(name).toBe('run 3')
  const kept = await database.db.selectFrom('users').select('name').where('role', '=', 'user').execute()
  expect(kept).toEqual([{ name: 'run 3' }])
  let failures = 0
  const failing = inTransaction(database.db, async () => {
    failures += 1
    throw new Error('no use')
  })
  await expect(failing).rejects.toThrow('no use')
  expect(failures).toBe(1)
})

it('runs a transaction again when a row goes that it was about to refer to', async () => {
  const user = await addUser(database)
  const referredTo = [newId(), user]
  let runs = 0
  await inTransaction(database.db, async (trx) => {
    const id = referredTo[runs] ?? ''
    runs += 1
    await trx.insertInto('tags').values({ id: newId(), user_id: id, tag_type: 'LABEL', tag_id: 'fox' }).execute()
  })
  expect(runs).toBe(2)
})
