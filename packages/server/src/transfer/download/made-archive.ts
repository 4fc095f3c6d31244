// An archive whose pictures are made while it is sent. How long it is nobody knows before its end.
import { crc32 } from 'node:zlib'
import { PictureForm } from '@easel/contract'
import { EaselError, isStorageAway } from '#base/errors.ts'
import type { Db } from '#db/database.ts'
import { directoryEntry, endRecords, localHeader, type EntryFacts } from '../zip/zip-records.ts'
import { linesOf, type MadeLine, type TextLine } from './lines.ts'
import type { PictureFiles } from './picture-files.ts'
import { missingName, missingText, type Missing } from './plan.ts'
import type { DownloadRow, DownloadStore } from './store.ts'

const chunkBytes = 256 * 1024

interface Ports {
  readonly db: Db
  readonly store: Pick<DownloadStore, 'parts' | 'used'>
  readonly pictureFiles: PictureFiles
}

interface Reading {
  readonly row: DownloadRow
  /** Aborted when nobody reads it any more. */
  readonly gone: AbortSignal
}

type Made = { readonly bytes: Uint8Array } | { readonly missing: Missing }

/** Entries one after the other as they come, and the directory behind them. */
export function openWriter() {
  const directory: Buffer[] = []
  let offset = 0
  let length = 0
  return {
    *entry(name: string, ms: number, bytes: Uint8Array): Generator<Uint8Array> {
      const facts: EntryFacts = { name, size: bytes.length, crc32: crc32(bytes), modified: new Date(ms) }
      const head = localHeader(facts)
      const listed = directoryEntry(facts, offset)
      directory.push(listed)
      length += listed.length
      offset += head.length + bytes.length
      yield head
      for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes)
    },
    *end(): Generator<Uint8Array> {
      yield* directory
      yield endRecords({ count: directory.length, offset, length })
    },
  }
}

async function make(ports: Ports, { row, gone }: Reading, line: MadeLine): Promise<Made> {
  const { db, pictureFiles } = ports
  const image = await db
    .selectFrom('images')
    .selectAll()
    .where('id', '=', line.imageId)
    .where('user_id', '=', row.user_id)
    .executeTakeFirst()
  const absent = (why: string) => ({ missing: { id: line.imageId, filename: image?.filename ?? line.name, why } })
  if (image === undefined) return absent('The picture has been erased.')
  try {
    return await pictureFiles.make(image, PictureForm.parse(row.form), gone)
  } catch (error) {
    if (error instanceof EaselError && error.code !== 'internal' && !isStorageAway(error)) return absent(error.message)
    throw error
  }
}

/** The archive from its beginning. A picture that cannot be made is left out, and named in `missing.json` with the reason. */
export async function* readMade(ports: Ports, reading: Reading): AsyncGenerator<Uint8Array> {
  const { row } = reading
  const writer = openWriter()
  const missing: Missing[] = []
  for await (const part of ports.store.parts(row.id, { of: 'files', at: 0 })) {
    await ports.store.used(row)
    for (const line of linesOf(part.entries)) {
      if ('imageId' in line) {
        const made = await make(ports, reading, line)
        if ('missing' in made) missing.push(made.missing)
        else yield* writer.entry(line.name, line.ms, made.bytes)
      } else if ('text' in line) yield* writer.entry(line.name, line.ms, textBytes(line))
    }
  }
  if (missing.length > 0) yield* writer.entry(missingName, Date.now(), Buffer.from(missingText(missing)))
  yield* writer.end()
}

const textBytes = ({ text }: TextLine) => Buffer.from(text)
