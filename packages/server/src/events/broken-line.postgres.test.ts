import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { createPage, imageAdded, openTestEvents } from './testing.ts'

it('EV8, EV9: what happened while the database connection was broken is told when it stands again', async () => {
  const test = await openTestEvents()
  const { db } = test.database
  const written = async () => {
    const rows = await db.selectFrom('events').select('seq').where('user_id', '=', test.user).orderBy('seq').execute()
    return rows.map(({ seq }) => seq)
  }
  const page = createPage()
  const watched: (string | null)[] = []
  test.others.watch((userId) => void watched.push(userId))
  await test.others.subscribe(test.user, null, page.onEvent)
  await test.append([imageAdded()])
  await expect.poll(() => page.delivered.length, { timeout: 10_000 }).toBe(1)
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'easel-listen'`.execute(db)
  await test.append([imageAdded(), imageAdded()])
  await expect.poll(async () => page.numbers(), { timeout: 15_000 }).toEqual(await written())
  await test.append([imageAdded()])
  await expect.poll(async () => page.numbers(), { timeout: 15_000 }).toEqual(await written())
  expect(watched).toContain(null)
  await test.close()
})
