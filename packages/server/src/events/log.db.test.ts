import { expect, it } from 'vitest'
import { addUser, openTestDatabase } from '#db/testing.ts'
import { newId } from '#base/ids.ts'
import { createEvents } from './log.ts'
import type { Delivered } from './events.ts'

it('smoke', async () => {
  const { database } = await openTestDatabase()
  const events = await createEvents(database)
  const user = await addUser(database)
  const got: Delivered[] = []
  await events.subscribe(user, null, (d) => got.push(d))
  await database.db
    .transaction()
    .execute((trx) =>
      events.append(trx, user, [
        { type: 'image.added', imageId: newId(), generationId: null },
        { type: 'connections.changed' },
      ]),
    )
  await expect.poll(() => got.length).toBe(2)
  const again: Delivered[] = []
  await events.subscribe(user, 0, (d) => again.push(d))
  expect(again).toEqual(got)
  const reset: Delivered[] = []
  await events.subscribe(user, 99, (d) => reset.push(d))
  expect(reset).toEqual([{ seq: 2, event: { type: 'reset' } }])
  expect(await events.prune(new Date(Date.now() + 1000))).toBe(1)
  await events.close()
  await database.close()
})
