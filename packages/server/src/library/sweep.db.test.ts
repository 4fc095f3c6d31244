import { mkdir, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '#base/ids.ts'
import { openMemoryStorage } from '#storage/memory/storage.ts'
import { StorageError, type Storage } from '#storage/spec/storage.ts'
import { adoptOrphans } from './adopt.ts'
import { sidecarKey, storageKey, type Sidecar } from './image-record.ts'
import { sweep } from './sweep.ts'
import { openLibrary, png, recordOf, type Library } from './testing.ts'

let library: Library
let user: string
beforeAll(async () => {
  library = await openLibrary()
})
afterAll(() => library.close())
beforeEach(async () => {
  user = await library.addUser()
})

/** Files as a crash leaves them, without a row. */
async function leave(changes: Partial<Sidecar> = {}, what: 'both' | 'sidecar' | 'picture' = 'both') {
  const bytes = png()
  const record = recordOf(bytes, changes)
  const key = storageKey(user, record.createdAt, record.filename)
  if (what !== 'picture')
    await library.storage.put(sidecarKey(key), Buffer.from(JSON.stringify({ easel: 1, ...record })))
  if (what !== 'sidecar') await library.storage.put(key, bytes)
  return { record, key }
}

const all = () => sweep(library, { olderThanMs: 0 })
const mine = () => library.keys(`images/user-${user}`)

describe('LB2: a file without a row', () => {
  it('is adopted with all that its sidecar says', async () => {
    const generationId = await library.addGeneration(user)
    const tags = [{ tagType: 'PERSONA', tagId: 'p' }] as const
    const { record, key } = await leave({
      generationId,
      generationIndex: 2,
      tags: [...tags],
      revisedPrompt: 'r',
      createdAt: '2025-12-31T23:59:59.999Z',
    })
    expect(await all()).toMatchObject({ adopted: 1, removed: 0, unknown: 0 })
    expect(await library.images.get(user, record.id)).toMatchObject({
      filepath: key,
      generationId,
      tags,
      revisedPrompt: 'r',
      createdAt: record.createdAt,
      sha256: record.sha256,
    })
    expect(await library.eventsOf(user)).toEqual([{ type: 'image.added', imageId: record.id, generationId }])
    expect(await all()).toEqual({ adopted: 0, removed: 0, unknown: 0, missing: 0 })
  })

  it('is adopted also when its generation and its parent are not in the database any more', async () => {
    const { record } = await leave({ generationId: newId(), generationIndex: 0, parentId: newId() })
    expect(await all()).toMatchObject({ adopted: 1 })
    expect(await library.images.get(user, record.id)).toMatchObject({ generationId: null, parentId: null })
  })

  it('is not adopted into somebody else’s generation', async () => {
    const generationId = await library.addGeneration(await library.addUser())
    const { record } = await leave({ generationId, generationIndex: 0 })
    await all()
    expect(await library.images.get(user, record.id)).toMatchObject({ generationId: null })
  })

  it('is removed when only its sidecar is there', async () => {
    await leave({}, 'sidecar')
    expect(await all()).toMatchObject({ adopted: 0, removed: 1 })
    expect(await mine()).toEqual([])
  })

  it('is removed when it was cut off', async () => {
    const { key } = await leave()
    await truncate(join(library.folder, key), 20)
    expect(await all()).toMatchObject({ adopted: 0, removed: 1 })
    expect(await mine()).toEqual([])
  })

  it('is removed when its place in the generation is taken', async () => {
    const generationId = await library.addGeneration(user)
    const first = await library.keep(user, { generationId, generationIndex: 0 })
    await leave({ generationId, generationIndex: 0 })
    expect(await all()).toMatchObject({ adopted: 0, removed: 1, missing: 0 })
    expect(await mine()).toEqual([first.key, sidecarKey(first.key)])
  })

  it.each<[string, Partial<Sidecar> | string]>([
    ['without a sidecar', ''],
    ['with a sidecar that is no JSON', '{"easel":1'],
    ['with a sidecar of another program', '{"model":"x"}'],
    ['with a sidecar that belongs elsewhere', { createdAt: '2020-01-01T00:00:00.000Z' }],
    ['with words that PostgreSQL refuses', { prompt: 'a\u0000b' }],
  ])('is left alone %s, and the others are adopted', async (_, sidecar) => {
    const strange = await leave({}, 'picture')
    const text = typeof sidecar === 'string' ? sidecar : JSON.stringify({ easel: 1, ...strange.record, ...sidecar })
    if (text !== '') await library.storage.put(sidecarKey(strange.key), Buffer.from(text))
    const { record } = await leave()
    expect(await all()).toMatchObject({ adopted: 1, removed: 0, unknown: 1 })
    expect(await library.storage.stat(strange.key)).not.toBeNull()
    await library.images.get(user, record.id)
    await library.storage.delete(strange.key)
    await library.storage.delete(sidecarKey(strange.key))
  })

  it('is left alone while it may be on its way', async () => {
    await leave({}, 'sidecar')
    await leave()
    expect(await sweep(library)).toMatchObject({ adopted: 0, removed: 0 })
    expect(await mine()).toHaveLength(3)
    expect(await all()).toMatchObject({ adopted: 1, removed: 1 })
  })

  it('is found among hundreds that have one', async () => {
    const kept = await library.keep(user)
    const { record } = await leave()
    const folder = join(library.folder, `images/user-${user}/2026/01`)
    await mkdir(folder, { recursive: true })
    for (let more = 0; more < 620; more++) await writeFile(join(folder, `x${more}.png.json`), '{}')
    expect(await all()).toMatchObject({ adopted: 1, removed: 0, missing: 0 })
    expect((await library.images.list(user, { limit: 9 })).data.map(({ id }) => id)).toEqual([
      record.id,
      kept.record.id,
    ])
  })

  it('of two sweeps at once is adopted once', async () => {
    const generationId = await library.addGeneration(user)
    const { record } = await leave({ generationId, generationIndex: 0 })
    const reports = await Promise.all([all(), all(), all()])
    expect(reports.reduce((sum, { adopted }) => sum + adopted, 0)).toBe(1)
    expect(await mine()).toHaveLength(2)
    await library.images.get(user, record.id)
  })
})

describe('taking up a generation', () => {
  it('touches only its own files', async () => {
    const generationId = await library.addGeneration(user)
    const other = await library.addGeneration(user)
    const own = await leave({ generationId, generationIndex: 0 })
    const half = await leave({ generationId, generationIndex: 1 }, 'sidecar')
    const foreign = await leave({ generationId: other, generationIndex: 0 })
    const foreignHalf = await leave({ generationId: other, generationIndex: 1 }, 'sidecar')
    const upload = await leave({}, 'sidecar')
    const since = new Date(Date.now() - 1000)
    const report = await adoptOrphans(library, {
      userId: user,
      generation: { id: generationId, since },
      olderThanMs: 0,
    })
    expect(report).toEqual({ adopted: 1, removed: 1, unknown: 0 })
    const left = await mine()
    expect(left).not.toContain(sidecarKey(half.key))
    for (const key of [own.key, foreign.key, sidecarKey(foreignHalf.key), sidecarKey(upload.key)])
      expect(left).toContain(key)
    expect(await library.row(foreign.record.id)).toBeUndefined()
  })

  it('finds what was saved months after it began', async () => {
    const generationId = await library.addGeneration(user)
    const created = new Date()
    const since = new Date(Date.UTC(created.getUTCFullYear() - 1, created.getUTCMonth() + 1, 28))
    const { record } = await leave({ generationId, generationIndex: 0 })
    const report = await adoptOrphans(library, {
      userId: user,
      generation: { id: generationId, since },
      olderThanMs: 0,
    })
    expect(report.adopted).toBe(1)
    await library.images.get(user, record.id)
  })
})

describe('LB3: a row without its file', () => {
  it('is marked as damaged and told, once', async () => {
    const gone = await library.keep(user)
    const cut = await library.keep(user)
    const trashed = await library.keep(user)
    const sound = await library.keep(user)
    await library.images.remove(user, trashed.record.id)
    await rm(join(library.folder, gone.key))
    await rm(join(library.folder, trashed.key))
    await truncate(join(library.folder, cut.key), 10)
    expect((await all()).missing).toBe(3)
    const { images } = library
    expect((await images.get(user, gone.record.id)).damage).toBe('The file is missing.')
    expect((await images.get(user, cut.record.id)).damage).toContain('another size')
    expect((await images.get(user, sound.record.id)).damage).toBeNull()
    const changed = (await library.eventsOf(user)).filter(({ type }) => type === 'image.changed')
    expect(changed).toHaveLength(3)
    expect((await all()).missing).toBe(0)
  })

  it('is no damage while it is being erased, or its whole library is', async () => {
    const { db } = library
    const [erased, left] = [await library.keep(user), await library.keep(user)]
    await db.updateTable('images').set({ erasing: true }).where('id', '=', erased.record.id).execute()
    await rm(join(library.folder, erased.key))
    expect((await all()).missing).toBe(0)
    await rm(join(library.folder, left.key))
    await db
      .updateTable('users')
      .set({ removal: JSON.stringify({ images: 'erase' }) })
      .where('id', '=', user)
      .execute()
    expect((await all()).missing).toBe(0)
    await db.updateTable('users').set({ removal: null }).where('id', '=', user).execute()
    expect((await all()).missing).toBe(1)
  })

  it('is sound again when its file is found, whole, and told', async () => {
    const [gone, cut] = [await library.keep(user), await library.keep(user)]
    const path = join(library.folder, gone.key)
    await rm(path)
    await truncate(join(library.folder, cut.key), 10)
    expect((await all()).missing).toBe(2)
    await writeFile(path, gone.bytes.subarray(1))
    await all()
    expect((await library.images.get(user, gone.record.id)).damage).toBe('The file is missing.')
    await writeFile(path, gone.bytes)
    await writeFile(join(library.folder, cut.key), cut.bytes)
    await all()
    for (const { record } of [gone, cut]) expect((await library.images.get(user, record.id)).damage).toBeNull()
    const changed = (await library.eventsOf(user)).filter(({ type }) => type === 'image.changed')
    expect(changed).toHaveLength(4)
  })

  it('is left for the next time when the process ends', async () => {
    const gone = await library.keep(user)
    await rm(join(library.folder, gone.key))
    expect(await sweep(library, { olderThanMs: 0, signal: AbortSignal.abort() })).toEqual({
      adopted: 0,
      removed: 0,
      unknown: 0,
      missing: 0,
    })
    expect((await all()).missing).toBe(1)
  })
})

describe('LB3: a store', () => {
  const damagedIn = async () =>
    await library.db.selectFrom('images').where('damage', 'is not', null).select('id').execute()

  /** The library, on another store. */
  const on = (storage: Storage) => ({ ...library, storage })

  beforeEach(async () => {
    await library.db.deleteFrom('images').execute()
    for (let more = 0; more < 4; more++) await library.keep(user)
  })

  it('that does not answer has lost nothing, whichever question it leaves open', async () => {
    const away = () => Promise.reject(new StorageError('unreachable', 'connect ECONNREFUSED'))
    const nothing = () => ({ [Symbol.asyncIterator]: () => ({ next: away }) })
    const { storage } = library
    let answers = 0
    const afterTwo: Storage['stat'] = (key) => (++answers > 2 ? away() : storage.stat(key))
    for (const broken of [{ stat: away }, { stat: afterTwo }, { list: nothing }]) {
      const work = sweep(on({ ...storage, ...broken }), { olderThanMs: 0 })
      await expect(work).rejects.toMatchObject({ code: 'storage-unavailable' })
    }
    expect(await damagedIn()).toEqual([])
    expect(await all()).toMatchObject({ missing: 0 })
  })

  it('that has none of the pictures is the wrong one, unless somebody says that it is right', async () => {
    const empty = on(openMemoryStorage())
    await expect(sweep(empty, { olderThanMs: 0 })).rejects.toMatchObject({
      code: 'storage-unavailable',
      message: expect.stringContaining('None of the oldest 4 pictures'),
    })
    expect(await damagedIn()).toEqual([])
    expect(await sweep(empty, { olderThanMs: 0, believe: true })).toMatchObject({ missing: 4 })
    // It was the wrong one after all.
    expect(await all()).toMatchObject({ missing: 0 })
    expect(await damagedIn()).toEqual([])
  })
})
