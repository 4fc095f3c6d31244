import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { adoptOrphans, parseSidecar } from './adopt.ts'
import { codeOf } from '#base/errors.ts'
import { StorageError } from '#storage/spec/storage.ts'
import { eraseFromTrash, eraseImages } from './erase.ts'
import { handOver } from './hand-over.ts'
import { sidecarKey, type Sidecar } from './image-record.ts'
import { createSidecars } from './sidecars.ts'
import { openLibrary, type Library } from './testing.ts'
import { addTags } from './tags.ts'
import { emptyExpired } from './trash.ts'

let library: Library
let user: string
beforeAll(async () => {
  library = await openLibrary()
})
afterAll(() => library.close())
beforeEach(async () => {
  user = await library.addUser()
})

const label = (tagId: string) => ({ tagType: 'LABEL' as const, tagId })

async function sidecar(key: string): Promise<Sidecar | null> {
  await library.collections.sidecars.writeAll()
  return parseSidecar(await library.storage.read(sidecarKey(key)))
}

const counts = async () =>
  Object.fromEntries((await library.collections.tags.list(user, { limit: 100 })).map((tag) => [tag.tagId, tag.images]))

describe('LB11: sidecars', () => {
  it('say what the row says, whoever changed it', async () => {
    const { record, key } = await library.keep(user, { tags: [label('fox')] })
    expect(await library.row(record.id)).toMatchObject({ sidecar_due: false })
    const { details, albums } = library.collections
    await details.update(user, record.id, { title: 'T', notes: 'N', description: 'D', favourite: true, rating: 4 })
    await details.addTags(user, record.id, [label('hen')])
    const album = await albums.create(user, { name: 'First' })
    await albums.add(user, album.id, [record.id])
    await albums.create(user, { name: 'Without it' })
    expect((await albums.list(user, record.id)).map(({ id }) => id)).toEqual([album.id])
    expect(await albums.list(await library.addUser(), record.id)).toEqual([])
    await albums.update(user, album.id, { name: 'Second' })
    await library.images.remove(user, record.id)
    const written = await sidecar(key)
    expect(written).toMatchObject({ title: 'T', notes: 'N', description: 'D', favourite: true, rating: 4 })
    expect(written).toMatchObject({ tags: [label('fox'), label('hen')], albums: [{ id: album.id, name: 'Second' }] })
    expect(written?.deletedAt).not.toBeNull()
    await library.images.restore(user, record.id)
    await details.removeTags(user, record.id, [label('fox')])
    await albums.remove(user, album.id)
    expect(await sidecar(key)).toMatchObject({ tags: [label('hen')], albums: [], deletedAt: null })
    expect(await library.row(record.id)).toMatchObject({ sidecar_due: false, sidecar_claimed: null })
  })

  it('are written later where the store could not', async () => {
    const { record, key } = await library.keep(user)
    await library.collections.sidecars.close()
    let full = true
    const storage = {
      ...library.storage,
      put: async (...of: Parameters<typeof library.storage.put>) => {
        if (full) throw new RangeError('no room')
        await library.storage.put(...of)
      },
    }
    const sidecars = createSidecars({ ...library, storage })
    await library.collections.details.update(user, record.id, { title: 'T' })
    await expect(sidecars.writeAll()).rejects.toThrow('no room')
    full = false
    // The writer that failed is taken for one that is at it, until its time is over.
    await library.db
      .updateTable('images')
      .set({ sidecar_claimed: new Date(0) })
      .where('id', '=', record.id)
      .execute()
    await sidecars.writeAll()
    expect(parseSidecar(await library.storage.read(sidecarKey(key)))).toMatchObject({ title: 'T' })
    await library.close()
    library = await openLibrary()
  })

  it('stay due when the row changes while they are written', async () => {
    const { record, key } = await library.keep(user)
    let during: () => Promise<void> = () => library.collections.details.update(user, record.id, { title: 'new' })
    const storage = {
      ...library.storage,
      put: async (...of: Parameters<typeof library.storage.put>) => {
        await library.storage.put(...of)
        const once = during
        during = async () => undefined
        await once()
      },
    }
    await library.db.updateTable('images').set({ title: 'old' }).where('id', '=', record.id).execute()
    await createSidecars({ ...library, storage }).writeAll()
    expect(await sidecar(key)).toMatchObject({ title: 'new' })
  })

  it('bring everything back where the rows are lost', async () => {
    const { record, key } = await library.keep(user, { tags: [label('fox')] })
    const { details, albums, tags } = library.collections
    const { id } = await albums.create(user, { name: 'Kept' })
    await albums.add(user, id, [record.id])
    await details.update(user, record.id, { title: 'T', notes: 'N', favourite: true, rating: 2 })
    const before = await sidecar(key)
    await library.db.deleteFrom('images').where('id', '=', record.id).execute()
    await library.db.deleteFrom('albums').where('id', '=', id).execute()
    await library.db.deleteFrom('tags').where('user_id', '=', user).execute()
    await adoptOrphans(library, { userId: user, olderThanMs: 0 })
    expect(await library.images.get(user, record.id)).toMatchObject({
      title: 'T',
      notes: 'N',
      favourite: true,
      rating: 2,
    })
    expect(await albums.get(user, id)).toMatchObject({ name: 'Kept', images: 1, coverId: record.id })
    expect(await tags.list(user, { limit: 9 })).toMatchObject([{ tagId: 'fox', images: 1 }])
    expect(await sidecar(key)).toEqual(before)
  })
})

