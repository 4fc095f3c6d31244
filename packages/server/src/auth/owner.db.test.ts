import { afterAll, beforeAll, expect, it } from 'vitest'
import { addUser, openTestDatabase } from '#db/testing.ts'
import { ensureOwner } from './owner.ts'

type Opened = Awaited<ReturnType<typeof openTestDatabase>>
let opened: Opened
let another: Opened['database']
beforeAll(async () => {
  opened = await openTestDatabase()
  another = await opened.openAnother()
})
afterAll(async () => {
  if (another !== opened.database) await another.close()
  await opened.database.close()
})

it('makes one owner, however many processes start at once, and finds it ever after', async () => {
  const { database } = opened
  const ids = await Promise.all(
    Array.from({ length: 12 }, (_, at) => ensureOwner(at % 2 === 0 ? database.db : another.db)),
  )
  expect(new Set(ids).size).toBe(1)
  const users = await database.db.selectFrom('users').selectAll().execute()
  expect(users).toMatchObject([{ id: ids[0], name: 'Owner', role: 'admin' }])
  await addUser(database, 'Later')
  expect(await ensureOwner(database.db)).toBe(ids[0])
})
