import { sql } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { newId } from '#base/ids.ts'
import { addUser } from '#db/testing.ts'
import type { LoggedEvent, ProgressEvent } from './events.ts'
import { createPage, imageAdded, openTestEvents, type TestEvents } from './testing.ts'

let test: TestEvents
const slow = { timeout: 10_000 }

beforeEach(async () => {
  test = await openTestEvents()
})
afterEach(() => test.close())

/** Numbers of a user's rows, oldest first. */
async function written(userId = test.user): Promise<number[]> {
  const rows = await test.database.db
    .selectFrom('events')
    .select('seq')
    .where('user_id', '=', userId)
    .orderBy('seq')
    .execute()
  return rows.map(({ seq }) => seq)
}

it('EV1: what a transaction appends reaches every page of that user, on any process, when it commits', async () => {
  const [here, there] = [createPage(), createPage()]
  await test.events.subscribe(test.user, null, here.onEvent)
  await test.others.subscribe(test.user, null, there.onEvent)
  const events: LoggedEvent[] = [
    imageAdded(),
    { type: 'connections.changed' },
    { type: 'generation.finished', generationId: newId(), state: 'succeeded' },
  ]
  await test.database.db.transaction().execute(async (trx) => {
    await test.events.append(trx, test.user, events)
    expect(here.delivered).toEqual([])
  })
  const seqs = await written()
  const expected = events.map((event, i) => ({ seq: seqs[i], event }))
  await expect.poll(() => here.delivered, slow).toEqual(expected)
  await expect.poll(() => there.delivered, slow).toEqual(expected)
})

it('EV1: what is rolled back is never told', async () => {
  const page = createPage()
  await test.events.subscribe(test.user, null, page.onEvent)
  const failing = test.database.db.transaction().execute(async (trx) => {
    await test.events.append(trx, test.user, [imageAdded()])
    throw new Error('changed my mind')
  })
  await expect(failing).rejects.toThrow('changed my mind')
  await test.append([{ type: 'connections.changed' }])
  await expect.poll(() => page.delivered.map(({ event }) => event.type), slow).toEqual(['connections.changed'])
})

it('EV1: a change and its event in one statement: whoever the row belongs to is told, and nobody where there is none', async () => {
  const page = createPage()
  await test.events.subscribe(test.user, null, page.onEvent)
  const rename = (id: string) =>
    test.database.db.updateTable('users').set({ name: 'Renamed' }).where('id', '=', id).returning('id as user_id')
  const event = imageAdded()
  expect(await test.others.appendWith(test.another.db, rename(test.user), event)).toBe(true)
  expect(await test.others.appendWith(test.another.db, rename(newId()), imageAdded())).toBe(false)
  const [seq] = await written()
  await expect.poll(() => page.delivered, slow).toEqual([{ seq, event }])
  expect(await written()).toHaveLength(1)
  const { name } = await test.database.db
    .selectFrom('users')
    .select('name')
    .where('id', '=', test.user)
    .executeTakeFirstOrThrow()
  expect(name).toBe('Renamed')
})

it('EV1: a change that fails has no event', async () => {
  const other = await addUser(test.database)
  const clash = test.database.db
    .updateTable('users')
    .set({ id: other })
    .where('id', '=', test.user)
    .returning('id as user_id')
  await expect(test.events.appendWith(test.database.db, clash, imageAdded())).rejects.toThrow(/duplicate key/)
  expect(await written()).toEqual([])
})

it('EV1, EV7: what is too long for a notification is told all the same, in order with what is not', async () => {
  const page = createPage()
  await test.events.subscribe(test.user, null, page.onEvent)
  const few = () => [imageAdded(), imageAdded()]
  const many = Array.from({ length: 150 }, () => imageAdded())
  const lists = [few(), many, few()]
  for (const list of lists) await test.append(list)
  const seqs = await written()
  const expected = lists.flat().map((event, i) => ({ seq: seqs[i], event }))
  await expect.poll(() => page.delivered, slow).toEqual(expected)
})

it('EV1: appending nothing writes nothing', async () => {
  await test.append([])
  expect(await written()).toEqual([])
})

