import { sql } from 'kysely'
import type { CountedTag, Tag, TagType } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import type { Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { LibraryPorts } from './details.ts'
import { lockImages } from './locks.ts'

interface TagQuery {
  readonly q?: string | undefined
  readonly tagType?: TagType | undefined
  readonly limit: number
}

export interface TagList {
  /** The most used first; with `q` those that begin with it before those that have it inside. */
  list(userId: string, query: TagQuery): Promise<CountedTag[]>
  /** Gives a tag another name or type; a tag that has it already takes the pictures. @throws EaselError `not-found` */
  rename(userId: string, id: string, tag: Tag): Promise<CountedTag>
  /** @throws EaselError `not-found` */
  remove(userId: string, id: string): Promise<void>
}

/** Pictures whose tag changes in one transaction. */
const batch = 200

/** Some pictures of a tag at a time, so that nobody waits for thousands. @returns whether there were any */
async function takeOff(trx: Trx, userId: string, from: string): Promise<readonly string[]> {
  const some = trx.selectFrom('image_tags').where('tag', '=', from).select('image_id').limit(sql.lit(batch))
  const ids = (await some.execute()).map((row) => row.image_id)
  if (ids.length === 0) return ids
  await lockImages(trx, userId, ids)
  await trx.deleteFrom('image_tags').where('tag', '=', from).where('image_id', 'in', ids).execute()
  return ids
}

/** Whether somebody put the tag on a picture meanwhile; where not, nobody does until `trx` ends. */
async function isPutOnAgain(trx: Trx, id: string): Promise<boolean> {
  await trx.selectFrom('tags').where('id', '=', id).select('id').forUpdate().execute()
  const one = trx.selectFrom('image_tags').where('tag', '=', id).select('image_id').limit(sql.lit(1))
  return (await one.executeTakeFirst()) !== undefined
}

/** Keeps a tag from being deleted until `trx` ends. @throws EaselError `not-found` when it was already */
async function holdTag(trx: Trx, userId: string, id: string): Promise<void> {
  const held = trx.selectFrom('tags').where('user_id', '=', userId).where('id', '=', id).select('id').forKeyShare()
  if ((await held.executeTakeFirst()) !== undefined) return
  throw new EaselError('not-found', 'The tag that this one was to become is gone. Try again.')
}

export function createTagList({ db, events, sidecars }: LibraryPorts): TagList {
  const mine = (userId: string) =>
    db
      .selectFrom('tags')
      .where('user_id', '=', userId)
      .select(['id', 'tag_type as tagType', 'tag_id as tagId', 'images'])

  async function find(userId: string, id: string): Promise<CountedTag> {
    const tag = await mine(userId).where('id', '=', id).executeTakeFirst()
    if (tag === undefined) throw new EaselError('not-found', 'There is no such tag in your library.')
    return tag
  }

  /** A crash leaves both tags with some of the pictures each; a repeat goes on. */
  async function empty(userId: string, from: string, into: string | null): Promise<void> {
    for (let more = true; more;) {
      more = await inTransaction(db, async (trx) => {
        const ids = await takeOff(trx, userId, from)
        if (into !== null && ids.length > 0) {
          await holdTag(trx, userId, into)
          await trx
            .insertInto('image_tags')
            .values(ids.map((imageId) => ({ image_id: imageId, tag: into })))
            .onConflict((conflict) => conflict.doNothing())
            .execute()
        }
        if (ids.length > 0 || (await isPutOnAgain(trx, from))) return true
        await trx.deleteFrom('tags').where('id', '=', from).where('user_id', '=', userId).execute()
        await events.append(trx, userId, [
          { type: 'library.changed', what: 'tags' },
          { type: 'library.changed', what: 'images' },
        ])
        return false
      })
    }
    sidecars.changed()
  }

  return {
    async list(userId, { q = '', tagType, limit }) {
      let select = mine(userId)
      if (tagType !== undefined) select = select.where('tag_type', '=', tagType)
      const literal = q.replaceAll(/[\\%_]/g, String.raw`\$&`)
      if (q !== '') select = select.where('tag_id', 'ilike', `%${literal}%`)
      return await select
        .orderBy(sql`tag_id ilike ${`${literal}%`}`, 'desc')
        .orderBy('images', 'desc')
        .orderBy('tag_id')
        .orderBy('id')
        .limit(limit)
        .execute()
    },

    async rename(userId, id, { tagType, tagId }) {
      const from = await find(userId, id)
      if (from.tagType === tagType && from.tagId === tagId) return from
      await db
        .insertInto('tags')
        .values({ id: newId(), user_id: userId, tag_type: tagType, tag_id: tagId })
        .onConflict((conflict) => conflict.columns(['user_id', 'tag_type', 'tag_id']).doNothing())
        .execute()
      const into = await mine(userId)
        .where('tag_type', '=', tagType)
        .where('tag_id', '=', tagId)
        .executeTakeFirstOrThrow()
      await empty(userId, id, into.id)
      return await find(userId, into.id)
    },

    async remove(userId, id) {
      await find(userId, id)
      await empty(userId, id, null)
    },
  }
}
