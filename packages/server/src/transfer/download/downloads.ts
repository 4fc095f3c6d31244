// Pictures taken out as archives. Rules TR60 … in docs/spec/transfer.md.
import { PictureForm, type Download, type DownloadRequest } from '@easel/contract'
import { DefectError, messageOf } from '#base/errors.ts'
import type { Log } from '#base/log.ts'
import type { Db } from '#db/database.ts'
import type { ByteRange, Storage } from '#storage/spec/storage.ts'
import { openZip, lengthOf, type Zip, type ZipPart } from '../zip/zip.ts'
import type { DirectoryFacts } from '../zip/zip-records.ts'
import { entryOf, linesOf } from './lines.ts'
import { readMade } from './made-archive.ts'
import type { PictureFiles } from './picture-files.ts'
import { goesAsKept, planDownload } from './plan.ts'
import { createDownloadStore, type DownloadRow } from './store.ts'

export interface OpenDownload {
  readonly filename: string
  /** The same as long as the archive is. */
  readonly etag: string
  /** Bytes; null: known at its end, and there are no ranges of it. */
  readonly length: number | null
  /** The archive, or a range of one whose length is known. It holds nothing before it is read, nor after it is left. */
  read(range?: ByteRange): AsyncGenerator<Uint8Array>
}

export interface Downloads {
  /**
   * Fixes which pictures an archive holds.
   * @param gone aborted when nobody waits for it any more
   * @throws EaselError `not-found` when nothing would be in it; `too-large`; `too-many-requests`; for a search that cannot be understood
   */
  create(
    userId: string,
    request: DownloadRequest,
    gone: AbortSignal,
  ): Promise<Omit<Download, 'url'> & { token: string }>
  /** @param gone aborted when nobody reads it any more @returns null when there is no such archive, or not any more */
  open(token: string, gone: AbortSignal): Promise<OpenDownload | null>
  /** Forgets those that nobody fetches any more. */
  prune(): Promise<void>
}

export interface DownloadsPorts {
  readonly db: Db
  readonly storage: Storage
  readonly log: Log
  readonly pictureFiles: PictureFiles
  /** Pictures of one archive. */
  readonly mostPictures?: number
}

/** So often it is written down that an archive is still being fetched. */
const usedMs = 60_000

function directoryOf({ entries, directory_at: offset, directory_length: length }: DownloadRow): DirectoryFacts | null {
  if (entries === null) throw new DefectError('An archive that is not planned yet')
  return offset === null || length === null ? null : { count: entries, offset, length }
}

export function createDownloads({ db, storage, log, pictureFiles, mostPictures }: DownloadsPorts): Downloads {
  const store = createDownloadStore(db)

  function openKept(row: DownloadRow, directory: DirectoryFacts): Zip {
    async function* parts(from: { of: 'files' | 'directory'; at: number }): AsyncGenerator<ZipPart> {
      let toldMs = Date.now()
      for await (const part of store.parts(row.id, from)) {
        if (Date.now() - toldMs > usedMs) {
          toldMs = Date.now()
          await store.used(row)
        }
        const entries = linesOf(part.entries).map((line) => {
          if ('imageId' in line) throw new DefectError('A picture to be made in an archive of files')
          return entryOf(storage, line)
        })
        yield { at: part.at, directoryAt: part.directory_at, entries }
      }
    }
    return openZip(directory, parts, (entry, error) =>
      log.error({ user: row.user_id, entry, reason: messageOf(error) }, 'file changed after it was put in an archive'),
    )
  }

  return {
    prune: () => store.prune(),
    async create(userId, request, gone) {
      const form = PictureForm.parse(request)
      const { id, token } = await store.begin({ userId, filename: '', form: JSON.stringify(form) })
      try {
        const totals = await planDownload({ db, storage, store, mostPictures }, { id, userId, request }, gone)
        const { filename, pictures, missing, expires_at: expires } = await store.finish(id, totals)
        const size = totals.directory === null ? null : lengthOf(totals.directory)
        log.info({ user: userId, pictures, asKept: goesAsKept(request) }, 'archive planned')
        return { id, token, filename, pictures, missing, size, expiresAt: expires.toISOString() }
      } catch (error) {
        await store.drop(id)
        throw error
      }
    },
    async open(token, gone) {
      const row = await store.find(token)
      if (row === null) return null
      const directory = directoryOf(row)
      const common = { filename: row.filename, etag: `"${row.id}"` }
      if (directory === null) {
        return { ...common, length: null, read: () => readMade({ db, store, pictureFiles }, { row, gone }) }
      }
      const zip = openKept(row, directory)
      return { ...common, length: zip.length, read: (range) => zip.read(range) }
    },
  }
}
