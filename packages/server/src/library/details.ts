import { sql } from 'kysely'
import type { ImageChange, Tag } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Db, Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Events } from '#events/events.ts'
import type { Sidecars } from './sidecars.ts'
import { addTags } from './tags.ts'

export interface LibraryPorts {
  readonly db: Db
  readonly events: Events
  readonly sidecars: Pick<Sidecars, 'changed'>
}

export interface Details {
  /** @throws EaselError `not-found` */
  update(userId: string, id: string, change: ImageChange): Promise<void>
  /** @throws EaselError `not-found` */
  addTags(userId: string, id: string, tags: readonly Tag[]): Promise<void>
  /** Tags that it has not are no error. @throws EaselError `not-found` */
  removeTags(userId: string, id: string, tags: readonly Tag[]): Promise<void>
}

/** Takes tags off pictures of a user. */
async function removeTags(
  trx: Trx,
  { userId, imageIds }: { userId: string; imageIds: readonly string[] },
  tags: readonly Tag[],
): Promise<void> {
  await trx
    .deleteFrom('image_tags')
    .where(sql<boolean>`image_id = any (${`{${imageIds.join(',')}}`}::uuid[])`)
    .where('tag', 'in', (eb) =>
      eb
        .selectFrom('tags')
        .select('id')
        .where('user_id', '=', userId)
        .where((where) => where.or(tags.map((tag) => where.and({ tag_type: tag.tagType, tag_id: tag.tagId })))),
    )
    .execute()
}

/** What people say of one picture. */
export function createDetails({ db, events, sidecars }: LibraryPorts): Details {
  /** Changes a picture that is not in the trash, and tells of it. */
  async function change(userId: string, id: string, work: (trx: Trx) => Promise<void>): Promise<void> {
    await inTransaction(db, async (trx) => {
      const mine = trx
        .selectFrom('images')
        .where('id', '=', id)
        .where('user_id', '=', userId)
        .where('deleted_at', 'is', null)
      if ((await mine.select('id').forUpdate().executeTakeFirst()) === undefined) {
        throw new EaselError('not-found', 'There is no such picture in your library.')
      }
      await work(trx)
      await events.append(trx, userId, [{ type: 'image.changed', imageId: id }])
    })
    sidecars.changed()
  }

  return {
    update: (userId, id, { title, description, notes, favourite, rating }) =>
      change(userId, id, async (trx) => {
        const all = { title, description, notes, favourite, rating }
        const set = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
        if (Object.keys(set).length > 0) await trx.updateTable('images').set(set).where('id', '=', id).execute()
      }),
    addTags: (userId, id, tags) => change(userId, id, (trx) => addTags(trx, { userId, imageId: id }, tags)),
    removeTags: (userId, id, tags) => change(userId, id, (trx) => removeTags(trx, { userId, imageIds: [id] }, tags)),
  }
}