describe('tags', () => {
  it('LB10: a tag that goes while it is put on a picture is made again', async () => {
    const { record } = await library.keep(user, { tags: [label('fox')] })
    const { record: other } = await library.keep(user)
    const [fox] = await library.collections.tags.list(user, { limit: 1 })
    // Whoever puts it on sees the tag, and has to wait: it is not gone before this is committed.
    const put = await library.db.transaction().execute(async (trx) => {
      await trx
        .deleteFrom('tags')
        .where('id', '=', fox?.id ?? '')
        .execute()
      const waiting = library.collections.details.addTags(user, other.id, [label('fox')])
      await setTimeout(200)
      return { waiting }
    })
    await put.waiting
    expect(await counts()).toEqual({ fox: 1 })
    expect((await library.images.get(user, record.id)).tags).toEqual([])
  })

  it('LB13: one that is put on a picture while it becomes another takes that picture with it', async () => {
    const { record } = await library.keep(user, { tags: [label('fox')] })
    await library.collections.details.removeTags(user, record.id, [label('fox')])
    const [fox] = await library.collections.tags.list(user, { limit: 1 })
    const put = await library.db.transaction().execute(async (trx) => {
      await addTags(trx, { userId: user, imageId: record.id }, [label('fox')])
      // Nobody else sees yet that the tag has a picture.
      const waiting = library.collections.tags.rename(user, fox?.id ?? '', label('owl'))
      await setTimeout(200)
      return { waiting }
    })
    await put.waiting
    expect(await counts()).toEqual({ owl: 1 })
    expect((await library.images.get(user, record.id)).tags).toEqual([label('owl')])
  })

  it('LB12: count the pictures outside the trash', async () => {
    const { record: one } = await library.keep(user, { tags: [label('fox'), label('hen')] })
    const { record: two } = await library.keep(user, { tags: [label('fox')] })
    expect(await counts()).toEqual({ fox: 2, hen: 1 })
    await library.images.remove(user, one.id)
    expect(await counts()).toEqual({ fox: 1, hen: 0 })
    await library.images.restore(user, one.id)
    await library.collections.details.removeTags(user, two.id, [label('fox'), label('hen')])
    expect(await counts()).toEqual({ fox: 1, hen: 1 })
    await library.db.deleteFrom('images').where('id', '=', one.id).execute()
    expect(await counts()).toEqual({ fox: 0, hen: 0 })
  })

  it('are offered by what one types, those that begin so first, then the most used', async () => {
    for (const tags of [['foxglove', 'a fox'], ['fox'], ['foxglove'], ['100%']])
      await library.keep(user, { tags: tags.map(label) })
    const offered = async (q: string) =>
      (await library.collections.tags.list(user, { q, limit: 9 })).map(({ tagId }) => tagId)
    expect(await offered('FOX')).toEqual(['foxglove', 'fox', 'a fox'])
    expect(await offered('%')).toEqual(['100%'])
    expect(await offered('x_')).toEqual([])
  })

  it('LB13: become one when one gets the name of another', async () => {
    const { record: both, key } = await library.keep(user, { tags: [label('fox'), label('vixen')] })
    const { record: one } = await library.keep(user, { tags: [label('vixen')] })
    const [vixen] = await library.collections.tags.list(user, { q: 'vixen', limit: 1 })
    expect(await library.collections.tags.rename(user, vixen?.id ?? '', label('fox'))).toMatchObject({ images: 2 })
    expect(await counts()).toEqual({ fox: 2 })
    for (const { id } of [both, one]) expect((await library.images.get(user, id)).tags).toEqual([label('fox')])
    expect(await sidecar(key)).toMatchObject({ tags: [label('fox')] })
    const { data } = await library.images.list(user, { limit: 9, q: 'vixen' })
    expect(data).toEqual([])
  })
})

