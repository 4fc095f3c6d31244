import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import fc from 'fast-check'
import type { BulkAction, Selection, Tag } from '@easel/contract'
import { present } from '#base/errors.ts'
import { parseSidecar } from '../adopt.ts'
import { eraseImages } from '../erase.ts'
import { sidecarKey } from '../image-record.ts'
import { openLibrary, type Library } from '../testing.ts'
import { createBulks } from './bulk.ts'

let library: Library
let user: string
beforeAll(async () => {
  library = await openLibrary()
})
afterAll(() => library.close())
beforeEach(async () => {
  user = await library.addUser()
})

const label = (tagId: string): Tag => ({ tagType: 'LABEL', tagId })
const bulks = () => library.collections.bulks

/** Starts an action and waits for its end. */
async function run(action: BulkAction, selection: Selection) {
  const { id } = await bulks().start(user, { action, selection })
  await expect.poll(async () => (await bulks().get(user, id)).state, { timeout: 60_000 }).not.toBe('running')
  return await bulks().get(user, id)
}

async function undo(id: string) {
  await bulks().undo(user, id)
  await expect.poll(async () => (await bulks().get(user, id)).state, { timeout: 60_000 }).toBe('undone')
}

describe('LB30: a bulk action', () => {
  it('goes over all that a search finds, without a list of them', { timeout: 120_000 }, async () => {
    for (let number = 0; number < 104; number++) await library.keep(user, { prompt: number % 2 === 0 ? 'fox' : 'hen' })
    const stranger = await library.addUser()
    const { record: theirs } = await library.keep(stranger, { prompt: 'fox' })
    expect(await run({ type: 'tag', tags: [label('red')] }, { search: { q: 'fox' } })).toMatchObject({
      seen: 52,
      changed: 52,
    })
    expect(await run({ type: 'trash' }, { search: {} })).toMatchObject({ seen: 104, changed: 104 })
    expect((await library.images.get(stranger, theirs.id)).tags).toEqual([])
    expect(await run({ type: 'restore' }, { search: { tagId: 'red' } })).toMatchObject({ changed: 52 })
    expect(await run({ type: 'erase' }, { search: {} })).toMatchObject({ state: 'done', changed: 52 })
    expect(await library.images.count(user, {})).toEqual({ count: 52, more: false })
    expect(await library.images.count(user, { trash: true })).toEqual({ count: 0, more: false })
  })

  it('does nothing to what is not the caller’s, or not there', async () => {
    const stranger = await library.addUser()
    const { record } = await library.keep(stranger)
    for (const action of [{ type: 'trash' }, { type: 'favourite', favourite: true }, { type: 'erase' }] as const) {
      expect(await run(action, { ids: [record.id] })).toMatchObject({ seen: 1, changed: 0 })
    }
    expect(await library.images.get(stranger, record.id)).toMatchObject({ favourite: false })
  })

  it('is gone on with after the process that began it is gone', async () => {
    const ids: string[] = []
    for (let number = 0; number < 3; number++) ids.push((await library.keep(user)).record.id)
    const first = createBulks({ ...library, sidecars: library.collections.sidecars })
    await first.close()
    const { id, state } = await first.start(user, { action: { type: 'rate', rating: 3 }, selection: { ids } })
    expect(state).toBe('running')
    await bulks().resume()
    expect(await bulks().get(user, id)).toMatchObject({ state: 'done', changed: 3 })
  })

  it('LB31: is undone but for what was changed since, and forgotten in time', async () => {
    const { record: one } = await library.keep(user)
    const { record: two } = await library.keep(user)
    const { id } = await run({ type: 'rate', rating: 5 }, { ids: [one.id, two.id] })
    await library.collections.details.update(user, two.id, { rating: 1 })
    await undo(id)
    expect([(await library.images.get(user, one.id)).rating, (await library.images.get(user, two.id)).rating]).toEqual([
      0, 1,
    ])
    const erased = await run({ type: 'erase' }, { search: {} })
    await expect(bulks().undo(user, erased.id)).rejects.toMatchObject({ code: 'conflict' })
    await bulks().prune(new Date(Date.now() + 1000))
    await expect(bulks().get(user, id)).rejects.toMatchObject({ code: 'not-found' })
  })
})

