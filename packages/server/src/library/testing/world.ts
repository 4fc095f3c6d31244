// A library of a few pictures in which clients do what steps of the model say, and what it then looks like.
import { expect } from 'vitest'
import type { BulkAction, Selection, StoredFilter, Tag } from '@easel/contract'
import { codeOf, present } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import { parseSidecar } from '../adopt.ts'
import { sidecarKey, storageKey } from '../image-record.ts'
import type { Library } from '../testing.ts'
import { emptyExpired } from '../trash.ts'
import type { Action, Outcome, State, Step } from './model.ts'

const label = (tagId: string): Tag => ({ tagType: 'LABEL', tagId })

/** Some on one day, the others on the next. */
const timeOf = (number: number): string => new Date(Date.UTC(2026, 2, 1, 19 + number)).toISOString()

interface Place {
  readonly library: Library
  readonly userId: string
  readonly ids: readonly string[]
  readonly albums: readonly string[]
}

export interface Client {
  do(step: Step): Promise<Outcome>
}

const id = (all: readonly string[], at: number): string => present(all[at], `number ${at}`)

function actionOf({ albums }: Place, action: Action): BulkAction {
  switch (action.type) {
    case 'tag':
    case 'untag':
      return { type: action.type, tags: action.tags.map(label) }
    case 'album-add':
    case 'album-remove':
      return { type: action.type, albumId: id(albums, action.album) }
    default:
      return action
  }
}

async function tagNamed({ library, userId }: Place, name: string): Promise<string> {
  const tags = await library.collections.tags.list(userId, { limit: 1000 })
  return tags.find(({ tagId }) => tagId === name)?.id ?? newId()
}

/** One who works in a library, and remembers the bulk actions that can be undone. */
function createClient(place: Place): Client {
  const { library, userId, ids, albums } = place
  const { details, tags, albums: albumsOf, bulks } = library.collections
  const begun: string[] = []

  async function ended(bulkId: string) {
    const over = ['done', 'undone', 'failed']
    await expect.poll(async () => (await bulks.get(userId, bulkId)).state, { interval: 5 }).toBeOneOf(over)
    return await bulks.get(userId, bulkId)
  }

  async function bulk(action: Action, selection: Selection): Promise<Outcome> {
    const started = await bulks.start(userId, { action: actionOf(place, action), selection })
    begun.push(started.id)
    return (await ended(started.id)).changed
  }

  const work: { readonly [Type in Step['type']]: (step: Step & { type: Type }) => Promise<unknown> } = {
    keep: ({ number, tags: names }) =>
      library.keep(userId, {
        id: id(ids, number),
        prompt: `picture ${number}`,
        createdAt: timeOf(number),
        tags: names.map(label),
      }),
    change: ({ number, favourite, rating }) => details.update(userId, id(ids, number), { favourite, rating }),
    tag: (step) => details.addTags(userId, id(ids, step.number), step.tags.map(label)),
    untag: (step) => details.removeTags(userId, id(ids, step.number), step.tags.map(label)),
    trash: ({ number }) => library.images.remove(userId, id(ids, number)),
    restore: ({ number }) => library.images.restore(userId, id(ids, number)),
    'album-add': ({ album, numbers }) =>
      albumsOf.add(
        userId,
        id(albums, album),
        numbers.map((number) => id(ids, number)),
      ),
    'album-remove': ({ album, numbers }) =>
      albumsOf.takeOut(
        userId,
        id(albums, album),
        numbers.map((number) => id(ids, number)),
      ),
    'album-order': ({ album, numbers, before }) =>
      albumsOf.order(userId, id(albums, album), {
        imageIds: numbers.map((number) => id(ids, number)),
        before: before === null ? null : id(ids, before),
      }),
    'album-delete': ({ album }) => albumsOf.remove(userId, id(albums, album)),
    'tag-rename': async ({ from, to }) => await tags.rename(userId, await tagNamed(place, from), label(to)),
    'tag-delete': async ({ from }) => await tags.remove(userId, await tagNamed(place, from)),
    bulk: ({ action, numbers }) => bulk(action, { ids: numbers.map((number) => id(ids, number)) }),
    'bulk-search': ({ action, tag }) => bulk(action, { search: { tagId: tag } satisfies StoredFilter }),
    async undo({ back }) {
      const bulkId = begun.at(-1 - back) ?? newId()
      await bulks.undo(userId, bulkId)
      await ended(bulkId)
    },
    // Everybody's, so that it says nothing how many there were.
    expire: () => emptyExpired(library, new Date(Date.now() + 60_000)).then(() => null),
  }

  return {
    async do(step) {
      const one = work[step.type] as (step: Step) => Promise<unknown> // oxlint-disable-line typescript/consistent-type-assertions -- the one for this very type
      try {
        const told = await one(step)
        return typeof told === 'number' ? told : 'ok'
      } catch (error) {
        const code = codeOf(error)
        if (code !== 'not-found' && code !== 'conflict') throw error
        return code
      }
    },
  }
}

export interface World extends Place {
  readonly client: () => Client
  /** What the library is seen to hold. @param anyOrder albums whose order does not matter */
  state(anyOrder?: ReadonlySet<number>): Promise<State>
  /** Counts, sidecars, files, timeline and usage say what the pictures say. */
  expectAgreement(): Promise<void>
}