it('LB12: a user can go with pictures, tags and albums', async () => {
  const gone = await library.addUser()
  const { id } = await library.collections.albums.create(gone, { name: 'Full' })
  for (let number = 0; number < 3; number++) {
    const { record } = await library.keep(gone, { tags: [label('fox'), label('hen')] })
    await library.collections.albums.add(gone, id, [record.id])
  }
  await library.collections.sidecars.writeAll()
  await library.db.deleteFrom('users').where('id', '=', gone).execute()
  for (const table of ['images', 'tags', 'albums', 'timeline_buckets', 'image_words'] as const) {
    expect(await library.db.selectFrom(table).where('user_id', '=', gone).select('user_id').execute(), table).toEqual(
      [],
    )
  }
})

describe('albums', () => {
  it('LB12, LB14: hold pictures in the order given, many times moved, and count them', async () => {
    const ids: string[] = []
    for (let number = 0; number < 4; number++) ids.push((await library.keep(user)).record.id)
    const { albums } = library.collections
    const { id } = await albums.create(user, { name: 'Moved' })
    await albums.add(user, id, ids)
    const order = async () =>
      (await library.images.list(user, { limit: 9, album: id, sort: 'album' })).data.map((image) => image.id)
    let expected = [...ids]
    // More often than the room between two positions can be halved.
    for (let turn = 0; turn < 60; turn++) {
      const [first = '', second = '', ...rest] = expected
      await albums.order(user, id, { imageIds: [rest.at(-1) ?? ''], before: second })
      expected = [first, rest.at(-1) ?? '', second, ...rest.slice(0, -1)]
    }
    expect(await order()).toEqual(expected)
    expect(await albums.get(user, id)).toMatchObject({ images: 4, coverId: expected[0] })
    await albums.update(user, id, { coverId: ids[2] ?? '' })
    await library.images.remove(user, expected[0] ?? '')
    expect(await albums.get(user, id)).toMatchObject({ images: 3, coverId: ids[2] })
    await albums.takeOut(user, id, [ids[2] ?? ''])
    expect(await albums.get(user, id)).toMatchObject({ images: ids[2] === expected[0] ? 3 : 2 })
    await eraseImages(library, user, ids)
    expect(await albums.get(user, id)).toMatchObject({ images: 0, coverId: null })
  })

  it('LB15: have names of their own, whatever the case', async () => {
    const { albums, searches } = library.collections
    await albums.create(user, { name: 'Foxes' })
    await expect(albums.create(user, { name: 'FOXES' })).rejects.toMatchObject({ code: 'conflict' })
    await albums.create(await library.addUser(), { name: 'foxes' })
    // However the database's locale has it.
    const straße = await albums.create(user, { name: 'Große Straße in Été' })
    await expect(albums.create(user, { name: 'GROSSE STRASSE IN E\u0301TE\u0301' })).rejects.toMatchObject({
      code: 'conflict',
    })
    await expect(albums.update(user, straße.id, { name: 'FOXES' })).rejects.toMatchObject({ code: 'conflict' })
    await albums.update(user, straße.id, { name: 'ГРОМ' })
    await albums.create(user, { name: 'Große Straße in Été' })
    const { record } = await library.keep(user)
    await albums.add(user, straße.id, [record.id])
    expect(await library.images.count(user, { q: 'in:гром' })).toEqual({ count: 1, more: false })
    await searches.create(user, { name: 'Foxes', query: { q: 'fox' } })
    await expect(searches.create(user, { name: 'foxes', query: {} })).rejects.toMatchObject({ code: 'conflict' })
  })

  it('GU5: go with the library that is handed over', async () => {
    const { record } = await library.keep(user)
    const { albums, searches } = library.collections
    const { id } = await albums.create(user, { name: 'Foxes' })
    await albums.add(user, id, [record.id])
    await searches.create(user, { name: 'Mine', query: { favourite: true } })
    const heir = await library.addUser()
    await albums.create(heir, { name: 'foxes' })
    await handOver(library, { from: user, to: heir })
    expect(await albums.get(heir, id)).toMatchObject({ images: 1, coverId: record.id })
    expect(await searches.list(heir)).toMatchObject([{ name: 'Mine' }])
    const { data } = await library.images.list(heir, { limit: 9, album: id })
    expect(data.map((image) => image.id)).toEqual([record.id])
  })
})

