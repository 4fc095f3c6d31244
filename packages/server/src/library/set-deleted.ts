import { sql } from 'kysely'
import { EaselError } from '#base/errors.ts'
import { inTransaction } from '#db/transaction.ts'
import { watcherEvents } from './album-people.ts'
import type { ImagesPorts } from './images.ts'
import { lockImages } from './locks.ts'

/** Moves a picture to the trash, or out of it. @throws EaselError `not-found` when it is not where it was */
export async function setDeleted(
  { db, events, log, sidecars }: ImagesPorts,
  { userId, id }: { readonly userId: string; readonly id: string },
  deletedAt: Date | null,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const { numUpdatedRows } = await trx
      .updateTable('images')
      .set({ deleted_at: deletedAt })
      .where('id', '=', id)
      .where('user_id', '=', userId)
      .where('deleted_at', deletedAt === null ? 'is not' : 'is', null)
      .where('erasing', '=', false)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw new EaselError('not-found', 'There is no such picture in your library.')
    const event = { type: deletedAt === null ? 'image.restored' : 'image.deleted', imageId: id } as const
    await events.appendAll(trx, [{ userId, event }, ...(await watcherEvents(trx, { userId, imageIds: [id] }))])
  })
  sidecars?.changed()
  log.info({ image: id, user: userId }, deletedAt === null ? 'image restored' : 'image deleted')
}

/** Moves all of these pictures of a user to the trash, or none. @throws EaselError `not-found` when one of them is not there */
export async function removeAll(
  { db, events, log, sidecars }: ImagesPorts,
  userId: string,
  ids: readonly string[],
): Promise<void> {
  const unique = [...new Set(ids)]
  if (unique.length === 0) return
  await inTransaction(db, async (trx) => {
    await lockImages(trx, userId, unique)
    const { numUpdatedRows } = await trx
      .updateTable('images')
      .set({ deleted_at: new Date() })
      .where('user_id', '=', userId)
      .where('deleted_at', 'is', null)
      .where('erasing', '=', false)
      .where(sql<boolean>`id = any (${`{${unique.join(',')}}`}::uuid[])`)
      .executeTakeFirst()
    if (Number(numUpdatedRows) < unique.length) {
      throw new EaselError('not-found', 'One of these pictures is not in your library.')
    }
    const gone = unique.map((imageId) => ({ userId, event: { type: 'image.deleted' as const, imageId } }))
    await events.appendAll(trx, [...gone, ...(await watcherEvents(trx, { userId, imageIds: unique }))])
  })
  sidecars?.changed()
  log.info({ images: unique.length, user: userId }, 'images deleted')
}
