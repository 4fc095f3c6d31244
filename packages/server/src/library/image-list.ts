import { sql } from 'kysely'
import type { ImageSource, TagType } from '@easel/contract'
import type { Db } from '#db/database.ts'
import type { ImageRow } from './image-record.ts'
import { decodeCursor, encodeCursor } from './list-cursor.ts'

export interface ImageQuery {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly trash?: boolean | undefined
  readonly source?: ImageSource | undefined
  readonly tagType?: TagType | undefined
  readonly tagId?: string | undefined
}

/** Rows after a position, in the order of the list. A row comparison is what the index can follow. */
function after(column: 'created_at' | 'deleted_at', cursor: string) {
  const { time, id } = decodeCursor(cursor)
  return sql<boolean>`(${sql.ref(column)}, id) < (${time.toISOString()}::timestamptz, ${id}::uuid)`
}

const of = (db: Db, userId: string, trash: boolean) =>
  db
    .selectFrom('images')
    .selectAll()
    .where('user_id', '=', userId)
    .where('deleted_at', trash ? 'is not' : 'is', null)

function tagged(select: ReturnType<typeof of>, userId: string, { tagType, tagId }: ImageQuery) {
  if (tagType === undefined && tagId === undefined) return select
  return select.where((eb) => {
    let tags = eb
      .selectFrom('image_tags')
      .innerJoin('tags', 'tags.id', 'image_tags.tag')
      .whereRef('image_tags.image_id', '=', 'images.id')
      .where('tags.user_id', '=', userId)
      .select('image_tags.image_id')
    if (tagType !== undefined) tags = tags.where('tags.tag_type', '=', tagType)
    if (tagId !== undefined) tags = tags.where('tags.tag_id', '=', tagId)
    return eb.exists(tags)
  })
}

/** One page of a user's pictures, newest first; of the trash by time of deletion. @throws EaselError for a cursor that is not ours */
export async function listRows(
  db: Db,
  userId: string,
  query: ImageQuery,
): Promise<{ rows: readonly ImageRow[]; nextCursor: string | null }> {
  const { trash = false, cursor, source, limit, tagId } = query
  // PostgreSQL would refuse the query.
  if (tagId?.includes('\u0000') === true) return { rows: [], nextCursor: null }
  const column = trash ? 'deleted_at' : 'created_at'
  let select = tagged(of(db, userId, trash), userId, query)
  if (cursor !== undefined) select = select.where(after(column, cursor))
  if (source !== undefined) select = select.where('source', '=', source)
  const rows = await select
    .orderBy(column, 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  const page = rows.slice(0, limit)
  const last = rows.length > limit ? page.at(-1) : undefined
  const time = last?.[column] ?? null
  return { rows: page, nextCursor: last === undefined || time === null ? null : encodeCursor(time, last.id) }
}

/** All of a user's pictures, newest first, a page at a time. */
export async function* pagesOf(db: Db, userId: string, size: number): AsyncIterable<readonly ImageRow[]> {
  for (let cursor: string | undefined; ;) {
    const { rows, nextCursor } = await listRows(db, userId, { limit: size, cursor })
    if (rows.length > 0) yield rows
    if (nextCursor === null) return
    cursor = nextCursor
  }
}
