import type { Image, ImageFilter } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Log } from '#base/log.ts'
import type { Db } from '#db/database.ts'
import type { Events } from '#events/events.ts'
import { parseHistoryId } from './history-id.ts'
import { toImage, type ImageRow } from './image-record.ts'
import { listRows, pagesOf, type ImageQuery } from './image-list.ts'
import { countImages, type Count } from './search/search.ts'
import { removeAll, setDeleted } from './set-deleted.ts'
import type { Sidecars } from './sidecars.ts'
import { tagsOf } from './tags.ts'

export interface Images {
  /** Pictures of a user, newest first; those in the trash by time of deletion. */
  list(userId: string, query: ImageQuery): Promise<{ data: Image[]; nextCursor: string | null }>
  /** How many pictures a search finds, as far as that is quickly told. @throws EaselError `validation-failed` */
  count(userId: string, filter: ImageFilter): Promise<Count>
  /** @throws EaselError `not-found`, also for somebody else's picture and for one in the trash */
  get(userId: string, id: string): Promise<Image>
  /** The row of a picture that is not in the trash, or null. */
  row(userId: string, id: string): Promise<ImageRow | null>
  /** The row of a picture in the trash, or null. Only Easel's own trash asks for it. */
  trashedRow(userId: string, id: string): Promise<ImageRow | null>
  byFilename(userId: string, filename: string): Promise<ImageRow | null>
  byHistoryId(userId: string, id: string): Promise<ImageRow | null>
  /** Rows of a user newest first, a page at a time, for answers that stream a whole library. */
  pages(userId: string, size: number): AsyncIterable<readonly ImageRow[]>
  ofGenerations(generationIds: readonly string[]): Promise<ReadonlyMap<string, Image[]>>
  /** Moves a picture to the trash. @throws EaselError `not-found` */
  remove(userId: string, id: string): Promise<void>
  /** The same for all of these or for none. @throws EaselError `not-found` when one of them is not there */
  removeAll(userId: string, ids: readonly string[]): Promise<void>
  /** Takes a picture out of the trash. @throws EaselError `not-found` */
  restore(userId: string, id: string): Promise<Image>
}

const notFound = () => new EaselError('not-found', 'There is no such picture in your library.')

export interface ImagesPorts {
  readonly db: Db
  readonly events: Events
  readonly log: Log
  /** Absent: what changes is written by whoever looks for it next. */
  readonly sidecars?: Pick<Sidecars, 'changed'>
}

/** The pictures of every user's library. */
export function createImages(ports: ImagesPorts): Images {
  const { db } = ports
  async function withTags(rows: readonly ImageRow[]): Promise<Image[]> {
    const tags = await tagsOf(
      db,
      rows.map(({ id }) => id),
    )
    return rows.map((row) => toImage(row, tags.get(row.id) ?? []))
  }

  const all = (userId: string) => db.selectFrom('images').selectAll().where('user_id', '=', userId)
  const live = (userId: string) => all(userId).where('deleted_at', 'is', null)
  const trashed = (userId: string) => all(userId).where('deleted_at', 'is not', null)

  async function get(userId: string, id: string): Promise<Image> {
    const row = await live(userId).where('id', '=', id).executeTakeFirst()
    const [image] = row === undefined ? [] : await withTags([row])
    if (image === undefined) throw notFound()
    return image
  }

  return {
    get,
    async list(userId, query) {
      const { rows, nextCursor } = await listRows(db, userId, query)
      return { data: await withTags(rows), nextCursor }
    },
    count: (userId, filter) => countImages(db, userId, filter),
    row: async (userId, id) => (await live(userId).where('id', '=', id).executeTakeFirst()) ?? null,
    trashedRow: async (userId, id) => (await trashed(userId).where('id', '=', id).executeTakeFirst()) ?? null,
    async byFilename(userId, filename) {
      // PostgreSQL would refuse the query.
      if (filename.includes('\u0000')) return null
      return (await live(userId).where('filename', '=', filename).executeTakeFirst()) ?? null
    },
    async byHistoryId(userId, id) {
      const parsed = parseHistoryId(id)
      if (parsed === null) return null
      const row = await live(userId)
        .where('history_second', '=', parsed.second)
        .where('history_number', '=', parsed.number)
        .executeTakeFirst()
      return row ?? null
    },
    pages: (userId, size) => pagesOf(db, userId, size),
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
    remove: (userId, id) => setDeleted(ports, { userId, id }, new Date()),
    removeAll: (userId, ids) => removeAll(ports, userId, ids),
    async restore(userId, id) {
      await setDeleted(ports, { userId, id }, null)
      return await get(userId, id)
    },
  }
}
