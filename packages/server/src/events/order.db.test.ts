import { setImmediate as immediate, setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { addUser } from '#db/testing.ts'
import { createPage, imageAdded, openTestEvents, type TestEvents } from './testing.ts'

let test: TestEvents

beforeEach(async () => {
  test = await openTestEvents()
})
afterEach(() => test.close())

async function written(userId: string): Promise<number[]> {
  const rows = await test.database.db
    .selectFrom('events')
    .select('seq')
    .where('user_id', '=', userId)
    .orderBy('seq')
    .execute()
  return rows.map(({ seq }) => seq)
}

const random = (below: number): number => Math.floor(Math.random() * below)

/** Appends over both databases, with pauses inside the transactions, some of which are rolled back. */
async function write(transactions: number, userId: string): Promise<void> {
  for (let i = 0; i < transactions; i++) {
    // The embedded database answers without ever leaving the queue of promises: nothing else would get a turn.
    await immediate()
    const [database, events] = random(2) === 0 ? [test.database, test.events] : [test.another, test.others]
    if (random(3) === 0) {
      const change = database.db
        .updateTable('users')
        .set({ name: 'x' })
        .where('id', '=', userId)
        .returning('id as user_id')
      expect(await events.appendWith(database.db, change, imageAdded())).toBe(true)
      continue
    }
    const undone = random(5) === 0
    const work = database.db.transaction().execute(async (trx) => {
      await sql`select 1`.execute(trx)
      await events.append(
        trx,
        userId,
        Array.from({ length: 1 + random(3) }, () => imageAdded()),
      )
      if (random(2) === 0) await sql`select pg_sleep(0.002)`.execute(trx)
      if (undone) throw new Error('undone')
    })
    await work.catch((error: unknown) => expect(String(error)).toContain('undone'))
  }
}

it('EV7: under eight writers at once every page has every event once and in order', { timeout: 60_000 }, async () => {
  const second = await addUser(test.database)
  const users = [test.user, second]
  const early = users.map((user) => ({ user, page: createPage() }))
  for (const { user, page } of early) await test.others.subscribe(user, null, page.onEvent)
  for (const { user, page } of early) {
    await test.append([imageAdded()], user)
    await expect.poll(() => page.numbers().length, { timeout: 10_000 }).toBe(1)
  }
  let writing = true
  const writers = Promise.all(Array.from({ length: 8 }, (_, i) => write(25, users[i % 2] ?? test.user)))
  const done = writers.finally(() => {
    writing = false
  })

  // Pages that come at any moment, with any number that they could have.
  const late: { user: string; since: number; page: ReturnType<typeof createPage> }[] = []
  while (writing) {
    const { user, page: known } = early[random(2)] ?? { user: test.user, page: createPage() }
    const numbers = known.numbers()
    const since = numbers[random(numbers.length)] ?? 0
    const page = createPage()
    late.push({ user, since, page })
    await (random(2) === 0 ? test.events : test.others).subscribe(user, since, page.onEvent)
    await delay(random(10))
  }
  await done

  expect(late.length).toBeGreaterThan(3)
  for (const { user, page } of early)
    await expect.poll(() => page.numbers(), { timeout: 10_000 }).toEqual(await written(user))
  for (const { user, since, page } of late) {
    const expected = (await written(user)).filter((seq) => seq > since)
    await expect.poll(() => page.numbers(), { timeout: 10_000 }).toEqual(expected)
  }
})
