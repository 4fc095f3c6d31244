// The pictures that a link shows now, in its order.
import { sql } from 'kysely'
import type { Db } from '#db/database.ts'
import type { ImageRow } from '#library/image-record.ts'
import { decodeNumberCursor, encodeNumberCursor } from '#library/list-cursor.ts'
import { countSelected, type ShareRow } from './share-record.ts'

/** A picture and where it stands, which is unique for a link only together with its id. */
export type ShownPicture = ImageRow & { readonly position: number }

export interface PicturePage {
  readonly pictures: readonly ShownPicture[]
  readonly nextCursor: string | null
}

function placesOf({ kind, id, image_id: imageId, album_id: albumId }: ShareRow) {
  if (kind === 'image') return sql`select ${imageId}::uuid as image_id, 1::bigint as position`
  if (kind === 'album') return sql`select image_id, position from album_images where album_id = ${albumId}::uuid`
  return sql`select image_id, position from share_images where share_id = ${id}::uuid`
}

/** Nothing that is in the trash, and nothing that is not the owner's. */
const shown = (db: Db, share: ShareRow) =>
  db
    .selectFrom(sql<{ image_id: string; position: number }>`(${placesOf(share)})`.as('places'))
    .innerJoin('images', 'images.id', 'places.image_id')
    .where('images.user_id', '=', share.user_id)
    .where('images.deleted_at', 'is', null)

/** One of them, or null where the link does not show it. */
export async function shownPicture(db: Db, share: ShareRow, imageId: string): Promise<ShownPicture | null> {
  const row = await shown(db, share)
    .where('places.image_id', '=', imageId)
    .selectAll('images')
    .select('places.position')
    .executeTakeFirst()
  return row ?? null
}

/** @throws EaselError `validation-failed` for a cursor that is not one of ours */
export async function shownPage(
  db: Db,
  share: ShareRow,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<PicturePage> {
  const from = cursor === undefined ? null : decodeNumberCursor(cursor)
  const rows = await shown(db, share)
    .$if(from !== null, (page) =>
      page.where(
        sql<boolean>`(places.position, places.image_id) > (${from?.number ?? 0}::bigint, ${from?.id ?? ''}::uuid)`,
      ),
    )
    .orderBy('places.position')
    .orderBy('places.image_id')
    .limit(limit + 1)
    .selectAll('images')
    .select('places.position')
    .execute()
  const pictures = rows.slice(0, limit)
  const last = rows.length > limit ? pictures.at(-1) : undefined
  return { pictures, nextCursor: last === undefined ? null : encodeNumberCursor(last.position, last.id) }
}

/** The last of them, the last first: to an album, new ones are added at its end. */
export async function shownLast(db: Db, share: ShareRow, limit: number): Promise<readonly ShownPicture[]> {
  return await shown(db, share)
    .orderBy('places.position', 'desc')
    .orderBy('places.image_id', 'desc')
    .limit(limit)
    .selectAll('images')
    .select('places.position')
    .execute()
}

/** How many there are. Of an album there may be very many: the database keeps count. */
export async function countShown(db: Db, share: ShareRow): Promise<number> {
  if (share.kind === 'album') {
    const row = await db
      .selectFrom('albums')
      .where('id', '=', share.album_id)
      .where('user_id', '=', share.user_id)
      .select('images')
      .executeTakeFirst()
    return row?.images ?? 0
  }
  if (share.kind === 'image') {
    const picture = share.image_id === null ? null : await shownPicture(db, share, share.image_id)
    return picture === null ? 0 : 1
  }
  const row = await db
    .selectFrom('shares')
    .where('id', '=', share.id)
    .select(countSelected.as('count'))
    .executeTakeFirst()
  return row?.count ?? 0
}