it('LB33: what is being erased cannot be restored, and what was restored keeps its file', async () => {
  const { record, key } = await library.keep(user)
  const { record: kept, key: keptKey } = await library.keep(user)
  await library.images.remove(user, record.id)
  await library.images.remove(user, kept.id)
  await library.images.restore(user, kept.id)
  const told: string[] = []
  const storage = {
    ...library.storage,
    // Its files are about to go when somebody wants it back.
    async delete(one: string) {
      if (told.length === 0) {
        const again = library.images.restore(user, record.id)
        told.push(
          await again.then(
            () => 'restored',
            (error: unknown) => codeOf(error) ?? '',
          ),
        )
        const bulk = { action: { type: 'restore' as const }, selection: { ids: [record.id] } }
        told.push(`${(await library.collections.bulks.start(user, bulk)).changed} restored`)
      }
      return await library.storage.delete(one)
    },
  }
  expect(await eraseFromTrash({ ...library, storage }, { userId: user }, [record.id, kept.id])).toBe(1)
  expect(told).toEqual(['not-found', '0 restored'])
  expect(await library.keys(key)).toEqual([])
  expect(await library.storage.stat(keptKey)).not.toBeNull()
  // A crash in between leaves it to the next housekeeping, however short it has been in the trash.
  const { record: half } = await library.keep(user)
  await library.images.remove(user, half.id)
  const dying = { ...library.storage, delete: () => Promise.reject(new StorageError('failed', 'The process ended.')) }
  await expect(eraseFromTrash({ ...library, storage: dying }, { userId: user }, [half.id])).rejects.toThrow(
    'The process ended.',
  )
  expect(await emptyExpired(library, new Date(0))).toBe(1)
  expect(await library.row(half.id)).toBeUndefined()
})

it('LB32: what is in the trash for too long goes, the rest stays', async () => {
  const { record: old, key } = await library.keep(user)
  const { record: fresh } = await library.keep(user)
  await library.keep(user)
  await library.db
    .updateTable('images')
    .set({ deleted_at: new Date(Date.now() - 31 * 86_400_000) })
    .where('id', '=', old.id)
    .execute()
  await library.images.remove(user, fresh.id)
  expect(await emptyExpired(library, new Date(Date.now() - 30 * 86_400_000))).toBe(1)
  expect(await library.row(old.id)).toBeUndefined()
  expect(await library.row(fresh.id)).toBeDefined()
  expect(await library.keys(key)).toEqual([])
  expect(await emptyExpired(library, new Date(0))).toBe(0)
})
