import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '#base/ids.ts'
import { StorageError, type Storage } from '#storage/spec/storage.ts'
import { eraseUser } from './erase.ts'
import { handOver } from './hand-over.ts'
import { historyId } from './history-id.ts'
import { pngCopyKey, Sidecar, sidecarKey, thumbnailKey } from './image-record.ts'
import { sweep } from './sweep.ts'
import { openLibrary, type Library } from './testing.ts'
import { recountUsage } from './usage.ts'

let library: Library
let from: string
let to: string
beforeAll(async () => {
  library = await openLibrary()
})
afterAll(() => library.close())
beforeEach(async () => {
  from = await library.addUser()
  to = await library.addUser()
})

const give = (storage: Storage = library.storage) => handOver({ ...library, storage }, { from, to })
const keysOf = (user: string) => library.keys(`images/user-${user}`)
const totals = async (user: string) =>
  await library.db.selectFrom('usage_totals').where('user_id', '=', user).select(['bytes', 'images']).executeTakeFirst()

/** A storage that ends like a killed process at its step number `last`: nothing works any more from there on. */
function dyingAt(last: number): { storage: Storage; died: () => boolean } {
  let step = 0
  let dead = false
  const mortal =
    <Arguments extends unknown[], Result>(act: (...given: Arguments) => Promise<Result>) =>
    async (...given: Arguments): Promise<Result> => {
      if (step++ >= last) dead = true
      if (dead) throw new StorageError('failed', 'The process ended.')
      return await act(...given)
    }
  const { put, delete: remove } = library.storage
  return { storage: { ...library.storage, put: mortal(put), delete: mortal(remove) }, died: () => dead }
}

/** Files, rows and figures of both fit each other. */
async function checkWhole(): Promise<void> {
  for (const user of [from, to]) {
    const rows = await library.db.selectFrom('images').selectAll().where('user_id', '=', user).execute()
    expect((await keysOf(user)).toSorted()).toEqual(
      rows.flatMap(({ storage_key: key }) => [key, sidecarKey(key)]).toSorted(),
    )
    const bytes = rows.reduce((sum, row) => sum + row.bytes, 0)
    expect((await totals(user)) ?? { bytes: 0, images: 0 }).toEqual({ bytes, images: rows.length })
    for (const row of rows) {
      const sidecar = Sidecar.parse(
        JSON.parse(String(Buffer.from((await library.storage.read(sidecarKey(row.storage_key))) ?? []))),
      )
      expect(sidecar).toMatchObject({ id: row.id, filename: row.filename, sha256: row.sha256 })
    }
  }
  expect((await recountUsage(library.db)).corrected).toBe(0)
  expect(await sweep(library, { olderThanMs: 0 })).toEqual({ adopted: 0, removed: 0, unknown: 0, missing: 0 })
}

