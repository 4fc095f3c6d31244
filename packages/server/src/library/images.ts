import { sql } from 'kysely'
import type { Image, ImageSource, TagType } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Log } from '#base/log.ts'
import type { Db } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Events } from '#events/events.ts'
import { parseHistoryId } from './history-id.ts'
import { toImage, type ImageRow } from './image-record.ts'
import { decodeCursor, encodeCursor } from './list-cursor.ts'
import { tagsOf } from './tags.ts'

export interface ImageQuery {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly trash?: boolean | undefined
  readonly source?: ImageSource | undefined
  readonly tagType?: TagType | undefined
  readonly tagId?: string | undefined
}

export interface Images {
  /** Pictures of a user, newest first; those in the trash by time of deletion. */
  list(userId: string, query: ImageQuery): Promise<{ data: Image[]; nextCursor: string | null }>
  /** @throws EaselError `not-found`, also for somebody else's picture */
  get(userId: string, id: string): Promise<Image>
  /** The row of a picture that is not in the trash, or null. */
  row(userId: string, id: string): Promise<ImageRow | null>
  byFilename(userId: string, filename: string): Promise<ImageRow | null>
  byHistoryId(userId: string, id: string): Promise<ImageRow | null>
  /** Rows of a user newest first, a page at a time, for answers that stream a whole library. */
  pages(userId: string, size: number): AsyncIterable<readonly ImageRow[]>
  ofGenerations(generationIds: readonly string[]): Promise<ReadonlyMap<string, Image[]>>
  /** Moves a picture to the trash. @throws EaselError `not-found` */
  remove(userId: string, id: string): Promise<void>
  /** Takes a picture out of the trash. @throws EaselError `not-found` */
  restore(userId: string, id: string): Promise<Image>
}

const notFound = () => new EaselError('not-found', 'There is no such picture in your library.')

/** Rows after a position, in the order of the list. A row comparison is what the index can follow. */
function after(column: 'created_at' | 'deleted_at', cursor: string) {
  const { time, id } = decodeCursor(cursor)
  return sql<boolean>`(${sql.ref(column)}, id) < (${time.toISOString()}::timestamptz, ${id}::uuid)`
}

/** The pictures of every user's library. */
export function createImages({ db, events, log }: { db: Db; events: Events; log: Log }): Images {
  async function withTags(rows: readonly ImageRow[]): Promise<Image[]> {
    const tags = await tagsOf(
      db,
      rows.map(({ id }) => id),
    )
    return rows.map((row) => toImage(row, tags.get(row.id) ?? []))
  }

  const live = (userId: string) =>
    db.selectFrom('images').selectAll().where('user_id', '=', userId).where('deleted_at', 'is', null)

  async function setDeleted(userId: string, id: string, deletedAt: Date | null): Promise<void> {
    await inTransaction(db, async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable('images')
        .set({ deleted_at: deletedAt })
        .where('id', '=', id)
        .where('user_id', '=', userId)
        .where('deleted_at', deletedAt === null ? 'is not' : 'is', null)
        .executeTakeFirst()
      if (numUpdatedRows === 0n) throw notFound()
      await events.append(trx, userId, [{ type: deletedAt === null ? 'image.restored' : 'image.deleted', imageId: id }])
    })
    log.info({ image: id, user: userId }, deletedAt === null ? 'image restored' : 'image deleted')
  }

  async function get(userId: string, id: string): Promise<Image> {
    const row = await db
      .selectFrom('images')
      .selectAll()
      .where('user_id', '=', userId)
      .where('id', '=', id)
      .executeTakeFirst()
    const [image] = row === undefined ? [] : await withTags([row])
    if (image === undefined) throw notFound()
    return image
  }

  return {
    get,
    async list(userId, query) {
      const column = query.trash === true ? 'deleted_at' : 'created_at'
      let select = db
        .selectFrom('images')
        .selectAll()
        .where('user_id', '=', userId)
        .where('deleted_at', query.trash === true ? 'is not' : 'is', null)
        .orderBy(column, 'desc')
        .orderBy('id', 'desc')
        .limit(query.limit + 1)
      const { cursor, source, tagType, tagId } = query
      if (cursor !== undefined) select = select.where(after(column, cursor))
      if (source !== undefined) select = select.where('source', '=', source)
      if (tagType !== undefined || tagId !== undefined) {
        select = select.where((eb) => {
          let tagged = eb
            .selectFrom('image_tags')
            .innerJoin('tags', 'tags.id', 'image_tags.tag')
            .whereRef('image_tags.image_id', '=', 'images.id')
            .where('tags.user_id', '=', userId)
            .select('image_tags.image_id')
          if (tagType !== undefined) tagged = tagged.where('tags.tag_type', '=', tagType)
          if (tagId !== undefined) tagged = tagged.where('tags.tag_id', '=', tagId)
          return eb.exists(tagged)
        })
      }
      const rows = await select.execute()
      const page = rows.slice(0, query.limit)
      const last = rows.length > query.limit ? page.at(-1) : undefined
      const time = query.trash === true ? last?.deleted_at : last?.created_at
      return {
        data: await withTags(page),
        nextCursor: last === undefined || time === undefined || time === null ? null : encodeCursor(time, last.id),
      }
    },
    row: async (userId, id) => (await live(userId).where('id', '=', id).executeTakeFirst()) ?? null,
    byFilename: async (userId, filename) =>
      (await live(userId).where('filename', '=', filename).executeTakeFirst()) ?? null,
    async byHistoryId(userId, id) {
      const parsed = parseHistoryId(id)
      if (parsed === null) return null
      const row = await live(userId)
        .where('history_second', '=', parsed.second)
        .where('history_number', '=', parsed.number)
        .executeTakeFirst()
      return row ?? null
    },
    async *pages(userId, size) {
      let cursor: string | null = null
      do {
        const position: string | null = cursor
        let select = live(userId).orderBy('created_at', 'desc').orderBy('id', 'desc').limit(size)
        if (position !== null) select = select.where(after('created_at', position))
        const rows: ImageRow[] = await select.execute()
        if (rows.length > 0) yield rows
        const last = rows.at(-1)
        cursor = last === undefined || rows.length < size ? null : encodeCursor(last.created_at, last.id)
      } while (cursor !== null)
    },
    async ofGenerations(generationIds) {
      const found = new Map<string, Image[]>()
      if (generationIds.length === 0) return found
      const rows = await db
        .selectFrom('images')
        .selectAll()
        .where('generation_id', 'in', [...generationIds])
        .where('deleted_at', 'is', null)
        .orderBy('generation_index')
        .execute()
      for (const image of await withTags(rows)) {
        if (image.generationId === null) continue
        found.set(image.generationId, [...(found.get(image.generationId) ?? []), image])
      }
      return found
    },
    remove: (userId, id) => setDeleted(userId, id, new Date()),
    async restore(userId, id) {
      await setDeleted(userId, id, null)
      return await get(userId, id)
    },
  }
}
