import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs, { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { StartError } from '#base/errors.ts'
import { openPglite } from './pglite.ts'
import { createEngine } from './pglite-engine.ts'
import { inThisThread, openDurable } from './pglite-wire.ts'

let parent: string
let template: string
let count = 0

/** Making a database takes seconds, so that all tests but one copy this one. */
beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'easel-pglite-'))
  template = join(parent, 'template')
  const database = await openPglite(template)
  await sql`create table from_template (n integer)`.execute(database.db)
  await database.close()
}, 120_000)
afterAll(() => rmSync(parent, { recursive: true, force: true }))

function freshFolder(): string {
  return join(parent, `data-${++count}`)
}

const long = { timeout: 60_000 }

it('keeps what was written, in a folder that is its owner’s alone', long, async () => {
  const folder = freshFolder()
  mkdirSync(folder, { mode: 0o755 })
  const first = await openPglite(folder, template)
  await sql`insert into from_template values (42)`.execute(first.db)
  await first.close()
  const second = await openPglite(folder, template)
  expect((await sql`select n from from_template`.execute(second.db)).rows).toEqual([{ n: 42 }])
  await second.close()
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, 'db')).mode & 0o777).toBe(0o700)
})

it('copies the template whole, over what a killed start left', long, async () => {
  const folder = freshFolder()
  mkdirSync(join(folder, 'db.new'), { recursive: true })
  writeFileSync(join(folder, 'db.new', 'PG_VERSION'), 'half')
  const database = await openPglite(folder, template)
  expect((await sql`select n from from_template`.execute(database.db)).rows).toEqual([])
  await database.close()
  expect(existsSync(join(folder, 'db.new'))).toBe(false)
})

it('refuses a folder that is open already, and opens it when that is closed', long, async () => {
  const folder = freshFolder()
  const database = await openPglite(folder, template)
  await expect(openPglite(folder)).rejects.toThrow(StartError)
  await expect(openPglite(folder)).rejects.toThrow(folder)
  await database.close()
  await (await openPglite(folder)).close()
})

it('says which folder cannot be used', long, async () => {
  const file = freshFolder()
  writeFileSync(file, 'not a folder')
  await expect(openPglite(file)).rejects.toThrow(StartError)
  await expect(openPglite(file)).rejects.toThrow(file)
  const broken = freshFolder()
  mkdirSync(join(broken, 'db'), { recursive: true })
  writeFileSync(join(broken, 'db', 'PG_VERSION'), 'nonsense')
  await expect(openPglite(broken)).rejects.toThrow(StartError)
  await expect(openPglite(broken), 'the lock was given back').rejects.toThrow('cannot be opened')
})

it('has the disk confirm every commit', long, async () => {
  const folder = freshFolder()
  await (await openPglite(folder, template)).close()
  // The thread that Easel opens it in cannot be watched from here; this is what it runs.
  const engine = createEngine(inThisThread(await openDurable(join(folder, 'db'))), () => {})
  const run = (text: string, values: readonly unknown[] = []) => engine.send({ text, values, begin: false })
  const real = fs.fsyncSync
  let confirmed = 0
  fs.fsyncSync = (fd) => {
    confirmed += 1
    real(fd)
  }
  syncBuiltinESMExports()
  try {
    for (let n = 0; n < 10; n++) await run('insert into from_template values ($1)', [n])
    expect(confirmed).toBeGreaterThanOrEqual(10)
    expect((await run('show fsync')).rows).toEqual([{ fsync: 'on' }])
  } finally {
    fs.fsyncSync = real
    syncBuiltinESMExports()
  }
  await engine.close()
})

it('says what PostgreSQL says, from its own thread too', long, async () => {
  const database = await openPglite(freshFolder(), template)
  await sql`create table one (n integer primary key)`.execute(database.db)
  await sql`insert into one values (1)`.execute(database.db)
  await expect(sql`insert into one values (1)`.execute(database.db)).rejects.toMatchObject({
    code: '23505',
    constraint: 'one_pkey',
  })
  await database.close()
  await expect(sql`select 1`.execute(database.db)).rejects.toThrow()
})

