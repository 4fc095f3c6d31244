import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '#base/ids.ts'
import { encodeCursor } from './list-cursor.ts'
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

const at = (minute: number) => `2026-03-01T10:${String(minute).padStart(2, '0')}:00.000Z`

async function walk(query: { limit: number; trash?: boolean }, between: () => Promise<void> = async () => {}) {
  const ids: string[] = []
  for (let cursor: string | undefined; ;) {
    const { data, nextCursor } = await library.images.list(user, { ...query, cursor })
    ids.push(...data.map(({ id }) => id))
    if (nextCursor === null) return ids
    cursor = nextCursor
    await between()
  }
}

describe('LB5: lists', () => {
  it('are by creation, newest first, however many a page has', async () => {
    const ids: string[] = []
    for (const minute of [5, 1, 9, 3, 9, 7]) ids.push((await library.keep(user, { createdAt: at(minute) })).record.id)
    const [a, b, c, d, e, f] = ids
    for (const limit of [1, 2, 3, 6, 7]) expect(await walk({ limit })).toEqual([e, c, f, a, d, b])
  })

  it('are not moved by pictures that come and go meanwhile', async () => {
    const ids: string[] = []
    for (let minute = 0; minute < 6; minute++)
      ids.unshift((await library.keep(user, { createdAt: at(minute) })).record.id)
    let extra = 30
    const seen = await walk({ limit: 2 }, async () => {
      await library.keep(user, { createdAt: at(extra++) })
    })
    expect(seen).toEqual(ids)
  })

  it('end exactly at the last picture of a full page', async () => {
    for (let minute = 0; minute < 4; minute++) await library.keep(user, { createdAt: at(minute) })
    expect((await library.images.list(user, { limit: 4 })).nextCursor).toBeNull()
    expect((await library.images.list(user, { limit: 3 })).nextCursor).not.toBeNull()
    expect(await library.images.list(await library.addUser(), { limit: 3 })).toEqual({ data: [], nextCursor: null })
  })

  it('filter by source and by tag, together too', async () => {
    const fox = { tagType: 'LABEL', tagId: 'fox' } as const
    const chat = { tagType: 'CHAT', tagId: '42' } as const
    const one = await library.keep(user, { createdAt: at(1), tags: [fox], source: 'generated' })
    const two = await library.keep(user, { createdAt: at(2), tags: [fox, chat], source: 'upload' })
    const three = await library.keep(user, { createdAt: at(3), source: 'import' })
    const idsOf = async (query: object) =>
      (await library.images.list(user, { limit: 9, ...query })).data.map(({ id }) => id)
    expect(await idsOf({ source: 'import' })).toEqual([three.record.id])
    expect(await idsOf({ tagType: 'LABEL', tagId: 'fox' })).toEqual([two.record.id, one.record.id])
    expect(await idsOf({ tagType: 'CHAT' })).toEqual([two.record.id])
    expect(await idsOf({ tagId: 'fox', source: 'generated' })).toEqual([one.record.id])
    expect(await idsOf({ tagType: 'THEME', tagId: 'fox' })).toEqual([])
    expect(await idsOf({ tagId: '\u0000' })).toEqual([])
  })

  it('come as a stream of pages too', async () => {
    const ids: string[] = []
    for (let minute = 0; minute < 5; minute++)
      ids.unshift((await library.keep(user, { createdAt: at(minute) })).record.id)
    const pages: string[][] = []
    for await (const rows of library.images.pages(user, 2)) pages.push(rows.map(({ id }) => id))
    expect(pages).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)])
  })

  it.each([
    ['nothing', ''],
    ['nonsense', 'x'],
    ['padding', `${encodeCursor(new Date(), newId())}=`],
    ['a time beyond PostgreSQL’s', Buffer.from(`999999999999999.${newId()}`).toString('base64url')],
    ['an id that is none', Buffer.from(`1.${'-'.repeat(36)}`).toString('base64url')],
    ['SQL', Buffer.from(`1.${"' or true --".padEnd(36)}`).toString('base64url')],
    ['a negative time', Buffer.from(`-1.${newId()}`).toString('base64url')],
    ['a generation’s cursor', newId()],
  ])('refuse a cursor that is not ours: %s', async (_, cursor) => {
    await expect(library.images.list(user, { limit: 1, cursor })).rejects.toMatchObject({
      code: 'validation-failed',
      fields: [{ field: 'query.cursor' }],
    })
  })
})