/** What a library should be, in a few lines. */
interface Picture {
  tags: Set<string>
  favourite: boolean
  rating: number
  trash: boolean
  inAlbum: boolean
}
type Model = Map<number, Picture>
type Undo = (model: Model) => void

const tagNames = ['fox', 'hen', 'owl'] as const

/** One action on the model, as `apply.ts` does it to the rows; gives what undoing it does. */
function applyToModel(model: Model, action: BulkAction, numbers: readonly number[]): Undo {
  const backs: Undo[] = []
  const then = (number: number, back: (picture: Picture) => void) =>
    backs.push((later) => {
      const picture = later.get(number)
      if (picture !== undefined) back(picture)
    })
  for (const number of numbers) {
    const picture = model.get(number)
    if (picture === undefined || picture.trash !== (action.type === 'restore' || action.type === 'erase')) continue
    switch (action.type) {
      case 'tag':
        for (const { tagId } of action.tags) {
          if (picture.tags.has(tagId)) continue
          picture.tags.add(tagId)
          then(number, (later) => later.tags.delete(tagId))
        }
        break
      case 'untag':
        for (const { tagId } of action.tags)
          if (picture.tags.delete(tagId)) then(number, (later) => later.tags.add(tagId))
        break
      case 'album-add':
      case 'album-remove': {
        const into = action.type === 'album-add'
        if (picture.inAlbum === into) break
        picture.inAlbum = into
        then(number, (later) => (later.inAlbum = !into))
        break
      }
      case 'favourite': {
        const { favourite } = action
        if (picture.favourite === favourite) break
        picture.favourite = favourite
        then(number, (later) => (later.favourite = !favourite))
        break
      }
      case 'rate': {
        const before = picture.rating
        const { rating } = action
        if (before === rating) break
        picture.rating = rating
        then(number, (later) => (later.rating = later.rating === rating ? before : later.rating))
        break
      }
      case 'trash':
      case 'restore': {
        picture.trash = !picture.trash
        then(number, (later) => (later.trash = action.type === 'restore'))
        break
      }
      case 'erase':
        model.delete(number)
        break
    }
  }
  return (later) => backs.forEach((back) => back(later))
}

const pictures = 5
const some = fc.uniqueArray(fc.nat(pictures - 1), { minLength: 1, maxLength: pictures })
const tags = fc.uniqueArray(fc.constantFrom(...tagNames), { minLength: 1 }).map((names) => names.map(label))
const action = (albumId: string): fc.Arbitrary<BulkAction> =>
  fc.oneof(
    fc.record({ type: fc.constantFrom('tag' as const, 'untag' as const), tags }),
    fc.record({ type: fc.constantFrom('album-add' as const, 'album-remove' as const), albumId: fc.constant(albumId) }),
    fc.record({ type: fc.constant('favourite' as const), favourite: fc.boolean() }),
    fc.record({ type: fc.constant('rate' as const), rating: fc.integer({ min: 0, max: 5 }) }),
    fc.record({ type: fc.constantFrom('trash' as const, 'restore' as const) }),
    fc.record({ type: fc.constantFrom('trash' as const, 'restore' as const) }),
  )
const erase: fc.Arbitrary<BulkAction> = fc.constant({ type: 'erase' })

interface World {
  readonly ids: readonly string[]
  readonly keys: readonly string[]
  readonly albumId: string
}

