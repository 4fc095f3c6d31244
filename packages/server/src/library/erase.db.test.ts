import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '#base/ids.ts'
import { StorageError, type Storage } from '#storage/spec/storage.ts'
import { eraseImages, eraseLibrary, eraseUser } from './erase.ts'
import { pngCopyKey, sidecarKey, storageKey, thumbnailKey } from './image-record.ts'
import { keepImage } from './keep.ts'
import { sweep } from './sweep.ts'
import { openLibrary, png, recordOf, type Library } from './testing.ts'
import { recountUsage } from './usage.ts'

let library: Library
let user: string
let other: string
let theirs: string
beforeAll(async () => {
  library = await openLibrary()
  other = await library.addUser()
  theirs = (await library.keep(other, { tags: [{ tagType: 'LABEL', tagId: 'x' }] })).record.id
})
afterAll(async () => {
  expect(await library.images.get(other, theirs)).toMatchObject({ tags: [{ tagId: 'x' }], damage: null })
  await library.close()
})
beforeEach(async () => {
  user = await library.addUser()
})

const ports = (storage: Storage = library.storage) => ({ ...library, storage, stopWork: async () => {} })
/** Dozens of libraries are made and erased, each file for good. */
const timeout = 120_000
const nothing = { adopted: 0, removed: 0, unknown: 0, missing: 0 }

/** A library with everything that there can be. */
async function fill(): Promise<readonly string[]> {
  const generation = await library.addGeneration(user)
  const first = await library.keep(user, { generationId: generation, generationIndex: 0 })
  const child = await library.keep(user, { parentId: first.record.id, tags: [{ tagType: 'LABEL', tagId: 'x' }] })
  const trashed = await library.keep(user)
  await library.images.remove(user, trashed.record.id)
  const ids = [first, child, trashed].map(({ record }) => record.id)
  for (const id of ids) {
    for (const key of [thumbnailKey(id, 320), thumbnailKey(id, 1280), pngCopyKey(id)])
      await library.storage.put(key, first.bytes)
  }
  const preview = `derived/previews/${generation}/1-1`
  await library.storage.put(preview, first.bytes)
  await library.db.updateTable('generations').set({ state: 'cancelled' }).where('id', '=', generation).execute()
  return ids
}

const allKeys = async () => [...(await library.keys('images')), ...(await library.keys('derived'))]
const keysOf = async (ids: readonly string[]) =>
  (await allKeys()).filter(
    (key) => key.includes(user) || key.includes('previews') || ids.some((id) => key.includes(id)),
  )

async function rowsOf(id: string): Promise<number> {
  let count = 0
  for (const table of ['images', 'generations', 'tags', 'events', 'usage_totals', 'usage_days', 'sessions'] as const) {
    count += (await library.db.selectFrom(table).where('user_id', '=', id).select('user_id').execute()).length
  }
  return count
}

describe('GU7: erasing', () => {
  it('a library takes everything that was made, and leaves the user', async () => {
    const ids = await fill()
    await eraseLibrary(ports(), user)
    expect(await keysOf(ids)).toEqual([])
    for (const table of ['images', 'generations', 'tags'] as const) {
      expect(await library.db.selectFrom(table).where('user_id', '=', user).select('id').execute()).toEqual([])
    }
    const totals = library.db.selectFrom('usage_totals').where('user_id', '=', user)
    expect(await totals.select(['bytes', 'images']).execute()).toEqual([{ bytes: 0, images: 0 }])
    const told = (await library.eventsOf(user)).filter(({ type }) => type === 'image.deleted')
    expect(told.flatMap((event) => ('imageId' in event ? [event.imageId] : []))).toEqual(
      expect.arrayContaining([...ids]),
    )
    expect((await library.keep(user)).kept).toBe('kept')
  })

  it('some pictures takes these alone, and never somebody else’s', async () => {
    const [first, second] = [await library.keep(user), await library.keep(user)]
    expect(await eraseImages(library, user, [first.record.id, theirs, newId()])).toBe(1)
    expect(await library.keys(`images/user-${user}`)).toEqual([second.key, sidecarKey(second.key)])
    const totals = library.db.selectFrom('usage_totals').where('user_id', '=', user)
    expect(await totals.select(['bytes', 'images']).execute()).toEqual([{ bytes: second.bytes.length, images: 1 }])
  })

  it('a user takes connections, sessions and whatever lies in the folder too', async () => {
    const ids = await fill()
    await library.storage.put(`images/user-${user}/strange.bin`, png())
    const soon = new Date(Date.now() + 60_000)
    await library.db
      .insertInto('sessions')
      .values({ id: newId(), user_id: user, token: newId(), expires_at: soon })
      .execute()
    await eraseUser(ports(), user)
    expect(await keysOf(ids)).toEqual([])
    expect(await rowsOf(user)).toBe(0)
    expect(await library.db.selectFrom('users').where('id', '=', user).select('id').execute()).toEqual([])
    await eraseUser(ports(), user)
  })

  it('does not begin while work cannot be stopped, and lets nobody in meanwhile', async () => {
    const { key } = await library.keep(user)
    const stopWork = async () => {
      throw new StorageError('failed', 'It runs.')
    }
    await expect(eraseUser({ ...library, stopWork }, user)).rejects.toThrow('It runs.')
    expect(await library.storage.stat(key)).not.toBeNull()
    const row = await library.db.selectFrom('users').where('id', '=', user).selectAll().executeTakeFirst()
    expect(row).toMatchObject({ disabled_at: expect.any(Date), removal: { pictures: 'erase' } })
    await eraseUser(ports(), user)
  })
})

