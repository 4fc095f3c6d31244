// Everything of a user as one archive. Rules TR20 … in docs/spec/transfer.md.
import { z } from 'zod'
import { isStorageAway, messageOf } from '#base/errors.ts'
import type { Log } from '#base/log.ts'
import type { Db } from '#db/database.ts'
import { digest } from '#media/digest.ts'
import type { ByteRange, Storage } from '#storage/spec/storage.ts'
import { createZip, type ZipEntry } from '../zip/zip.ts'
import { readme } from './readme.ts'
import {
  accountText,
  albumLines,
  albumPictureLines,
  connectionsText,
  generationLines,
  imagesOf,
  promptLines,
  recordText,
  searchLines,
  shareLines,
  tagLines,
  type ExportedImage,
} from './records.ts'
import { openSpool, type Piece, type Spool } from './spool.ts'

export interface Export {
  /** Bytes of the whole archive. */
  readonly length: number
  /** The same for the same content. */
  readonly etag: string
  /** The archive or a range of it. Closes the export when it ends, and when it is left. */
  read(range?: ByteRange): AsyncGenerator<Uint8Array>
  /** Lets go of it, where nothing is read. */
  close(): Promise<void>
}

export interface Exports {
  /**
   * Plans the archive of everything that a user has: from then on its length and content are fixed.
   * @param gone aborted when nobody waits for it any more; what it gives then is to be closed unread
   */
  open(userId: string, gone: AbortSignal): Promise<Export>
}

export interface ExportPorts {
  readonly db: Db
  readonly storage: Storage
  readonly log: Log
  /** Where the plan stands while the archive is sent; it has no name there. */
  readonly temporaryFolder: string
}

/** A line of the plan: an entry whose bytes are a stored file or a piece of the other spool. */
const Line = z.object({
  name: z.string(),
  size: z.int(),
  crc32: z.int(),
  ms: z.number(),
  key: z.string().optional(),
  offset: z.int().optional(),
})
type Line = z.infer<typeof Line>

/** Files looked at at a time. */
const atOnce = 16

interface Missing {
  readonly id: string
  readonly filename: string
  readonly why: string
}

/**
 * Why a picture's file cannot be in the archive; null when it can. Only what is known to be damaged is read for that.
 * @throws EaselError `storage-unavailable`: a store that does not answer now has lost nothing
 */
export async function faultOf(storage: Storage, { row }: Pick<ExportedImage, 'row'>): Promise<string | null> {
  try {
    const file = await storage.stat(row.storage_key)
    if (file === null) return 'The file is missing.'
    if (file.size !== row.bytes) return 'The file has another size than when it was saved.'
    if (row.damage === null) return null
    const bytes = await storage.read(row.storage_key)
    return bytes !== null && digest(bytes).sha256 === row.sha256 ? null : row.damage
  } catch (error) {
    if (isStorageAway(error)) throw error
    return `The file cannot be read: ${messageOf(error)}`
  }
}

interface Spools {
  /** One line an entry. */
  readonly plan: Spool
  readonly texts: Spool
  /** One line a picture that cannot be in the archive. */
  readonly missing: Spool
}

const planLine = (line: Line) => `${JSON.stringify(line)}\n`

async function planText({ plan }: Spools, name: string, { piece, ms }: { piece: Piece; ms: number }): Promise<void> {
  await plan.add(planLine({ name, ms, ...piece }))
}

interface Counts {
  pictures: number
  trash: number
  generations: number
  tags: number
  albums: number
  albumPictures: number
  searches: number
  prompts: number
  shares: number
}

/** Plans every picture with its record, or writes down why it is not there. @returns when the newest came, in ms */
async function planImages({ db, storage }: ExportPorts, { spools, userId, counts, gone }: Planning): Promise<number> {
  let newest = 0
  for await (const images of imagesOf(db, userId)) {
    if (gone.aborted) break
    const faults: (string | null)[] = []
    for (let at = 0; at < images.length; at += atOnce) {
      faults.push(...(await Promise.all(images.slice(at, at + atOnce).map((image) => faultOf(storage, image)))))
    }
    for (const [index, image] of images.entries()) {
      const { row } = image
      const why = faults[index] ?? null
      const ms = row.created_at.getTime()
      newest = Math.max(newest, ms, row.deleted_at?.getTime() ?? 0)
      const month = row.created_at.toISOString().slice(0, 7).replace('-', '/')
      const name = `${row.deleted_at === null ? 'pictures' : 'trash'}/${month}/${row.filename}`
      if (why === null) {
        await spools.plan.add(planLine({ name, ms, size: row.bytes, crc32: row.crc32, key: row.storage_key }))
        counts[row.deleted_at === null ? 'pictures' : 'trash'] += 1
      } else {
        const missing: Missing = { id: row.id, filename: row.filename, why }
        await spools.missing.add(`${JSON.stringify(missing)}\n`)
      }
      await planText(spools, `${name}.json`, { piece: await spools.texts.add(recordText(image)), ms })
    }
  }
  return newest
}