async function expectSame(model: Model, { ids, keys, albumId }: World): Promise<void> {
  await library.collections.sidecars.writeAll()
  const live = [...model.values()].filter(({ trash }) => !trash)
  for (const [number, id] of ids.entries()) {
    const wanted = model.get(number)
    const row = await library.row(id)
    const key = present(keys[number], 'key')
    const sidecar = parseSidecar(await library.storage.read(sidecarKey(key)))
    expect([row !== undefined, await library.storage.stat(key)], `picture ${number}`).toEqual(
      wanted === undefined ? [false, null] : [true, expect.anything()],
    )
    if (wanted === undefined) {
      expect(sidecar).toBeNull()
      continue
    }
    const { favourite, rating, trash, inAlbum } = wanted
    expect(row).toMatchObject({ favourite, rating, sidecar_due: false })
    expect([row?.deleted_at !== null, (sidecar?.deletedAt ?? null) !== null]).toEqual([trash, trash])
    // One that was never changed is as it was first written.
    expect([sidecar?.favourite ?? false, sidecar?.rating ?? 0]).toEqual([favourite, rating])
    expect([new Set(sidecar?.tags.map(({ tagId }) => tagId)), sidecar?.albums?.length ?? 0]).toEqual([
      wanted.tags,
      inAlbum ? 1 : 0,
    ])
  }
  for (const tagId of tagNames) {
    const [tag] = await library.collections.tags.list(user, { q: tagId, limit: 1 })
    expect(tag?.images ?? 0, tagId).toBe(live.filter((picture) => picture.tags.has(tagId)).length)
    expect((await library.images.count(user, { q: `tag:${tagId}` })).count).toBe(tag?.images ?? 0)
  }
  expect((await library.collections.albums.get(user, albumId)).images).toBe(
    live.filter(({ inAlbum }) => inAlbum).length,
  )
  const { images } = await library.collections.timelines.buckets(user)
  expect(images.reduce((sum, one) => sum + one, 0)).toBe(live.length)
  expect((await library.images.count(user, { favourite: true })).count).toBe(
    live.filter(({ favourite }) => favourite).length,
  )
}

async function openWorld(): Promise<World> {
  user = await library.addUser()
  const ids: string[] = []
  const keys: string[] = []
  for (let number = 0; number < pictures; number++) {
    const { record, key } = await library.keep(user)
    ids.push(record.id)
    keys.push(key)
  }
  return { ids, keys, albumId: (await library.collections.albums.create(user, { name: 'Album' })).id }
}

it(
  'LB12, LB31: any sequence of actions and undoing leaves rows, counts, sidecars and files as they should be',
  { timeout: 300_000 },
  async () => {
    const step = fc.record({
      undo: fc.boolean(),
      numbers: some,
      make: fc.oneof(
        { weight: 12, arbitrary: action('00000000-0000-4000-8000-000000000000') },
        { weight: 1, arbitrary: erase },
      ),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
        const world = await openWorld()
        const model: Model = new Map(
          world.ids.map((_, number) => [
            number,
            { tags: new Set<string>(), favourite: false, rating: 0, trash: false, inAlbum: false },
          ]),
        )
        for (const { numbers, make, undo: takeBack } of steps) {
          const one = 'albumId' in make ? { ...make, albumId: world.albumId } : make
          const done = await run(one, { ids: numbers.map((number) => present(world.ids[number], 'id')) })
          const back = applyToModel(model, one, numbers)
          if (takeBack && one.type !== 'erase') {
            await undo(done.id)
            back(model)
          }
        }
        await expectSame(model, world)
        await eraseImages(library, user, world.ids)
      }),
      { numRuns: 12 },
    )
  },
)

it(
  'LB12, LB30: several clients at once leave counts, sidecars and rows in agreement',
  { timeout: 300_000 },
  async () => {
    const world = await openWorld()
    const actions: BulkAction[] = [
      { type: 'tag', tags: [label('fox'), label('hen')] },
      { type: 'trash' },
      { type: 'untag', tags: [label('hen')] },
      { type: 'restore' },
      { type: 'album-add', albumId: world.albumId },
      { type: 'favourite', favourite: true },
    ]
    await Promise.all(
      [...actions, ...actions].map((one, at) =>
        run(one, { ids: at % 2 === 0 ? [...world.ids] : world.ids.toReversed() }),
      ),
    )
    const model: Model = new Map()
    for (const [number, id] of world.ids.entries()) {
      const row = present(await library.row(id), id)
      const has = await library.db
        .selectFrom('image_tags')
        .innerJoin('tags', 'tags.id', 'tag')
        .where('image_id', '=', id)
        .select('tag_id')
        .execute()
      const inAlbum = await library.db
        .selectFrom('album_images')
        .where('image_id', '=', id)
        .select('image_id')
        .execute()
      const { favourite, rating } = row
      model.set(number, {
        tags: new Set(has.map((tag) => tag.tag_id)),
        favourite,
        rating,
        trash: row.deleted_at !== null,
        inAlbum: inAlbum.length > 0,
      })
    }
    await expectSame(model, world)
  },
)