describe('LB6: the trash', () => {
  it('takes a picture away everywhere and gives it back whole', async () => {
    const generationId = await library.addGeneration(user)
    const tags = [{ tagType: 'LABEL', tagId: 'x' }] as const
    const { record } = await library.keep(user, { generationId, generationIndex: 0, tags: [...tags] })
    const before = await library.images.get(user, record.id)
    await library.images.remove(user, record.id)

    await expect(library.images.get(user, record.id)).rejects.toMatchObject({ code: 'not-found' })
    expect(await library.images.row(user, record.id)).toBeNull()
    expect(await library.images.byFilename(user, record.filename)).toBeNull()
    expect((await library.images.ofGenerations([generationId])).size).toBe(0)
    expect((await library.images.list(user, { limit: 9 })).data).toEqual([])
    expect((await library.images.list(user, { limit: 9, tagId: 'x' })).data).toEqual([])
    const [trashed] = (await library.images.list(user, { limit: 9, trash: true })).data
    expect(trashed).toMatchObject({ id: record.id, deletedAt: expect.any(String), tags })

    await expect(library.images.remove(user, record.id)).rejects.toMatchObject({ code: 'not-found' })
    expect(await library.images.restore(user, record.id)).toEqual(before)
    expect((await library.images.list(user, { limit: 9 })).data).toEqual([before])
    expect((await library.images.list(user, { limit: 9, trash: true })).data).toEqual([])
    await expect(library.images.restore(user, record.id)).rejects.toMatchObject({ code: 'not-found' })
    expect((await library.eventsOf(user)).map(({ type }) => type)).toEqual([
      'image.added',
      'image.deleted',
      'image.restored',
    ])
  })

  it('is by time of deletion, newest first, in pages', async () => {
    const ids: string[] = []
    for (let minute = 0; minute < 5; minute++) ids.push((await library.keep(user, { createdAt: at(minute) })).record.id)
    for (const id of ids) {
      await library.images.remove(user, id)
      await library.db
        .updateTable('images')
        .set({ deleted_at: at(10 + ids.indexOf(id)) })
        .where('id', '=', id)
        .execute()
    }
    expect(await walk({ limit: 2, trash: true })).toEqual(ids.toReversed())
  })
})

it('LB4: nobody sees another user’s pictures by any function', async () => {
  const fox = { tagType: 'LABEL', tagId: 'fox' } as const
  const { record } = await library.keep(user, { tags: [fox], createdAt: at(1) })
  const row = await library.row(record.id)
  const other = await library.addUser()
  const { images } = library
  await expect(images.get(other, record.id)).rejects.toMatchObject({ code: 'not-found' })
  await expect(images.remove(other, record.id)).rejects.toMatchObject({ code: 'not-found' })
  await expect(images.restore(other, record.id)).rejects.toMatchObject({ code: 'not-found' })
  expect(await images.row(other, record.id)).toBeNull()
  expect(await images.byFilename(other, record.filename)).toBeNull()
  expect(await images.byHistoryId(other, row?.history_second ?? '')).toBeNull()
  for (const query of [{}, { trash: true }, { tagId: 'fox' }, { source: 'upload' as const }]) {
    expect((await images.list(other, { limit: 9, ...query })).data).toEqual([])
  }
  for await (const rows of images.pages(other, 9)) expect(rows).toEqual([])
  expect(await library.eventsOf(other)).toEqual([])
  expect((await images.get(user, record.id)).deletedAt).toBeNull()
})
