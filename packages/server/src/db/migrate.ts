import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { StartError } from '#base/errors.ts'
import { digestOf } from './migration-digest.ts'
import type { Database } from './database.ts'

const folder = join(import.meta.dirname, 'migrations')
/** Any constant will do, as long as every process takes the same one. */
const lockKey = 7_314_265

interface Migration {
  readonly name: string
  readonly text: string
  readonly digest: string
}

/** The migrations in the order they run: by name. */
export function readMigrations(): readonly Migration[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .toSorted()
    .map((name) => {
      const text = readFileSync(join(folder, name), 'utf8')
      return { name, text, digest: digestOf(text) }
    })
}

/** Tells one state of all migrations from another: for names of migrated databases that are kept. */
export function digestOfMigrations(): string {
  const digests = readMigrations().map(({ digest }) => digest)
  return digestOf(digests.join())
}

function applyOne({ name, text, digest }: Migration): string {
  return `${text}\n;insert into schema_migrations (name, digest) values ('${name}', '${digest}');`
}

/**
 * Runs what has not run yet, forward only. Safe from several processes at once: all statements of one migration go in one text
 * that takes a lock first and does nothing when another process was faster.
 * @returns names of the migrations that ran
 * @throws StartError when a migration that ran was changed afterwards, or the database is newer than the program
 */
export async function migrate(database: Database): Promise<readonly string[]> {
  const migrations = readMigrations()
  await database.boss.executeSql(
    `begin; select pg_advisory_xact_lock(${lockKey});
     create table if not exists schema_migrations (name text primary key, digest text not null, applied_at timestamptz not null default now());
     commit;`,
  )
  const { rows } = await database.boss.executeSql('select name, digest from schema_migrations')
  const applied = new Map(rows.map((row: { name: string; digest: string }) => [row.name, row.digest]))
  for (const name of applied.keys()) {
    if (!migrations.some((migration) => migration.name === name)) {
      throw new StartError(`The database was used by a newer Easel (migration ${name}). Install that version again.`)
    }
  }
  const ran: string[] = []
  for (const migration of migrations) {
    const digest = applied.get(migration.name)
    if (digest === undefined) {
      if (await runLocked(database, migration)) ran.push(migration.name)
    } else if (digest !== migration.digest) {
      throw new StartError(`Migration ${migration.name} was changed after it ran. Restore the released file.`)
    }
  }
  return ran
}

/** @returns false when another process was faster */
async function runLocked(database: Database, migration: Migration): Promise<boolean> {
  const guarded = `do $guard$ begin
    if exists (select 1 from schema_migrations where name = '${migration.name}') then raise exception 'already applied' using errcode = 'EA001'; end if;
  end $guard$;`
  try {
    await database.boss.executeSql(
      `begin; select pg_advisory_xact_lock(${lockKey}); ${guarded} ${applyOne(migration)} commit;`,
    )
    return true
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'EA001') return false
    throw error
  }
}