interface Planning {
  readonly spools: Spools
  readonly userId: string
  readonly counts: Counts
  readonly gone: AbortSignal
}

async function* counted(texts: AsyncIterable<string>, add: (lines: number) => void): AsyncGenerator<string> {
  for await (const text of texts) {
    add(text.split('\n').length - 1)
    yield text
  }
}

/** The manifest, with every picture that is not there. It names no time of its own, so that the same content is the same archive. */
async function* manifestParts(counts: Counts, missing: Spool): AsyncGenerator<string> {
  const head = { easel: 1, kind: 'export', version: 1, counts }
  yield `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "missing": [`
  let separator = '\n    '
  for await (const line of missing.lines()) {
    yield separator + line
    separator = ',\n    '
  }
  yield '\n  ]\n}\n'
}

async function planAll(ports: ExportPorts, { userId, spools, gone }: Omit<Planning, 'counts'>): Promise<void> {
  const { db } = ports
  const { texts, missing } = spools
  const none = { pictures: 0, trash: 0, generations: 0, tags: 0, albums: 0, albumPictures: 0, searches: 0 }
  const counts: Counts = { ...none, prompts: 0, shares: 0 }
  const ms = await planImages(ports, { spools, userId, counts, gone })
  for (const [name, kind, lines] of [
    ['generations.jsonl', 'generations', generationLines],
    ['tags.jsonl', 'tags', tagLines],
    ['albums.jsonl', 'albums', albumLines],
    ['album-pictures.jsonl', 'albumPictures', albumPictureLines],
    ['searches.jsonl', 'searches', searchLines],
    ['prompts.jsonl', 'prompts', promptLines],
    ['shares.jsonl', 'shares', shareLines],
  ] as const) {
    const parts = counted(lines(db, userId), (count) => (counts[kind] += count))
    await planText(spools, name, { piece: await texts.addParts(parts), ms })
  }
  await planText(spools, 'connections.json', { piece: await texts.add(await connectionsText(db, userId)), ms })
  await planText(spools, 'account.json', { piece: await texts.add(await accountText(db, userId)), ms })
  await planText(spools, 'README.txt', { piece: await texts.add(readme), ms })
  await planText(spools, 'manifest.json', { piece: await texts.addParts(manifestParts(counts, missing)), ms })
}

/** The bytes of a stored file; none when it is gone. */
export async function* stored(storage: Storage, key: string, range: ByteRange): AsyncGenerator<Uint8Array> {
  const found = await storage.get(key, range)
  if (found !== null) yield* found.body
}

function entryOf(storage: Storage, { texts }: Spools, line: Line): ZipEntry {
  const { name, size, crc32, ms, key, offset = 0 } = line
  return {
    name,
    size,
    crc32,
    modified: new Date(ms),
    open: (range) =>
      key === undefined ? texts.read({ offset, size, crc32 }, range.first, range.last) : stored(storage, key, range),
  }
}

export function createExports(ports: ExportPorts): Exports {
  const { storage, log, temporaryFolder } = ports

  async function openSpools(): Promise<Spools> {
    const [plan, texts, missing] = await Promise.all([1, 2, 3].map(() => openSpool(temporaryFolder)))
    if (plan === undefined || texts === undefined || missing === undefined) throw new RangeError('three were asked for')
    return { plan, texts, missing }
  }

  return {
    async open(userId, gone) {
      const spools = await openSpools()
      const { plan, texts, missing } = spools
      let closing: Promise<unknown> | null = null
      const close = async () => {
        closing ??= Promise.all([plan.close(), texts.close(), missing.close()])
        await closing
      }
      async function* entries() {
        for await (const line of plan.lines()) yield entryOf(storage, spools, Line.parse(JSON.parse(line)))
      }
      const onShort = (name: string, error: unknown) =>
        log.error({ user: userId, entry: name, reason: messageOf(error) }, 'file changed while it was exported')
      try {
        await planAll(ports, { userId, spools, gone })
        const zip = await createZip(entries, onShort)
        return {
          length: zip.length,
          etag: `"${plan.digest().slice(0, 32)}"`,
          close,
          async *read(range) {
            try {
              yield* zip.read(range)
            } finally {
              await close()
            }
          },
        }
      } catch (error) {
        await close()
        throw error
      }
    },
  }
}
