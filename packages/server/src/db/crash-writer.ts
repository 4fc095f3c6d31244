// A process for tests that writes rows into the database of a folder until it is killed, and says each one when it is committed.
import { sql } from 'kysely'
import { openPglite } from './pglite.ts'

const { db } = await openPglite(process.argv[2] ?? '')
await sql`create table if not exists written (n integer primary key, filling text)`.execute(db)
const { rows } = await sql<{ last: number }>`select coalesce(max(n), 0) as last from written`.execute(db)
for (let n = (rows[0]?.last ?? 0) + 1; ; n++) {
  await sql`insert into written values (${n}, ${'x'.repeat(2_000)})`.execute(db)
  process.stdout.write(`${n}\n`)
}