describe('GU5: handing over', () => {
  it('moves pictures with file, sidecar, tags and lineage, and the trash', async () => {
    const fox = { tagType: 'LABEL', tagId: 'fox' } as const
    const theme = { tagType: 'THEME', tagId: 'snow' } as const
    await library.keep(to, { tags: [fox] })
    const first = await library.keep(from, { tags: [theme, fox], description: 'first' })
    const child = await library.keep(from, { parentId: first.record.id, tags: [fox] })
    const trashed = await library.keep(from)
    await library.images.remove(from, trashed.record.id)
    for (const key of [thumbnailKey(first.record.id, 320), pngCopyKey(first.record.id)])
      await library.storage.put(key, first.bytes)
    await give()
    const image = await library.images.get(to, first.record.id)
    expect(image).toMatchObject({
      description: 'first',
      sha256: first.record.sha256,
      createdAt: first.record.createdAt,
    })
    expect(image.tags).toHaveLength(2)
    expect(image.tags).toEqual(expect.arrayContaining([theme, fox]))
    expect(await library.storage.read(image.filepath)).toEqual(Buffer.from(first.bytes))
    expect(await library.images.get(to, child.record.id)).toMatchObject({ parentId: first.record.id, tags: [fox] })
    expect(await library.images.trashedRow(to, trashed.record.id)).not.toBeNull()
    const tags = await library.db.selectFrom('tags').where('user_id', 'in', [from, to]).select('user_id').execute()
    expect(tags.map((tag) => tag.user_id)).toEqual([to, to])
    expect(await library.storage.stat(thumbnailKey(first.record.id, 320))).not.toBeNull()
    expect(await keysOf(from)).toEqual([])
    await checkWhole()
  })

  it('gives new names and ids of contract A where the old ones are taken', async () => {
    const createdAt = '2026-05-04T03:02:01.000Z'
    const theirs = await library.keep(to, { filename: 'a.png', createdAt, prompt: 'theirs' })
    const mine = await library.keep(from, { filename: 'a.png', createdAt, prompt: 'mine' })
    const named = await library.keep(from, { filename: `${from}_1700000000000_0_abcdef01.png`, createdAt })
    await give()
    const rows = await library.db
      .selectFrom('images')
      .where('user_id', '=', to)
      .orderBy('history_number')
      .selectAll()
      .execute()
    expect(rows.map(({ id }) => id)).toEqual([theirs.record.id, mine.record.id, named.record.id])
    expect(rows.map((row) => historyId('x', row.history_number))).toEqual(['x', 'x_2', 'x_3'])
    expect(rows.map(({ filename }) => filename)).toEqual([
      'a.png',
      `a-${mine.record.id.slice(-8)}.png`,
      `${to}_1700000000000_0_abcdef01.png`,
    ])
    expect(await library.storage.read(theirs.key)).toEqual(Buffer.from(theirs.bytes))
    await checkWhole()
  })

  it('moves finished generations with what they count for, and waits for the others', async () => {
    const done = await library.addGeneration(from)
    const running = await library.addGeneration(from)
    const day = new Date().toISOString().slice(0, 10)
    await library.db
      .updateTable('generations')
      .set({ state: 'succeeded', cost_amount: 0.5, idempotency_key: 'k', finished_at: new Date() })
      .where('id', '=', done)
      .execute()
    await library.db.insertInto('usage_days').values({ user_id: from, day, images: 8, cost: 0.5 }).execute()
    await library.db.insertInto('usage_days').values({ user_id: to, day, images: 1, cost: 1 }).execute()
    const { record } = await library.keep(from, { generationId: done, generationIndex: 0 })
    await expect(give()).rejects.toMatchObject({ code: 'conflict' })
    expect(await library.images.get(to, record.id)).toMatchObject({ generationId: done })
    const ownerOf = async (id: string) =>
      (await library.db.selectFrom('generations').where('id', '=', id).select('user_id').executeTakeFirst())?.user_id
    expect([await ownerOf(done), await ownerOf(running)]).toEqual([to, from])
    const days = library.db.selectFrom('usage_days').where('user_id', 'in', [from, to]).orderBy('cost')
    expect(await days.select(['user_id', 'images', 'cost']).execute()).toEqual([
      { user_id: from, images: 4, cost: 0 },
      { user_id: to, images: 5, cost: 1.5 },
    ])
    await library.db.updateTable('generations').set({ state: 'cancelled' }).where('id', '=', running).execute()
    await give()
    expect(await ownerOf(running)).toBe(to)
    // What was made up here beside real generations.
    await recountUsage(library.db)
  })

  it('WR14: moves what text models cost, and the choice of one where there is none', async () => {
    const { db } = library
    const day = new Date().toISOString().slice(0, 10)
    await db.insertInto('writing_days').values({ user_id: from, day, cost: 0.5 }).execute()
    await db.insertInto('writing_days').values({ user_id: to, day, cost: 1 }).execute()
    const id = newId()
    const engine = { id, user_id: to, name: 'Words', provider: 'ollama', concurrency: 1, position: 0 }
    const bare = { base_url: null, secret: null, key_hint: null, default_model: null, environment_digest: null }
    await db
      .insertInto('connections')
      .values({ ...engine, ...bare, fallback_id: null })
      .execute()
    await db.insertInto('writing_choices').values({ user_id: from, connection_id: id, model: 'm' }).execute()
    await give()
    await give()
    const days = await db
      .selectFrom('writing_days')
      .where('user_id', 'in', [from, to])
      .select(['user_id', 'cost'])
      .execute()
    expect(days).toEqual([{ user_id: to, cost: 1.5 }])
    const choices = await db.selectFrom('writing_choices').where('connection_id', '=', id).select('user_id').execute()
    expect(choices).toEqual([{ user_id: to }])
  })

  it('moves a picture whose file is missing, as damaged as it is', async () => {
    const { record, key } = await library.keep(from)
    await rm(join(library.folder, key))
    await give()
    expect((await library.images.get(to, record.id)).damage).toBeNull()
    expect((await sweep(library, { olderThanMs: 0 })).missing).toBe(1)
  })

  it('refuses when there is nobody to give it to', async () => {
    const { key } = await library.keep(from)
    await expect(handOver(library, { from, to: newId() })).rejects.toMatchObject({ code: 'not-found' })
    expect(await library.storage.stat(key)).not.toBeNull()
  })
})

describe('GU6: a crash', () => {
  it.each([['then a repeat', false] as const, ['then a sweep and a repeat', true] as const])(
    'after each step, %s: nothing is lost and nothing there twice',
    { timeout: 120_000 },
    async (_, sweeps) => {
      let steps = 0
      for (let last = 0; ; last++) {
        from = await library.addUser()
        to = await library.addUser()
        const tags = [{ tagType: 'LABEL', tagId: 'x' }] as const
        const kept = [
          await library.keep(from, { tags: [...tags] }),
          await library.keep(from, { filename: `a${last}.png` }),
        ]
        await library.keep(to, { filename: `a${last}.png` })
        const { storage, died } = dyingAt(last)
        const ended = await give(storage).then(
          () => 'whole',
          () => 'killed',
        )
        expect(ended).toBe(died() ? 'killed' : 'whole')
        if (sweeps) await sweep(library, { olderThanMs: 0 })
        await give()
        const rows = await library.db.selectFrom('images').where('user_id', '=', to).select('id').execute()
        expect(rows).toHaveLength(3)
        for (const { record, bytes } of kept) {
          const { filepath, damage } = await library.images.get(to, record.id)
          expect(damage).toBeNull()
          expect(await library.storage.read(filepath)).toEqual(Buffer.from(bytes))
        }
        await checkWhole()
        if (!died()) break
        steps += 1
        // What is looked through each time stays as small as it was.
        await eraseUser({ ...library, stopWork: async () => {} }, to)
      }
      expect(steps).toBe(8)
    },
  )

  it('two at once do it once', async () => {
    for (let made = 0; made < 5; made++) await library.keep(from)
    await Promise.allSettled([give(), give(), give()])
    await give()
    expect(await library.db.selectFrom('images').where('user_id', '=', to).select('id').execute()).toHaveLength(5)
    await checkWhole()
  })

  it('tells both users', async () => {
    const { record } = await library.keep(from)
    await give()
    expect((await library.eventsOf(from)).at(-1)).toEqual({ type: 'image.deleted', imageId: record.id })
    expect(await library.eventsOf(to)).toEqual([{ type: 'image.added', imageId: record.id, generationId: null }])
  })
})
