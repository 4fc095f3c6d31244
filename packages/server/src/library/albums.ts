import { sql } from 'kysely'
import type { Album, AlbumChange, AlbumCreate, AlbumOrder } from '@easel/contract'
import { codeOf, EaselError } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import type { Db, Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import { positionStep } from './album-members.ts'
import { memberEvents } from './album-people.ts'
import type { LibraryPorts } from './details.ts'
import { lockImages, lockImagesOf } from './locks.ts'
import { nameKey } from '#base/name-key.ts'

export interface Albums {
  /** By name. @param imageId only those that hold this picture */
  list(userId: string, imageId?: string): Promise<Album[]>
  /** @throws EaselError `not-found` */
  get(userId: string, id: string): Promise<Album>
  /** @throws EaselError `conflict` for a name that another album has */
  create(userId: string, album: AlbumCreate): Promise<Album>
  /** @throws EaselError `not-found`, `conflict`; `validation-failed` for a cover that is not in it */
  update(userId: string, id: string, change: AlbumChange): Promise<Album>
  /** Its pictures stay in the library. @throws EaselError `not-found` */
  remove(userId: string, id: string): Promise<void>
  /** At the end, in the order given; what is there already stays where it is. @throws EaselError `not-found`, also for a picture */
  add(userId: string, id: string, imageIds: readonly string[]): Promise<Album>
  /** @throws EaselError `not-found` */
  takeOut(userId: string, id: string, imageIds: readonly string[]): Promise<Album>
  /** @throws EaselError `not-found`, also for a picture that is not in it */
  order(userId: string, id: string, order: AlbumOrder): Promise<Album>
}

const uniqueViolation = '23505'
const idList = (ids: readonly string[]) => sql`${`{${ids.join(',')}}`}::uuid[]`
const noAlbum = () => new EaselError('not-found', 'There is no such album in your library.')
const noPicture = () => new EaselError('not-found', 'There is no such picture in your library.')

/** Waits for whoever changes this album at the moment. @throws EaselError `not-found` */
export async function lockAlbum(trx: Trx, userId: string, id: string): Promise<void> {
  const mine = trx.selectFrom('albums').where('id', '=', id).where('user_id', '=', userId).select('id').forUpdate()
  if ((await mine.executeTakeFirst()) === undefined) throw noAlbum()
}

/** Waits for whoever changes the album or these pictures. @throws EaselError `not-found` for the album */
async function hold(
  trx: Trx,
  { userId, id }: { readonly userId: string; readonly id: string },
  imageIds: readonly string[],
): Promise<void> {
  await lockImages(trx, userId, imageIds)
  await lockAlbum(trx, userId, id)
}

async function takeApart(trx: Trx, userId: string, id: string): Promise<void> {
  await lockImagesOf(trx, userId, id)
  await lockAlbum(trx, userId, id)
  await trx.deleteFrom('albums').where('id', '=', id).execute()
}

/** Puts pictures at the end of an album. @returns those that were not in it */
export async function append(trx: Trx, id: string, imageIds: readonly string[]): Promise<readonly string[]> {
  const { rows } = await sql<{ image_id: string }>`
    insert into album_images (album_id, image_id, position)
    select ${id}::uuid, listed.id, coalesce((select max(position) from album_images where album_id = ${id}::uuid), 0)
      + listed.place * ${positionStep}::bigint
    from unnest(${idList(imageIds)}) with ordinality as listed (id, place)
    order by listed.place
    on conflict do nothing returning image_id`.execute(trx)
  return rows.map((row) => row.image_id)
}

/** Gives every picture of an album a position with room on either side. */
const spread = (trx: Trx, id: string) =>
  sql`update album_images as held set position = counted.place * ${positionStep}::bigint
    from (select image_id, row_number() over (order by position, image_id) as place from album_images where album_id = ${id}::uuid) as counted
    where held.album_id = ${id}::uuid and held.image_id = counted.image_id`.execute(trx)

interface Gap {
  readonly first: number
  readonly step: number
}

/** Where so many pictures go before another one, or null when there is no room. */
async function gapBefore(trx: Trx, id: string, { imageIds, before }: AlbumOrder): Promise<Gap | null> {
  const others = trx
    .selectFrom('album_images')
    .where('album_id', '=', id)
    .where(sql<boolean>`image_id <> all (${idList(imageIds)})`)
  const place =
    before === null ? undefined : await others.where('image_id', '=', before).select('position').executeTakeFirst()
  if (before !== null && place === undefined) throw noPicture()
  const below = place === undefined ? others : others.where('position', '<', place.position)
  const last = await below.select((eb) => eb.fn.max('position').as('position')).executeTakeFirst()
  const from = last?.position ?? 0
  if (place === undefined) return { first: from, step: positionStep }
  const step = Math.floor((place.position - from) / (imageIds.length + 1))
  return step < 1 ? null : { first: from, step }
}

async function move(trx: Trx, id: string, order: AlbumOrder): Promise<void> {
  let gap = await gapBefore(trx, id, order)
  if (gap === null) {
    await spread(trx, id)
    gap = await gapBefore(trx, id, order)
  }
  if (gap === null) throw new EaselError('conflict', 'So many pictures cannot be moved at once.')
  await sql`
    update album_images as held set position = ${gap.first}::bigint + listed.place * ${gap.step}::bigint
    from unnest(${idList(order.imageIds)}) with ordinality as listed (id, place)
    where held.album_id = ${id}::uuid and held.image_id = listed.id`.execute(trx)
}

/** @throws EaselError `not-found` where one of these is not the user's, or in the trash */
export async function checkPictures(trx: Trx, userId: string, imageIds: readonly string[]): Promise<void> {
  const { count } = await trx
    .selectFrom('images')
    .where('user_id', '=', userId)
    .where('deleted_at', 'is', null)
    .where(sql<boolean>`id = any (${idList(imageIds)})`)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  if (count < new Set(imageIds).size) throw noPicture()
}

async function isIn(trx: Trx, id: string, imageIds: readonly string[]): Promise<boolean> {
  const { count } = await trx
    .selectFrom('album_images')
    .where('album_id', '=', id)
    .where(sql<boolean>`image_id = any (${idList(imageIds)})`)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count === new Set(imageIds).size
}

async function updateAlbum(
  trx: Trx,
  { userId, id }: { userId: string; id: string },
  { name, description, coverId }: AlbumChange,
): Promise<void> {
  // Its name stands in the sidecar of each.
  if (name !== undefined) await lockImagesOf(trx, userId, id)
  await lockAlbum(trx, userId, id)
  if (typeof coverId === 'string' && !(await isIn(trx, id, [coverId]))) {
    throw new EaselError('validation-failed', 'The cover has to be a picture of the album.', {
      fields: [{ field: 'body.coverId', message: 'must be a picture of the album' }],
    })
  }
  const set = {
    ...(name === undefined ? {} : { name, name_key: nameKey(name) }),
    ...(description === undefined ? {} : { description }),
    ...(coverId === undefined ? {} : { cover_id: coverId }),
    changed_at: sql<Date>`now()`,
  }
  await trx.updateTable('albums').set(set).where('id', '=', id).execute()
}

const cover = sql<string | null>`coalesce(
  (select images.id from images join album_images on image_id = images.id
    where images.id = albums.cover_id and album_id = albums.id and deleted_at is null),
  (select images.id from album_images join images on images.id = image_id
    where album_id = albums.id and deleted_at is null order by position, image_id limit 1))`

function read(db: Db, userId: string) {
  return db
    .selectFrom('albums')
    .where('user_id', '=', userId)
    .select(['id', 'name', 'description', 'images', 'created_at', 'changed_at', cover.as('coverId')])
}

type Row = Awaited<ReturnType<ReturnType<typeof read>['execute']>>[number]

const toAlbum = ({ created_at: createdAt, changed_at: changedAt, ...row }: Row): Album => ({
  ...row,
  createdAt: createdAt.toISOString(),
  changedAt: changedAt.toISOString(),
})

export function createAlbums({ db, events, sidecars }: LibraryPorts): Albums {
  async function get(userId: string, id: string): Promise<Album> {
    const row = await read(db, userId).where('id', '=', id).executeTakeFirst()
    if (row === undefined) throw noAlbum()
    return toAlbum(row)
  }

  async function change(userId: string, id: string, work: (trx: Trx) => Promise<unknown>): Promise<void> {
    const event = { type: 'library.changed', what: 'albums' } as const
    try {
      await inTransaction(db, async (trx) => {
        // Before the work, which may take the album away.
        const members = await memberEvents(trx, [id])
        await work(trx)
        await events.appendAll(trx, [{ userId, event }, ...members])
      })
    } catch (error) {
      if (codeOf(error) !== uniqueViolation) throw error
      throw new EaselError('conflict', 'Another album of yours has this name.', { cause: error })
    }
    sidecars.changed()
  }

  return {
    get,
    async list(userId, imageId) {
      const rows = await read(db, userId)
        .$if(imageId !== undefined, (query) =>
          query.where(sql<boolean>`id in (select album_id from album_images where image_id = ${imageId}::uuid)`),
        )
        .orderBy('name_key')
        .orderBy('id')
        .execute()
      return rows.map(toAlbum)
    },
    async create(userId, { name, description = null }) {
      const id = newId()
      await change(userId, id, (trx) =>
        trx
          .insertInto('albums')
          .values({ id, user_id: userId, name, name_key: nameKey(name), description, cover_id: null })
          .execute(),
      )
      return await get(userId, id)
    },
    async update(userId, id, fields) {
      await change(userId, id, (trx) => updateAlbum(trx, { userId, id }, fields))
      return await get(userId, id)
    },
    async remove(userId, id) {
      await change(userId, id, (trx) => takeApart(trx, userId, id))
    },
    async add(userId, id, imageIds) {
      await change(userId, id, async (trx) => {
        await hold(trx, { userId, id }, imageIds)
        await checkPictures(trx, userId, imageIds)
        await append(trx, id, imageIds)
      })
      return await get(userId, id)
    },
    async takeOut(userId, id, imageIds) {
      await change(userId, id, async (trx) => {
        await hold(trx, { userId, id }, imageIds)
        await trx
          .deleteFrom('album_images')
          .where('album_id', '=', id)
          .where(sql<boolean>`image_id = any (${idList(imageIds)})`)
          .execute()
      })
      return await get(userId, id)
    },
    async order(userId, id, order) {
      await change(userId, id, async (trx) => {
        await hold(trx, { userId, id }, order.imageIds)
        if (!(await isIn(trx, id, order.imageIds))) throw noPicture()
        await move(trx, id, order)
      })
      return await get(userId, id)
    },
  }
}
