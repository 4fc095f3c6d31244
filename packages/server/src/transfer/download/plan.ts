// Fixes what is in an archive: which pictures, under which names, and where each stands.
import { sql } from 'kysely'
import type { DownloadRequest } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Db } from '#db/database.ts'
import { listRows } from '#library/image-list.ts'
import type { ImageRow } from '#library/image-record.ts'
import { tagsOf } from '#library/tags.ts'
import type { Storage } from '#storage/spec/storage.ts'
import { faultOf } from '../export/export.ts'
import { recordText } from '../export/records.ts'
import { createNamer } from '../zip/entry-names.ts'
import { createMeasure } from '../zip/zip.ts'
import { factsOf, type Line } from './lines.ts'
import { pictureName } from './picture-name.ts'
import type { DownloadStore, Totals } from './store.ts'

/** Their names are held in memory while the archive is planned. */
const usualMost = 100_000
/** Entries of one part, and characters of its lines. */
const partEntries = 100
const partText = 256 * 1024

export const missingName = 'missing.json'

export interface Missing {
  readonly id: string
  readonly filename: string
  readonly why: string
}

export const missingText = (missing: readonly Missing[]): string => `${JSON.stringify({ missing }, null, 2)}\n`

/** Pictures of the user's among the chosen ones, some at a time. */
async function* chosen(
  db: Db,
  userId: string,
  { selection, sort }: DownloadRequest,
): AsyncGenerator<readonly ImageRow[], void, undefined> {
  if ('ids' in selection) {
    const ids = [...new Set(selection.ids)]
    for (let at = 0; at < ids.length; at += partEntries) {
      const some = ids.slice(at, at + partEntries)
      const rows = await db
        .selectFrom('images')
        .selectAll()
        .where(sql<boolean>`id = any (${`{${some.join(',')}}`}::uuid[])`)
        .where('user_id', '=', userId)
        .where('deleted_at', 'is', null)
        .execute()
      const byId = new Map(rows.map((row) => [row.id, row]))
      yield some.flatMap((id) => byId.get(id) ?? [])
    }
    return
  }
  for (let cursor: string | undefined; ;) {
    const page = await listRows(db, userId, { ...selection.search, sort, limit: partEntries, cursor })
    yield page.rows
    if (page.nextCursor === null) return
    cursor = page.nextCursor
  }
}

const extensions: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'image/avif': 'avif',
}

/** What the file will be that goes out. */
function extensionOf({ mime_type: mimeType, filename }: ImageRow, { format }: DownloadRequest): string {
  if (format !== 'original') return format === 'jpeg' ? 'jpg' : format
  return extensions[mimeType] ?? filename.slice(filename.lastIndexOf('.') + 1)
}

/** Whether the files go out as they are kept, so that it is known beforehand how long the archive is. */
export const goesAsKept = ({ format, prompt }: Pick<DownloadRequest, 'format' | 'prompt'>): boolean =>
  format === 'original' && prompt

interface Parts {
  add(line: Line): Promise<void>
  /** Writes what is left. @returns how many entries there are */
  end(): Promise<number>
}

/** Puts lines together to parts, and writes down where each begins. */
function collectParts(store: DownloadStore, id: string, measure: ReturnType<typeof createMeasure> | null): Parts {
  let lines: string[] = []
  let characters = 0
  let entries = 0
  let number = 0
  let begin = { at: 0, directory_at: 0 }

  async function flush(): Promise<void> {
    if (lines.length === 0) return
    await store.addPart({ download_id: id, number, ...begin, entries: lines.join('\n') })
    const facts = measure?.facts()
    begin = { at: facts?.offset ?? 0, directory_at: facts?.length ?? 0 }
    lines = []
    characters = 0
    number += 1
  }

  return {
    async add(line) {
      const text = JSON.stringify(line)
      if (!('imageId' in line)) measure?.add(factsOf(line))
      lines.push(text)
      characters += text.length
      entries += 1
      if (lines.length >= partEntries || characters >= partText) await flush()
    },
    async end() {
      await flush()
      return entries
    },
  }
}

export interface PlanPorts {
  readonly db: Db
  readonly storage: Storage
  readonly store: DownloadStore
  /** Pictures of one archive. */
  readonly mostPictures?: number | undefined
}

interface Planned {
  readonly id: string
  readonly userId: string
  readonly request: DownloadRequest
}

/** @param only the only picture's name, or null */
async function nameOf(db: Db, { userId, request: { selection } }: Planned, only: string | null): Promise<string> {
  const day = new Date().toISOString().slice(0, 10)
  const album = 'search' in selection && selection.search.q === undefined ? selection.search.album : undefined
  const named =
    album === undefined
      ? undefined
      : await db
          .selectFrom('albums')
          .where('user_id', '=', userId)
          .where('id', '=', album)
          .select('name')
          .executeTakeFirst()
  const stem = named?.name ?? only?.replace(/\.[^.]*$/, '') ?? `easel-pictures-${day}`
  return createNamer()(`${stem.replaceAll(/[/\\]/g, '-')}.zip`)
}

/**
 * Writes down everything that will be in an archive.
 * @param gone aborted when nobody waits for it any more
 * @throws EaselError `not-found` when nothing would be in it; `too-large`; for a search that cannot be understood
 */
export async function planDownload(
  { db, storage, store, mostPictures = usualMost }: PlanPorts,
  planned: Planned,
  gone: AbortSignal,
): Promise<Totals> {
  const { id, userId, request } = planned
  const measure = goesAsKept(request) ? createMeasure() : null
  const parts = collectParts(store, id, measure)
  const namer = createNamer()
  // So that no picture has its name.
  namer(missingName)
  const missing: Missing[] = []
  let pictures = 0
  let first: string | null = null
  for await (const rows of chosen(db, userId, request)) {
    if (gone.aborted) throw new EaselError('bad-request', 'The request was broken off.')
    const tags = request.records
      ? await tagsOf(
          db,
          rows.map((row) => row.id),
        )
      : null
    for (const row of rows) {
      const ms = row.created_at.getTime()
      const name = namer(pictureName(row, extensionOf(row, request)))
      // Only what is known to be damaged is looked at: files of a large library are too many. What is made is looked at then.
      const why = row.damage === null || measure === null ? null : await faultOf(storage, { row })
      if (why !== null) missing.push({ id: row.id, filename: row.filename, why })
      else {
        pictures += 1
        first ??= name
        const file = { name, ms, key: row.storage_key, size: row.bytes, crc32: row.crc32 }
        await parts.add(measure === null ? { name, ms, imageId: row.id } : file)
      }
      if (tags !== null) {
        const text = recordText({ row, tags: tags.get(row.id) ?? [] })
        await parts.add({ name: namer(`${name}.json`), ms, text })
      }
    }
    if (pictures + missing.length > mostPictures) {
      throw new EaselError(
        'too-large',
        `An archive holds ${mostPictures} pictures at most. The export holds everything.`,
      )
    }
  }
  if (pictures + missing.length === 0) throw new EaselError('not-found', 'None of these pictures is in your library.')
  if (missing.length > 0) {
    await parts.add({ name: missingName, ms: Date.now(), text: missingText(missing) })
  }
  const filename = await nameOf(db, planned, pictures === 1 ? first : null)
  return {
    filename,
    pictures,
    missing: missing.length,
    entries: await parts.end(),
    directory: measure?.facts() ?? null,
  }
}
