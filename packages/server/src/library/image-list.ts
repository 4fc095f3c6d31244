import { sql } from 'kysely'
import type { ImageFilter } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Db } from '#db/database.ts'
import type { ImageRow } from './image-record.ts'
import { decodeCursor, decodeNumberCursor, encodeCursor, encodeNumberCursor } from './list-cursor.ts'
import { openSearch, rankedPage, type Search } from './search/search.ts'
import { walk } from './search/walk.ts'

export interface ImageQuery extends ImageFilter {
  readonly limit: number
  readonly cursor?: string | undefined
  /** `date`, the newest first; `rank`, the best first, where there are words; `album`, as somebody has put them. */
  readonly sort?: 'date' | 'rank' | 'album' | undefined
}

interface IdPage {
  readonly ids: readonly string[]
  readonly nextCursor: string | null
}

const idList = (ids: readonly string[]) => sql`(${`{${ids.join(',')}}`}::uuid[])`

async function byDate(db: Db, search: Search, { cursor, limit }: ImageQuery): Promise<IdPage> {
  const { ids, next } = await walk(db, search, { from: cursor === undefined ? null : decodeCursor(cursor), limit })
  return { ids, nextCursor: next === null ? null : encodeCursor(next.time, next.id) }
}

async function byPosition(
  db: Db,
  { userId, query, conditions }: Search,
  { cursor, limit }: ImageQuery,
): Promise<IdPage> {
  if (query.album === null) {
    throw new EaselError('validation-failed', 'Only an album has an order of its own.', {
      fields: [{ field: 'query.sort', message: 'can be album only where an album is asked for' }],
    })
  }
  if (conditions.impossible) return { ids: [], nextCursor: null }
  const from = cursor === undefined ? null : decodeNumberCursor(cursor)
  const after = from === null ? sql`true` : sql`(position, image_id) > (${from.number}::bigint, ${from.id}::uuid)`
  const tagged =
    conditions.tag === null
      ? sql`true`
      : sql`(select true from image_tags where image_id = images.id and tag = ${conditions.tag}) is not null`
  const { rows } = await sql<{ id: string; position: number }>`
    select image_id as id, position from album_images join images on images.id = image_id
    where album_id = ${conditions.album} and images.user_id = ${userId} and images.deleted_at is null and ${after} and ${tagged}
      and ${sql.join([sql`true`, ...conditions.ordered, ...conditions.others], sql` and `)}
    order by position, image_id limit ${limit + 1}::integer`.execute(db)
  const page = rows.slice(0, limit)
  const last = rows.length > limit ? page.at(-1) : undefined
  return {
    ids: page.map(({ id }) => id),
    nextCursor: last === undefined ? null : encodeNumberCursor(last.position, last.id),
  }
}

async function idsOf(db: Db, userId: string, query: ImageQuery): Promise<IdPage> {
  const search = await openSearch(db, userId, query)
  if (query.sort === 'album') return await byPosition(db, search, query)
  const ranked = query.sort === 'rank' ? await rankedPage(db, search, query) : null
  return ranked ?? (await byDate(db, search, query))
}

/**
 * One page of a user's pictures, newest first; of the trash by time of deletion. A page of a search may be short and go on all the same.
 * @throws EaselError `validation-failed` for a cursor that is not ours, and for a search that cannot be understood
 */
export async function listRows(
  db: Db,
  userId: string,
  query: ImageQuery,
): Promise<{ rows: readonly ImageRow[]; nextCursor: string | null }> {
  const { ids, nextCursor } = await idsOf(db, userId, query)
  if (ids.length === 0) return { rows: [], nextCursor }
  const rows = await db
    .selectFrom('images')
    .selectAll()
    .where(sql<boolean>`id = any ${idList(ids)}`)
    .where('user_id', '=', userId)
    .execute()
  const byId = new Map(rows.map((row) => [row.id, row]))
  return { rows: ids.flatMap((id) => byId.get(id) ?? []), nextCursor }
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
