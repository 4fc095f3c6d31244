// Links as their owners make, change and end them. Rules SH1 … in docs/spec/sharing.md.
import { sql } from 'kysely'
import type { Share, ShareChange, ShareCreate, ShareTarget } from '@easel/contract'
import { systemClock, type Clock } from '#base/clock.ts'
import { EaselError } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import type { Log } from '#base/log.ts'
import type { Db, Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Events } from '#events/events.ts'
import { decodeCursor, encodeCursor } from '#library/list-cursor.ts'
import { lockImages } from '#library/locks.ts'
import { publish, publishing, type Published } from './publish.ts'
import { newShareName } from './share-name.ts'
import { selectShares, toShare, type ShareRow } from './share-record.ts'

export interface ShareQuery {
  readonly limit: number
  readonly cursor?: string | undefined
  /** Only links to this picture alone. */
  readonly image?: string | undefined
  readonly album?: string | undefined
}

export interface Links {
  /** The newest first. */
  list(userId: string, query: ShareQuery): Promise<{ data: Share[]; nextCursor: string | null }>
  /** @throws EaselError `not-found`, also for somebody else's */
  get(userId: string, id: string): Promise<Share>
  /** @throws EaselError `not-found` for what is not in the library; `validation-failed` */
  create(userId: string, wish: ShareCreate): Promise<Share>
  /** @throws EaselError `not-found`; `conflict` for one that was revoked; `validation-failed` */
  update(userId: string, id: string, change: ShareChange): Promise<Share>
  /** A repeat changes nothing. @throws EaselError `not-found` */
  revoke(userId: string, id: string): Promise<void>
}

export interface LinksPorts {
  readonly db: Db
  readonly events: Events
  readonly log: Log
  readonly hashPassword: (password: string) => Promise<string>
  /** The origin that people use, or null: addresses are paths then. */
  readonly publicUrl: string | null
  /** That of a CDN, or null. */
  readonly cdnUrl: string | null
  readonly galleryIsOn: () => boolean
  readonly clock?: Clock | undefined
}

type Options = Pick<ShareCreate, Exclude<keyof ShareCreate, 'target' | 'name'>>

const noLink = () => new EaselError('not-found', 'There is no such link of yours.')
const noPicture = () => new EaselError('not-found', 'There is no such picture in your library.')
const changed = [{ type: 'library.changed', what: 'shares' }] as const

