// Albums of an export, and what stands in them in which order. Rule TR56 in docs/spec/transfer.md.
import { sql } from 'kysely'
import type { ExportedAlbum, ExportedAlbumPicture, RecordOutcome } from '@easel/contract'
import type { Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import { append } from '#library/albums.ts'
import { nameKey } from '#base/name-key.ts'
import { takeNamed } from './named.ts'
import { past, type RecordPorts } from './record-ports.ts'

/** Takes albums back, empty. One of that name is that album. */
export async function takeAlbums(
  ports: RecordPorts,
  userId: string,
  { albums, now }: { albums: readonly ExportedAlbum[]; now: number },
): Promise<RecordOutcome[]> {
  return await takeNamed(
    ports,
    { userId, all: albums },
    {
      table: 'albums',
      what: 'albums',
      faultOf: () => null,
      async insert(trx, { name, description, createdAt }, id) {
        const inserted = await trx
          .insertInto('albums')
          .values({
            id,
            user_id: userId,
            name,
            name_key: nameKey(name),
            description,
            cover_id: null,
            created_at: past(createdAt, now),
          })
          .onConflict((conflict) => conflict.doNothing())
          .returning('id')
          .executeTakeFirst()
        return inserted !== undefined
      },
    },
  )
}

const refused = (why: string): RecordOutcome => ({ outcome: 'refused', id: null, why })
const idList = (ids: Iterable<string>) => sql`${`{${[...ids].join(',')}}`}::uuid[]`

/** Those that are this user's. Nobody else changes them, or what stands in them, until the transaction ends. */
async function ownOf(
  trx: Trx,
  userId: string,
  { table, ids }: { table: 'albums' | 'images'; ids: ReadonlySet<string> },
) {
  const mine = trx
    .selectFrom(table)
    .where('user_id', '=', userId)
    .where(sql<boolean>`id = any (${idList(ids)})`)
    // In one order, so that two of these at once do not wait for each other.
    .orderBy('id')
    .select('id')
  const rows = await mine.forUpdate().execute()
  return new Set(rows.map(({ id }) => id))
}

/** Where no picture of the album is its cover. @returns whether it is now */
async function setCover(trx: Trx, { albumId, imageId }: ExportedAlbumPicture): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('albums')
    .set({ cover_id: imageId })
    .where('id', '=', albumId)
    .where(
      sql<boolean>`not exists (select from album_images where album_id = albums.id and image_id = albums.cover_id)`,
    )
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/**
 * Puts pictures, also those in the trash, at the end of their albums in the order given; what stands in one already stays where it
 * stands. An album without a chosen cover gets that of the export.
 */
export async function takeAlbumPictures(
  { db, events }: RecordPorts,
  userId: string,
  given: readonly ExportedAlbumPicture[],
): Promise<RecordOutcome[]> {
  if (given.length === 0) return []
  return await inTransaction(db, async (trx) => {
    const ids = (key: 'albumId' | 'imageId') => new Set(given.map((one) => one[key]))
    const images = await ownOf(trx, userId, { table: 'images', ids: ids('imageId') })
    const albums = await ownOf(trx, userId, { table: 'albums', ids: ids('albumId') })
    const sound = given.filter(({ albumId, imageId }) => albums.has(albumId) && images.has(imageId))
    const taken = new Map<string, Set<string>>()
    for (const [albumId, places] of Map.groupBy(sound, (one) => one.albumId)) {
      const imageIds = new Set(places.map(({ imageId }) => imageId))
      taken.set(albumId, new Set(await append(trx, albumId, [...imageIds])))
    }
    let changed = [...taken.values()].some(({ size }) => size > 0)
    for (const one of sound) if (one.isCover) changed = (await setCover(trx, one)) || changed
    if (changed) await events.append(trx, userId, [{ type: 'library.changed', what: 'albums' }])
    return given.map(({ albumId, imageId }): RecordOutcome => {
      if (!albums.has(albumId)) return refused('This album is not in the library.')
      if (!images.has(imageId)) return refused('This picture is not in the library.')
      // `delete`: a second line of the same place finds the first one.
      return { outcome: taken.get(albumId)?.delete(imageId) === true ? 'taken' : 'there', id: imageId, why: null }
    })
  })
}