it('EV2: nobody is told of what happens to another user', async () => {
  const other = await addUser(test.database)
  const [mine, theirs] = [createPage(), createPage()]
  await test.append([imageAdded()], other)
  await test.events.subscribe(test.user, 0, mine.onEvent)
  await test.others.subscribe(other, null, theirs.onEvent)
  await test.append([imageAdded()], other)
  await tellProgress(progressOf(newId(), 1), other)
  await expect.poll(() => theirs.delivered.length, slow).toBe(2)
  await test.append([{ type: 'connections.changed' }])
  await expect.poll(() => mine.delivered.length, slow).toBe(1)
  expect(mine.delivered[0]?.event).toEqual({ type: 'connections.changed' })
})

it('EV3: without a number a page is told only what comes', async () => {
  const page = createPage()
  await test.append([imageAdded()])
  await test.events.subscribe(test.user, null, page.onEvent)
  await test.append([imageAdded()])
  await expect.poll(() => page.numbers(), slow).toEqual((await written()).slice(1))
})

it('EV3: with a number a page has what followed it when the subscription stands, in order', async () => {
  const page = createPage()
  await test.append(Array.from({ length: 450 }, () => imageAdded()))
  const seqs = await written()
  await test.events.subscribe(test.user, seqs[20] ?? 0, page.onEvent)
  expect(page.numbers()).toEqual(seqs.slice(21))
})

it('EV3: a page that left is told nothing more', async () => {
  const [page, witness] = [createPage(), createPage()]
  const leave = await test.events.subscribe(test.user, null, page.onEvent)
  await test.events.subscribe(test.user, null, witness.onEvent)
  leave()
  leave()
  await test.append([imageAdded()])
  await expect.poll(() => witness.delivered.length, slow).toBe(1)
  expect(page.delivered).toEqual([])
})

it('EV4: a page that was away too long is told to load everything anew, and goes on from there', async () => {
  await test.append([imageAdded(), imageAdded(), imageAdded()])
  const seqs = await written()
  await sql`update events set created_at = now() - interval '1 hour' where seq <= ${seqs[1]}`.execute(test.database.db)
  expect(await test.events.prune(new Date(Date.now() - 60_000))).toBe(2)
  const [away, near] = [createPage(), createPage()]
  await test.events.subscribe(test.user, seqs[0] ?? 0, away.onEvent)
  expect(away.delivered).toEqual([{ seq: seqs[2], event: { type: 'reset' } }])
  await test.events.subscribe(test.user, seqs[1] ?? 0, near.onEvent)
  expect(near.numbers()).toEqual([seqs[2]])
  await test.append([imageAdded()])
  await expect.poll(() => away.numbers(), slow).toEqual([seqs[2], (await written()).at(-1)])
})

it('EV4: a number that the log never gave is answered with a reset, once', async () => {
  await test.append([imageAdded()])
  const [page, again] = [createPage(), createPage()]
  await test.events.subscribe(test.user, 4711, page.onEvent)
  const [reset] = page.delivered
  expect(reset?.event).toEqual({ type: 'reset' })
  await test.events.subscribe(test.user, reset?.seq ?? -1, again.onEvent)
  expect(again.delivered).toEqual([])
})

it('EV4: after everything was pruned only who has the newest number needs no reset', async () => {
  const other = await addUser(test.database)
  await test.append([imageAdded(), imageAdded()])
  await test.append([imageAdded()], other)
  const seqs = await written()
  expect(await test.events.prune(new Date(Date.now() + 60_000))).toBe(2)
  // The newest row is kept to tell how far back the log reaches; it goes with its user.
  await test.database.db.deleteFrom('users').where('id', '=', other).execute()
  const [away, near] = [createPage(), createPage()]
  await test.events.subscribe(test.user, seqs[0] ?? 0, away.onEvent)
  expect(away.delivered.map(({ event }) => event.type)).toEqual(['reset'])
  await test.events.subscribe(test.user, away.numbers()[0] ?? 0, near.onEvent)
  expect(near.delivered).toEqual([])
  await test.append([imageAdded()])
  await expect.poll(() => near.numbers(), slow).toEqual(await written())
})