it('keeps going after a statement that failed, prepared or not, in a transaction or not', long, async () => {
  const database = await openPglite(freshFolder(), template)
  const { db } = database
  const half = (divisor: number) => sql<{ half: number }>`select 6 / ${divisor}::integer as half`
  for (let round = 0; round < 3; round++) {
    await expect(half(0).execute(db)).rejects.toMatchObject({ code: '22012' })
    await expect(sql`nonsense`.execute(db)).rejects.toMatchObject({ code: '42601' })
    const failing = db.transaction().execute(async (trx) => {
      await sql`insert into from_template values (7)`.execute(trx)
      await half(0).execute(trx)
    })
    await expect(failing).rejects.toMatchObject({ code: '22012' })
    expect((await half(2).execute(db)).rows).toEqual([{ half: 3 }])
  }
  await expect(
    db.transaction().execute(async (trx) => {
      await sql`insert into from_template values (8)`.execute(trx)
      await half(0)
        .execute(trx)
        .catch(() => {})
    }),
    'a commit of a failed transaction keeps nothing and says so',
  ).rejects.toThrow()
  expect((await sql`select n from from_template`.execute(db)).rows).toEqual([])
  await database.close()
})

it('prepares anew after a script changed a table', long, async () => {
  const database = await openPglite(freshFolder(), template)
  const { db } = database
  const all = () => sql`select * from from_template where n > ${0}`.execute(db)
  await sql`insert into from_template values (1)`.execute(db)
  expect((await all()).rows).toEqual([{ n: 1 }])
  await database.boss.executeSql('alter table from_template add column word text; select 1')
  expect((await all()).rows).toEqual([{ n: 1, word: null }])
  await database.close()
})

it('keeps what is prepared after a script that only changes rows', long, async () => {
  const database = await openPglite(freshFolder(), template)
  const kept = async () => {
    const { rows } = await sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(database.db)
    return rows.map(({ statement }) => statement)
  }
  await sql`insert into from_template values (${1})`.execute(database.db)
  await database.boss.executeSql('begin; update from_template set n = 2; commit')
  await database.maintain()
  expect(await kept()).toContain('insert into from_template values ($1)')
  await database.boss.executeSql('create table another (n integer)')
  expect(await kept()).not.toContain('insert into from_template values ($1)')
  await database.close()
})

it('has no compiled code collected, which two threads could wait for for ever', long, async () => {
  const pglite = JSON.stringify(pathToFileURL(join(import.meta.dirname, 'pglite.ts')).href)
  const script = join(parent, 'many-statements.mjs')
  writeFileSync(
    script,
    `import { openPglite } from ${pglite}
    const database = await openPglite(${JSON.stringify(freshFolder())}, ${JSON.stringify(template)})
    // Long enough for its code to be compiled a second time, for speed, which leaves the first to be collected.
    for (let n = 0; n < 1500; n++) await database.boss.executeSql('insert into from_template values ($1)', [n])
    await database.close()
    console.log('done')`,
  )
  const { stdout } = await promisify(execFile)(process.execPath, ['--trace-wasm-code-gc', script])
  expect(stdout).toBe('done\n')
})

async function writeUntilKilled(folder: string, acknowledgements: number): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'crash-writer.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  let first: number | null = null
  let last = 0
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line)
    first ??= last
    if (last - first + 1 === acknowledgements) child.kill('SIGKILL')
  }
  expect(await exit).toEqual([null, 'SIGKILL'])
  return last
}

it('loses nothing that was acknowledged when the process is killed', { timeout: 120_000 }, async () => {
  const folder = freshFolder()
  await (await openPglite(folder, template)).close()
  for (const acknowledgements of [1, 40, 300]) {
    const last = await writeUntilKilled(folder, acknowledgements)
    const database = await openPglite(folder)
    const { rows } = await sql<{ count: number; whole: boolean }>`
      select count(*) as count, bool_and(length(filling) = 2000) as whole from written where n <= ${last}`.execute(
      database.db,
    )
    expect(rows).toEqual([{ count: last, whole: true }])
    await database.maintain()
    await database.close()
  }
})
