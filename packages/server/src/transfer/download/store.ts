// Archives that wait to be fetched, where every process finds them. Rules TR60 … in docs/spec/transfer.md.
import { sql, type Selectable } from 'kysely'
import { DefectError, EaselError } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import { digestOfToken, newOneTimeToken } from '#base/one-time-token.ts'
import type { Db } from '#db/database.ts'
import type { DownloadPartTable, DownloadTable } from '#db/download-tables.ts'
import type { DirectoryFacts } from '../zip/zip-records.ts'

export type DownloadRow = Selectable<DownloadTable>
export type PartRow = Selectable<DownloadPartTable>

/** An archive that nobody fetches for so long cannot be fetched any more. */
const idleMs = 60 * 60_000
/** Nobody begins to fetch it later than this after it was asked for. */
const mostMs = 24 * 60 * 60_000
/** It is kept for so long after its end, for whoever is still at it. */
const keptMs = 24 * 60 * 60_000
/** Archives of a user that wait at a time. */
const mostWaiting = 50

export interface NewDownload {
  readonly userId: string
  readonly filename: string
  /** JSON */
  readonly form: string
}

export interface Totals {
  readonly filename: string
  readonly pictures: number
  readonly missing: number
  readonly entries: number
  /** Null where nobody knows before it is sent. */
  readonly directory: DirectoryFacts | null
}

export interface DownloadStore {
  /** Begins one; nobody can fetch it before `finish`. @throws EaselError `too-many-requests` */
  begin(download: NewDownload): Promise<{ readonly id: string; readonly token: string }>
  addPart(part: PartRow): Promise<void>
  finish(id: string, totals: Totals): Promise<DownloadRow>
  drop(id: string): Promise<void>
  /** The one that a token is for, as long as it can be fetched and its owner may. It can for a while longer then. */
  find(token: string): Promise<DownloadRow | null>
  /** It is still being fetched. */
  used(row: DownloadRow): Promise<void>
  /** The parts from the one that holds a place on. @throws DefectError when the archive is gone */
  parts(id: string, from: { readonly of: 'files' | 'directory'; readonly at: number }): AsyncGenerator<PartRow>
  prune(): Promise<void>
}

const endOf = (createdAt: Date) => new Date(Math.min(Date.now() + idleMs, createdAt.getTime() + mostMs))

async function begin(db: Db, { userId, filename, form }: NewDownload): Promise<{ id: string; token: string }> {
  const { waiting } = await db
    .selectFrom('downloads')
    .where('user_id', '=', userId)
    .where('expires_at', '>', new Date())
    .select((eb) => eb.fn.countAll<number>().as('waiting'))
    .executeTakeFirstOrThrow()
  if (waiting >= mostWaiting) {
    throw new EaselError('too-many-requests', 'Many archives of yours wait to be fetched. Fetch them first.')
  }
  const id = newId()
  const token = newOneTimeToken()
  const row = { id, user_id: userId, digest: digestOfToken(token), filename, form, expires_at: endOf(new Date()) }
  await db.insertInto('downloads').values(row).execute()
  return { id, token }
}

export function createDownloadStore(db: Db): DownloadStore {
  /** The first part to be read, and the last one there is. */
  async function partsFrom(id: string, { of, at }: { of: 'files' | 'directory'; at: number }) {
    const column = of === 'files' ? 'at' : 'directory_at'
    return await db
      .selectFrom('download_parts')
      .where('download_id', '=', id)
      .select(({ fn }) => [fn.max('number').filterWhere(column, '<=', at).as('first'), fn.max('number').as('last')])
      .executeTakeFirstOrThrow()
  }

  async function used({ id, created_at: createdAt }: DownloadRow): Promise<void> {
    await db
      .updateTable('downloads')
      .set({ expires_at: endOf(createdAt) })
      .where('id', '=', id)
      .execute()
  }

  return {
    used,
    begin: (download) => begin(db, download),
    async addPart(part) {
      await db.insertInto('download_parts').values(part).execute()
    },
    async finish(id, { filename, pictures, missing, entries, directory }) {
      const places = { directory_at: directory?.offset ?? null, directory_length: directory?.length ?? null }
      return await db
        .updateTable('downloads')
        .set({ filename, pictures, missing, entries, ...places })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow()
    },
    async drop(id) {
      await db.deleteFrom('downloads').where('id', '=', id).execute()
    },
    async find(token) {
      const row = await db
        .selectFrom('downloads')
        .innerJoin('users', 'users.id', 'downloads.user_id')
        .where('digest', '=', digestOfToken(token))
        .where('entries', 'is not', null)
        .where('downloads.expires_at', '>', new Date())
        .where('disabled_at', 'is', null)
        .where(sql<boolean>`coalesce(users.expires_at > now(), true)`)
        .selectAll('downloads')
        .executeTakeFirst()
      if (row === undefined) return null
      await used(row)
      return row
    },
    async *parts(id, from) {
      const { first, last } = await partsFrom(id, from)
      for (let number = first ?? 0; number <= (last ?? -1); number++) {
        const part = await db
          .selectFrom('download_parts')
          .where('download_id', '=', id)
          .where('number', '=', number)
          .selectAll()
          .executeTakeFirst()
        if (part === undefined) throw new DefectError('An archive is gone while it is fetched')
        yield part
      }
    },
    async prune() {
      await db
        .deleteFrom('downloads')
        .where('expires_at', '<', new Date(Date.now() - keptMs))
        .execute()
    },
  }
}