it('EV4: an event that only a newer Easel knows is told as a reset', async () => {
  const page = createPage()
  await test.append([imageAdded()])
  await sql`update events set event = '{"type": "image.painted-over"}'`.execute(test.database.db)
  await test.events.subscribe(test.user, 0, page.onEvent)
  expect(page.delivered).toEqual([{ seq: (await written())[0], event: { type: 'reset' } }])
})

function progressOf(generationId: string, completed: number, previewUrl: string | null = null): ProgressEvent {
  return { type: 'generation.progress', generationId, completed, total: 10, previewUrl }
}

async function tellProgress(event: ProgressEvent, userId = test.user): Promise<void> {
  await test.database.db.transaction().execute((trx) => test.events.progress(trx, userId, event))
}

it('EV5: progress reaches the pages that are there, on any process, and is not kept', async () => {
  const [here, there, late] = [createPage(), createPage(), createPage()]
  await test.events.subscribe(test.user, null, here.onEvent)
  await test.others.subscribe(test.user, null, there.onEvent)
  const event = progressOf(newId(), 3, '/preview')
  await tellProgress(event)
  await expect.poll(() => here.delivered, slow).toEqual([{ seq: null, event }])
  await expect.poll(() => there.delivered, slow).toEqual([{ seq: null, event }])
  await test.events.subscribe(test.user, 0, late.onEvent)
  expect(late.delivered).toEqual([])
  expect(await written()).toEqual([])
})

it('EV5: progress that is too long to be carried is told without its preview', async () => {
  const page = createPage()
  await test.events.subscribe(test.user, null, page.onEvent)
  const event = progressOf(newId(), 3, `/${'é'.repeat(5_000)}`)
  await tellProgress(event)
  await expect.poll(() => page.delivered, slow).toEqual([{ seq: null, event: { ...event, previewUrl: null } }])
})

it('EV5: progress does not overtake what happened before it', async () => {
  const page = createPage()
  await test.others.subscribe(test.user, null, page.onEvent)
  const generationId = newId()
  await test.append([{ type: 'generation.running', generationId }])
  for (let i = 1; i <= 5; i++) await tellProgress(progressOf(generationId, i))
  await expect.poll(() => page.delivered.at(-1)?.event, slow).toEqual(progressOf(generationId, 5))
  expect(page.delivered[0]?.event.type).toBe('generation.running')
})

it('EV6: a page that throws hurts neither the others nor its own next events', async () => {
  const [bad, good] = [createPage(), createPage()]
  await test.events.subscribe(test.user, null, (one) => {
    bad.onEvent(one)
    throw new Error('the stream is closed')
  })
  await test.events.subscribe(test.user, null, good.onEvent)
  await test.append([imageAdded(), imageAdded()])
  await test.append([imageAdded()])
  await expect.poll(() => good.numbers(), slow).toEqual(await written())
  await expect.poll(() => bad.numbers(), slow).toEqual(await written())
})

it('EV9: whoever watches is told whose log has grown, on any process, until they stop', async () => {
  const told: (string | null)[] = []
  const stop = test.others.watch((userId) => void told.push(userId))
  const other = await addUser(test.database)
  await test.append([imageAdded(), imageAdded()])
  await test.append([imageAdded()], other)
  await expect.poll(() => told, slow).toEqual([test.user, other])
  stop()
  const page = createPage()
  await test.others.subscribe(test.user, null, page.onEvent)
  await test.append([imageAdded()])
  await expect.poll(() => page.delivered.length, slow).toBe(1)
  expect(told).toEqual([test.user, other])
})

it('EV10: whoever watches what this process writes is told before the commit, or with a change of one statement', async () => {
  const told: string[] = []
  const stop = test.events.watchOwn((userId) => void told.push(userId))
  await test.database.db.transaction().execute(async (trx) => {
    await test.events.append(trx, test.user, [imageAdded()])
    expect(told).toEqual([test.user])
  })
  const change = test.database.db.updateTable('users').set({ name: 'Renamed' })
  const { db } = test.database
  await test.events.appendWith(db, change.where('id', '=', test.user).returning('id as user_id'), imageAdded())
  await test.events.appendWith(db, change.where('id', '=', newId()).returning('id as user_id'), imageAdded())
  expect(told).toEqual([test.user, test.user])
  stop()
  await test.append([imageAdded()])
  expect(told).toHaveLength(2)
})