/** A library of `pictures` pictures (ids for more of them, up to `most`) and `albums` albums. */
export async function openWorld(
  library: Library,
  { pictures, most, albums }: { readonly pictures: number; readonly most: number; readonly albums: number },
): Promise<World> {
  const userId = await library.addUser()
  const ids = Array.from({ length: most }, () => newId())
  const albumIds: string[] = []
  for (let at = 0; at < albums; at++) {
    albumIds.push((await library.collections.albums.create(userId, { name: `Album ${at}` })).id)
  }
  const place = { library, userId, ids, albums: albumIds }
  const first = createClient(place)
  for (let number = 0; number < pictures; number++) await first.do({ type: 'keep', number, tags: [] })
  return {
    ...place,
    client: () => createClient(place),
    state: (anyOrder = new Set()) => readState(place, anyOrder),
    expectAgreement: () => expectAgreement(place),
  }
}

/** Every page of a list, some at a time. */
async function listed({ library, userId }: Place, filter: StoredFilter, sort: 'date' | 'album' = 'date') {
  const found = []
  for (let cursor: string | undefined; ;) {
    const { data, nextCursor } = await library.images.list(userId, { ...filter, sort, limit: 3, cursor })
    found.push(...data)
    if (nextCursor === null) return found
    cursor = nextCursor
  }
}

async function readState(place: Place, anyOrder: ReadonlySet<number>): Promise<State> {
  const { library, userId, ids, albums } = place
  const all = [...(await listed(place, {})), ...(await listed(place, { trash: true }))]
  const numbers = new Map(ids.map((imageId, number) => [imageId, number]))
  const numberOf = (imageId: string) => present(numbers.get(imageId), imageId)
  const rows = await library.db
    .selectFrom('album_images')
    .innerJoin('albums', 'albums.id', 'album_id')
    .where('user_id', '=', userId)
    .orderBy('position')
    .orderBy('image_id')
    .select(['album_id', 'image_id'])
    .execute()
  const inAlbums = (await library.collections.albums.list(userId)).map(({ id: albumId }) => {
    const at = albums.indexOf(albumId)
    const order = rows.flatMap((row) => (row.album_id === albumId ? numberOf(row.image_id) : []))
    return [at, anyOrder.has(at) ? order.toSorted((a, b) => a - b) : order] as const
  })
  return {
    pictures: Object.fromEntries(
      all.map(({ id: imageId, favourite, rating, deletedAt, tags }) => [
        numberOf(imageId),
        { favourite, rating, trashed: deletedAt !== null, tags: tags.map(({ tagId }) => tagId).toSorted() },
      ]),
    ),
    albums: Object.fromEntries(inAlbums),
    tags: (await library.collections.tags.list(userId, { limit: 1000 })).map(({ tagId }) => tagId).toSorted(),
  }
}

async function timelineOf({ library, userId }: Place): Promise<readonly string[]> {
  const { timelines } = library.collections
  const { key, images } = await timelines.buckets(userId)
  const found: string[] = []
  for (const [at, one] of key.entries()) {
    const bucket = await (await timelines.open(userId, one)).read()
    expect(bucket.id.length, `the count of ${one}`).toBe(images[at])
    found.push(...bucket.id)
  }
  return found
}

async function expectCounts(place: Place): Promise<void> {
  const { library, userId, ids } = place
  const live = await listed(place, {})
  expect(await timelineOf(place), 'the timeline').toEqual(live.map((image) => image.id))
  expect(await library.images.count(userId, {})).toEqual({ count: live.length, more: false })
  for (const tag of await library.collections.tags.list(userId, { limit: 1000 })) {
    const having = live.filter(({ tags }) => tags.some(({ tagId }) => tagId === tag.tagId))
    expect(tag.images, `the count of the tag ${tag.tagId}`).toBe(having.length)
    const found = (await listed(place, { tagId: tag.tagId })).map((image) => image.id)
    expect(found, `pictures of the tag ${tag.tagId}`).toEqual(having.map((image) => image.id))
  }
  for (const album of await library.collections.albums.list(userId)) {
    const inside = await listed(place, { album: album.id }, 'album')
    expect(album.images, `the count of ${album.name}`).toBe(inside.length)
    expect(album.coverId, `the cover of ${album.name}`).toBe(inside[0]?.id ?? null)
  }
  const rows = await library.db.selectFrom('images').where('user_id', '=', userId).select(['id', 'bytes']).execute()
  const totals = library.db.selectFrom('usage_totals').where('user_id', '=', userId).select(['bytes', 'images'])
  const bytes = rows.reduce((sum, row) => sum + row.bytes, 0)
  expect((await totals.executeTakeFirst()) ?? { bytes: 0, images: 0 }).toEqual({ bytes, images: rows.length })
  expect(ids).toEqual(expect.arrayContaining(rows.map((row) => row.id)))
}

async function expectAgreement(place: Place): Promise<void> {
  const { library, userId } = place
  await expectCounts(place)
  await library.collections.sidecars.writeAll()
  const keys: string[] = []
  const all = [...(await listed(place, {})), ...(await listed(place, { trash: true }))]
  for (const image of all) {
    const key = storageKey(userId, image.createdAt, image.filename)
    keys.push(key, sidecarKey(key))
    const sidecar = present(parseSidecar(await library.storage.read(sidecarKey(key))), `the sidecar of ${image.id}`)
    const { favourite = false, rating = 0, deletedAt = null, tags, albums = [] } = sidecar
    expect({ favourite, rating, deletedAt }, 'the sidecar').toEqual({
      favourite: image.favourite,
      rating: image.rating,
      deletedAt: image.deletedAt,
    })
    expect(new Set(tags.map(({ tagId }) => tagId))).toEqual(new Set(image.tags.map(({ tagId }) => tagId)))
    const inside = await library.collections.albums.list(userId, image.id)
    expect(new Set(albums.map((album) => album.id))).toEqual(new Set(inside.map((album) => album.id)))
  }
  expect(await library.keys(`images/user-${userId}`), 'files').toEqual(keys.toSorted())
}