it(
  'GU8: a crash after each step leaves nothing that a repeat does not find, and nothing comes back',
  { timeout },
  async () => {
    for (let last = 0; ; last++) {
      user = await library.addUser()
      const ids = await fill()
      let step = 0
      const storage: Storage = {
        ...library.storage,
        delete: async (key) => {
          if (step++ >= last) throw new StorageError('failed', 'The process ended.')
          return await library.storage.delete(key)
        },
      }
      const ended = await eraseUser(ports(storage), user).then(
        () => 'whole',
        () => 'killed',
      )
      const before = (await library.db.selectFrom('images').where('user_id', '=', user).select('id').execute()).length
      const { adopted } = await sweep(library, { olderThanMs: 0 })
      expect(adopted, `after step ${last}`).toBe(0)
      const after = (await library.db.selectFrom('images').where('user_id', '=', user).select('id').execute()).length
      expect(after).toBe(before)
      await eraseUser(ports(), user)
      expect(await keysOf(ids)).toEqual([])
      expect(await rowsOf(user)).toBe(0)
      expect(await sweep(library, { olderThanMs: 0 })).toEqual(nothing)
      expect((await recountUsage(library.db)).corrected).toBe(0)
      if (ended === 'whole') {
        expect(step).toBeGreaterThan(10)
        break
      }
    }
  },
)

describe('GU9: what was on its way', () => {
  it('goes at once when its row finds no user', async () => {
    const bytes = png()
    const record = recordOf(bytes)
    const keeping = keepImage(library, {
      userId: user,
      bytes,
      record,
      also: async (trx) => {
        await trx.deleteFrom('users').where('id', '=', user).execute()
        return []
      },
    })
    await expect(keeping).rejects.toMatchObject({ code: '23503' })
    // The user was there again after the failed transaction: the sweep must find the picture then.
    expect(await library.keys(`images/user-${user}`)).toHaveLength(2)
    await eraseUser(ports(), user)
    await expect(keepImage(library, { userId: user, bytes, record })).rejects.toMatchObject({ code: '23503' })
    expect(await library.keys(`images/user-${user}`)).toEqual([])
  })

  it('goes in the next sweep when the process ended before', async () => {
    await eraseUser(ports(), user)
    const bytes = png()
    const record = recordOf(bytes)
    const key = storageKey(user, record.createdAt, record.filename)
    await library.storage.put(sidecarKey(key), Buffer.from(JSON.stringify({ easel: 1, ...record })))
    await library.storage.put(key, bytes)
    await library.storage.put(thumbnailKey(record.id, 320), bytes)
    expect(await sweep(library)).toEqual(nothing)
    expect(await sweep(library, { olderThanMs: 0 })).toEqual({ ...nothing, removed: 1 })
    expect(await keysOf([record.id])).toEqual([])
    expect(await library.storage.stat(thumbnailKey(theirs, 320))).toBeNull()
  })

  it('a thumbnail that comes too late is not kept', async () => {
    const { record, key, bytes } = await library.keep(user)
    await eraseImages(library, user, [record.id])
    library.derivatives.made({ id: record.id, userId: user, storageKey: key }, bytes)
    await library.derivatives.catchUp()
    await library.derivatives.close()
    expect(await library.keys('derived')).not.toContain(thumbnailKey(record.id, 320))
  })
})