/** The columns that a wish names; what is absent stays out. */
async function columnsOf(
  { title, comment, startsAt, expiresAt, password, viewLimit, download, prompt, listed, address }: Options,
  hashPassword: LinksPorts['hashPassword'],
): Promise<Partial<ShareRow>> {
  const when = (time: string | null) => (time === null ? null : new Date(time))
  return {
    ...(title === undefined ? {} : { title }),
    ...(comment === undefined ? {} : { comment }),
    ...(startsAt === undefined ? {} : { starts_at: when(startsAt) }),
    ...(expiresAt === undefined ? {} : { expires_at: when(expiresAt) }),
    ...(password === undefined ? {} : { password: password === null ? null : await hashPassword(password) }),
    ...(viewLimit === undefined ? {} : { view_limit: viewLimit }),
    ...(download === undefined ? {} : { download }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(listed === undefined ? {} : { listed }),
    ...(address === undefined ? {} : { address }),
  }
}

/** @throws EaselError `validation-failed` for a link that ends before it begins */
function checkTimes({ starts_at: from, expires_at: to }: Partial<Pick<ShareRow, 'starts_at' | 'expires_at'>>): void {
  if (!(from instanceof Date) || !(to instanceof Date) || from < to) return
  throw new EaselError('validation-failed', 'A link ends after it begins.', {
    fields: [{ field: 'body.expiresAt', message: 'must be later than startsAt' }],
  })
}

/** Nobody erases these pictures before the link is there. @throws EaselError `not-found` for one that is not in the library */
async function holdPictures(trx: Trx, userId: string, ids: readonly string[]): Promise<void> {
  await lockImages(trx, userId, ids)
  const { count } = await trx
    .selectFrom('images')
    .where('user_id', '=', userId)
    .where('deleted_at', 'is', null)
    .where(sql<boolean>`id = any (${`{${ids.join(',')}}`}::uuid[])`)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  if (count < ids.length) throw noPicture()
}

async function holdAlbum(trx: Trx, userId: string, albumId: string): Promise<void> {
  const mine = trx.selectFrom('albums').where('id', '=', albumId).where('user_id', '=', userId).select('id').forShare()
  if ((await mine.executeTakeFirst()) === undefined)
    throw new EaselError('not-found', 'There is no such album in your library.')
}

async function insert(
  trx: Trx,
  target: ShareTarget,
  row: Pick<ShareRow, 'id' | 'user_id' | 'name' | 'download' | 'prompt' | 'listed'>,
): Promise<void> {
  const { kind } = target
  if (kind === 'album') await holdAlbum(trx, row.user_id, target.albumId)
  const imageIds = kind === 'images' ? [...new Set(target.imageIds)] : kind === 'image' ? [target.imageId] : []
  if (imageIds.length > 0) await holdPictures(trx, row.user_id, imageIds)
  const filename = ({ imageId }: { imageId: string }) =>
    sql<string>`(select filename from images where id = ${imageId}::uuid)`
  const shown = {
    ...(kind === 'image' ? { image_id: target.imageId, filename: filename(target) } : {}),
    ...(kind === 'album' ? { album_id: target.albumId } : {}),
  }
  await trx
    .insertInto('shares')
    .values({ ...row, ...shown, kind })
    .execute()
  if (kind !== 'images') return
  await sql`
    insert into share_images (share_id, position, image_id)
    select ${row.id}::uuid, listed.place, listed.id
    from unnest(${`{${imageIds.join(',')}}`}::uuid[]) with ordinality as listed (id, place)`.execute(trx)
}

export function createLinks(ports: LinksPorts): Links {
  const { db, events, log, hashPassword, publicUrl, cdnUrl, galleryIsOn, clock = systemClock } = ports
  const telling = () => ({ origin: publicUrl ?? '', cdnUrl, now: clock.now(), gallery: galleryIsOn() })

  async function get(userId: string, id: string): Promise<Share> {
    const row = await selectShares(db, userId).where('shares.id', '=', id).executeTakeFirst()
    if (row === undefined) throw noLink()
    return toShare(row, telling())
  }

  return {
    get,
    async list(userId, { limit, cursor, image, album }) {
      let page = selectShares(db, userId)
      if (image !== undefined) page = page.where('shares.image_id', '=', image)
      if (album !== undefined) page = page.where('shares.album_id', '=', album)
      if (cursor !== undefined) page = page.where('shares.id', '<', decodeCursor(cursor).id)
      const rows = await page
        .orderBy('shares.id', 'desc')
        .limit(limit + 1)
        .execute()
      const last = rows.length > limit ? rows[limit - 1] : undefined
      return {
        data: rows.slice(0, limit).map((row) => toShare(row, telling())),
        nextCursor: last === undefined ? null : encodeCursor(last.created_at, last.id),
      }
    },
    async create(userId, { target, name, ...options }) {
      const columns = await columnsOf(options, hashPassword)
      checkTimes(columns)
      const id = newId()
      const open = { download: true, prompt: false, listed: false }
      const bare: Published = { kind: target.kind, password: null, view_limit: null, address: null }
      await publishing(db, async (trx) => {
        await publish(trx, { ...bare, ...columns, id, user_id: userId }, { asked: columns.address, galleryIsOn })
        await insert(trx, target, { ...open, ...columns, id, user_id: userId, name: newShareName(name) })
        await events.append(trx, userId, [...changed, { type: 'share.created', shareId: id }])
      })
      log.info({ user: userId, share: id, kind: target.kind }, 'link made')
      return await get(userId, id)
    },
    async update(userId, id, change) {
      const columns = await columnsOf(change, hashPassword)
      await publishing(db, async (trx) => {
        const mine = trx.selectFrom('shares').selectAll().where('id', '=', id).where('user_id', '=', userId)
        const row = await mine.forUpdate().executeTakeFirst()
        if (row === undefined) throw noLink()
        if (row.revoked_at !== null) throw new EaselError('conflict', 'This link was taken back, for good.')
        checkTimes({ ...row, ...columns })
        const asked = columns.address === row.address ? null : columns.address
        await publish(trx, { ...row, ...columns, id }, { asked, galleryIsOn })
        if (Object.keys(columns).length === 0) return
        await trx.updateTable('shares').set(columns).where('id', '=', id).execute()
        await events.append(trx, userId, changed)
      })
      return await get(userId, id)
    },
    async revoke(userId, id) {
      await inTransaction(db, async (trx) => {
        const mine = trx.selectFrom('shares').select('revoked_at').where('id', '=', id).where('user_id', '=', userId)
        const row = await mine.forUpdate().executeTakeFirst()
        if (row === undefined) throw noLink()
        if (row.revoked_at !== null) return
        await trx
          .updateTable('shares')
          .set({ revoked_at: new Date(clock.now()) })
          .where('id', '=', id)
          .execute()
        await events.append(trx, userId, changed)
      })
      log.info({ user: userId, share: id }, 'link taken back')
    },
  }
}
