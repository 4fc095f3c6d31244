import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '#base/ids.ts'
import { openLibrary, type Library } from './testing.ts'

let library: Library
let user: string
beforeAll(async () => {
  library = await openLibrary()
})
afterAll(() => library.close())
beforeEach(async () => {
  user = await library.addUser()
})

const timelines = () => library.collections.timelines

/** The whole timeline, piece by piece, as ids. */
async function whole(): Promise<string[]> {
  const { key, images } = await timelines().buckets(user)
  const ids: string[] = []
  for (const [index, one] of key.entries()) {
    const bucket = await (await timelines().open(user, one)).read()
    expect(bucket.id.length, one).toBe(images[index])
    expect(bucket.id.length).toBeLessThanOrEqual(1000)
    ids.push(...bucket.id)
  }
  return ids
}

async function listed(): Promise<string[]> {
  const rows = await library.db
    .selectFrom('images')
    .where('user_id', '=', user)
    .where('deleted_at', 'is', null)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .select('id')
    .execute()
  return rows.map(({ id }) => id)
}

/** Pictures by the thousand, at chosen seconds of one day. */
const fill = (count: number, second: string) =>
  sql`
    insert into images (id, user_id, filename, storage_key, source, mime_type, bytes, width, height, sha256, crc32, history_second, history_number, created_at)
    select gen_random_uuid(), ${user}::uuid, ${newId()} || number, ${newId()} || number, 'import', 'image/png', 1, 16, 9, 'x', 0,
      ${newId()}, number, timestamptz '2026-01-02T00:00:00Z' + (${sql.raw(second)}) * interval '1 second'
    from generate_series(1, ${count}::integer) as number`.execute(library.db)

describe('LB26: the timeline', () => {
  // The first one: plans that were made for one picture at a time and kept are bad ones for thousands at once.
  it('cuts a large day into pieces, however it comes to be', { timeout: 120_000 }, async () => {
    await fill(2100, 'number')
    expect((await timelines().buckets(user)).images.toSorted((a, b) => b - a)).toEqual([1000, 1000, 100])
    expect(await whole()).toEqual(await listed())
    // In between, at one moment, at the beginning and at the end.
    await fill(400, 'number / 4.0')
    await fill(600, '700')
    await fill(50, '0')
    await fill(50, '3000 + number')
    expect(await whole()).toEqual(await listed())
    await sql`update images set deleted_at = now() where user_id = ${user} and created_at < '2026-01-02T00:10:00Z'`.execute(
      library.db,
    )
    expect(await whole()).toEqual(await listed())
    await sql`delete from images where user_id = ${user} and created_at > '2026-01-02T00:30:00Z'`.execute(library.db)
    await sql`update images set deleted_at = null where user_id = ${user}`.execute(library.db)
    expect(await whole()).toEqual(await listed())
  })

  it('has every picture outside the trash once, by days, the newest first', async () => {
    const { record: first } = await library.keep(user, { createdAt: '2026-03-01T23:59:59.999Z' })
    const { record: second } = await library.keep(user, { createdAt: '2026-03-02T00:00:00.000Z' })
    await library.keep(await library.addUser(), { createdAt: '2026-03-02T00:00:00.000Z' })
    expect(await timelines().buckets(user)).toMatchObject({
      key: ['2026-03-02', '2026-03-01'],
      day: ['2026-03-02', '2026-03-01'],
      images: [1, 1],
    })
    expect(await whole()).toEqual([second.id, first.id])
    await library.images.remove(user, second.id)
    expect(await whole()).toEqual([first.id])
    await library.images.restore(user, second.id)
    expect(await whole()).toEqual([second.id, first.id])
  })

  it('says of each picture what a grid needs', async () => {
    const { record } = await library.keep(user, { createdAt: '2026-03-01T00:00:00.001Z', width: 32, height: 9 })
    const { record: broken } = await library.keep(user, { createdAt: '2026-03-01T00:00:00.000Z', width: 9, height: 9 })
    await library.db.updateTable('images').set({ damage: 'cut off', rating: 3 }).where('id', '=', broken.id).execute()
    const bucket = await (await timelines().open(user, '2026-03-01')).read()
    expect(bucket).toEqual({
      id: [record.id, broken.id],
      ratio: [3.556, 1],
      thumbhash: [null, null],
      createdAt: [Date.parse('2026-03-01T00:00:00.001Z'), Date.parse('2026-03-01T00:00:00.000Z')],
      favourite: [false, false],
      rating: [0, 3],
      damaged: [false, true],
    })
  })

  it('gives a piece another revision when something in it changes, and only then', async () => {
    const { record } = await library.keep(user, { createdAt: '2026-03-01T00:00:00.000Z' })
    await library.keep(user, { createdAt: '2026-03-02T00:00:00.000Z' })
    const revision = async () => (await timelines().open(user, '2026-03-01')).revision
    const seen = new Set([await revision()])
    const other = (await timelines().open(user, '2026-03-02')).revision
    await library.collections.details.update(user, record.id, { title: 'Not in the grid' })
    expect(seen).toContain(await revision())
    for (const change of [
      () => library.collections.details.update(user, record.id, { favourite: true }),
      () => library.collections.details.update(user, record.id, { rating: 2 }),
      () => library.db.updateTable('images').set({ thumbhash: 'x' }).where('id', '=', record.id).execute(),
      () => library.images.remove(user, record.id),
      () => library.images.restore(user, record.id),
    ]) {
      await change()
      expect(seen).not.toContain(await revision())
      seen.add(await revision())
    }
    expect((await timelines().open(user, '2026-03-02')).revision).toBe(other)
  })

  it('has no piece of anybody else', async () => {
    await library.keep(user, { createdAt: '2026-03-01T00:00:00.000Z' })
    const stranger = await library.addUser()
    await expect(timelines().open(stranger, '2026-03-01')).rejects.toMatchObject({ code: 'not-found' })
    await expect(timelines().open(user, 'yesterday')).rejects.toMatchObject({ code: 'not-found' })
  })
})
