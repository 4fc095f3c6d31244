import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { EaselError } from '#base/errors.ts'
import { adoptOrphans } from './adopt.ts'
import { eraseImages } from './erase.ts'
import { sidecarKey, storageKey } from './image-record.ts'
import { keepImage } from './keep.ts'
import { openLibrary, png, recordOf, type Library } from './testing.ts'
import { recountUsage } from './usage.ts'

let library: Library
let user: string
beforeAll(async () => {
  library = await openLibrary()
})
afterAll(async () => {
  expect((await recountUsage(library.db)).corrected).toBe(0)
  await library.close()
})
beforeEach(async () => {
  user = await library.addUser()
})

const totals = async () =>
  (await library.db
    .selectFrom('usage_totals')
    .where('user_id', '=', user)
    .select(['bytes', 'images'])
    .executeTakeFirst()) ?? { bytes: 0, images: 0 }

async function expectRight(): Promise<void> {
  const rows = await library.db.selectFrom('images').where('user_id', '=', user).select('bytes').execute()
  expect(await totals()).toEqual({ bytes: rows.reduce((sum, { bytes }) => sum + bytes, 0), images: rows.length })
}

describe('QU5: the figures of a library', () => {
  it('are right after keeping, the trash, adopting and erasing', async () => {
    const first = await library.keep(user)
    await library.images.remove(user, first.record.id)
    await expectRight()
    const bytes = png()
    const record = recordOf(bytes)
    const key = storageKey(user, record.createdAt, record.filename)
    await library.storage.put(sidecarKey(key), Buffer.from(JSON.stringify({ easel: 1, ...record })))
    await library.storage.put(key, bytes)
    await Promise.all([1, 2].map(() => adoptOrphans(library, { userId: user, olderThanMs: 0 })))
    expect((await totals()).images).toBe(2)
    await expectRight()
    await eraseImages(library, user, [first.record.id, record.id])
    expect(await totals()).toEqual({ bytes: 0, images: 0 })
  })

  it('count a picture once, however often it comes', async () => {
    const generationId = await library.addGeneration(user)
    await library.db.updateTable('generations').set({ n: 0 }).where('id', '=', generationId).execute()
    await Promise.all(
      Array.from({ length: 12 }, (_, at) =>
        library.keep(user, { generationId, generationIndex: at % 3, prompt: `${at}` }),
      ),
    )
    expect((await totals()).images).toBe(3)
    await expectRight()
  })

  it('stay as they are when the row is given up', async () => {
    await library.keep(user, {}, async () => null)
    expect(await totals()).toEqual({ bytes: 0, images: 0 })
  })
})

describe('QU7: a picture that has to fit', () => {
  it('is refused when it does not, twenty at once, and leaves nothing behind', async () => {
    const bytes = png('one of many')
    const limit = bytes.length * 3 + 1
    const all = await Promise.allSettled(
      Array.from({ length: 20 }, () => keepImage(library, { userId: user, bytes, record: recordOf(bytes), limit })),
    )
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    for (const one of all) {
      if (one.status === 'fulfilled') continue
      expect(one.reason).toBeInstanceOf(EaselError)
      expect(one.reason).toMatchObject({ code: 'quota-exceeded' })
    }
    expect(await library.keys(`images/user-${user}`)).toHaveLength(6)
    expect(await adoptOrphans(library, { userId: user, olderThanMs: 0 })).toEqual({
      adopted: 0,
      removed: 0,
      unknown: 0,
    })
    await expectRight()
  })

  it('is refused also as the first of a library', async () => {
    const bytes = png()
    const input = { userId: user, bytes, record: recordOf(bytes), limit: bytes.length - 1 }
    await expect(keepImage(library, input)).rejects.toMatchObject({ code: 'quota-exceeded' })
    expect(await library.keys(`images/user-${user}`)).toEqual([])
    expect(await keepImage(library, { ...input, limit: bytes.length })).toBe('kept')
  })
})

describe('QU8: a recount', () => {
  it('corrects what is wrong, for whomever it is wrong, and nothing else', async () => {
    await library.keep(user)
    await library.keep(user)
    const right = await totals()
    const other = await library.addUser()
    await library.keep(other)
    expect(await recountUsage(library.db)).toEqual({ corrected: 0 })
    await library.db.updateTable('usage_totals').set({ bytes: 1, images: 99 }).where('user_id', '=', user).execute()
    expect(await recountUsage(library.db)).toEqual({ corrected: 1 })
    expect(await totals()).toEqual(right)
    await library.db.deleteFrom('usage_totals').where('user_id', '=', user).execute()
    expect(await recountUsage(library.db)).toEqual({ corrected: 1 })
    expect(await totals()).toEqual(right)
  })

  it('knows which images of a day count', async () => {
    const add = async (more: object) => {
      const id = await library.addGeneration(user)
      await library.db.updateTable('generations').set(more).where('id', '=', id).execute()
    }
    const ended = { finished_at: new Date(), created_at: new Date('2026-03-01T23:59:59Z') }
    await add({ ...ended, n: 1, state: 'succeeded', cost_amount: 2 })
    await add({ ...ended, n: 10, state: 'failed', error: JSON.stringify({ kind: 'bad-request' }) })
    await add({ ...ended, n: 100, state: 'failed', error: JSON.stringify({ kind: 'interrupted' }) })
    await add({ ...ended, n: 1000, state: 'failed', error: JSON.stringify({ kind: 'quota' }), cost_amount: 0.5 })
    await add({ ...ended, n: 10_000, state: 'cancelled' })
    await add({ ...ended, n: 100_000, state: 'cancelled', started_at: new Date() })
    await recountUsage(library.db)
    const days = library.db.selectFrom('usage_days').where('user_id', '=', user)
    expect(await days.select(['images', 'cost']).execute()).toEqual([{ images: 101_101, cost: 2.5 }])
  })

  it('goes together with pictures that come meanwhile', async () => {
    const all = Array.from({ length: 10 }, () => library.keep(user))
    const recounts = Array.from({ length: 4 }, () => recountUsage(library.db))
    await Promise.all([...all, ...recounts])
    await expectRight()
  })
})
