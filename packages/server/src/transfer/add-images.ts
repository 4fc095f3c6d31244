// Pictures from outside become part of a library. Rules TR10 … in docs/spec/transfer.md.
import { sql } from 'kysely'
import type { Image, ImageFacts, Tag } from '@easel/contract'
import { systemClock, type Clock } from '#base/clock.ts'
import { DefectError, EaselError, present } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import type { Log } from '#base/log.ts'
import type { Db, Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Events } from '#events/events.ts'
import type { Derivatives } from '#library/derivatives.ts'
import { storageKey, toImage, type ImageRow, type Sidecar } from '#library/image-record.ts'
import type { Images } from '#library/images.ts'
import { defaultFilename, keepImage } from '#library/keep.ts'
import type { Quotas } from '#library/quotas.ts'
import { lockImages } from '#library/locks.ts'
import { checkRoom } from '#library/room.ts'
import { addTags, tagsOf } from '#library/tags.ts'
import { digest } from '#media/digest.ts'
import { limits } from '#media/probe.ts'
import type { Storage } from '#storage/spec/storage.ts'
import { inspectUpload, type Inspected } from './inspect-upload.ts'
import { createFetching, type FetchPicture } from './fetch-picture.ts'
import { filenameFor } from './filename.ts'
import { receiveBytes, receiveStream, type Received } from './receive.ts'
import { findPlaces } from './take-back/places.ts'
import { sizedCopy } from './sized-copy.ts'
import { createTurns } from './turns.ts'

export interface AddImagesPorts {
  readonly db: Db
  readonly storage: Storage
  readonly events: Events
  readonly images: Images
  readonly derivatives: Derivatives
  readonly log: Log
  /** Where files stand while they come in. */
  readonly temporaryFolder: string
  readonly maxBytes: number
  /** Below so many free bytes nothing is taken. */
  readonly minFreeBytes: number
  readonly quotas: Pick<Quotas, 'checkQuota'>
  readonly fetchPicture: FetchPicture
  readonly clock?: Clock
}

export interface Added {
  readonly image: Image
  /** False when the same bytes were in the library already. */
  readonly isNew: boolean
  /** What could not be taken of it, in words, or null. */
  readonly note: string | null
}

export interface AddImages {
  /** Bytes that a file may have. */
  readonly maxBytes: number
  /** @throws EaselError */
  receive(body: Uint8Array | AsyncIterable<Uint8Array>, field: string): Promise<Received>
  /**
   * Takes a file from an address on the public internet.
   * @throws EaselError that says what is wrong with the address, with what is there, or with whoever answers
   */
  fetch(userId: string, address: { readonly url: string; readonly field: string }, gone: AbortSignal): Promise<Received>
  /**
   * The same picture with this many pixels, as a PNG of its own; the file itself where it has them already.
   * @throws EaselError
   */
  sized(file: Received, size: { readonly width: number; readonly height: number }): Promise<Received>
  /**
   * Makes a file part of the library, or finds it there. One that stands in the trash is taken out again, unless it is imported.
   * @throws EaselError
   */
  add(userId: string, file: Received, about: About): Promise<Added>
  /** Which of these files are in a library, the trash included. @param hashes SHA-256 */
  known(userId: string, hashes: readonly string[]): Promise<{ sha256: string; id: string }[]>
}

export interface About {
  readonly filename: string | null
  readonly facts: ImageFacts
  /** Where it was fetched from; absent: it was sent. */
  readonly url?: string
}

/** How often a place is looked for, where others are at the same picture. */
const attempts = 3
/** Files read into memory and looked at at a time, in the whole process. */
const atOnce = 2

interface Drafted extends About {
  readonly now: number
  /** The id that it gets, and its generation here. */
  readonly id: string
  readonly generationId: string | null
}

const past = (time: string, now: number): number => Math.min(now, Math.max(0, Date.parse(time)))

/** What only an export tells. */
function originOf(drafted: Drafted, own: Parameters) {
  const { filename, url, facts, now, generationId } = drafted
  const { exported, source, parameters } = facts
  if (exported !== undefined) {
    const { deletedAt, generationIndex } = exported
    return {
      source: exported.source,
      generationId,
      generationIndex: generationId === null ? null : generationIndex,
      parameters: parameters ?? {},
      ...(deletedAt === null ? {} : { deletedAt: new Date(past(deletedAt, now)).toISOString() }),
    }
  }
  const named = filename === null ? {} : { originalFilename: filename }
  const from = url === undefined ? {} : { originalUrl: url }
  const told = { ...named, ...from, ...own, ...parameters }
  return { source: source ?? ('upload' as const), generationId: null, generationIndex: null, parameters: told }
}

type Parameters = Readonly<Record<string, unknown>>

/** Longer than a day, whatever the time zone. */
const dayAndMore = 36 * 60 * 60 * 1000

/** When it came to be: what the record says, then what the file says, then when the file was changed. */
function createdOf({ createdAt, modifiedAt }: ImageFacts, told: string | null, now: number): number {
  if (createdAt !== undefined) return past(createdAt, now)
  const modified = modifiedAt === undefined ? null : past(modifiedAt, now)
  if (told === null) return modified ?? now
  const said = past(told, now)
  // Some tools write the day alone; the file's own time says more where it is of that day.
  return modified !== null && modified >= said && modified - said < dayAndMore ? modified : said
}

/** What is known of the picture; where nobody says anything, what its file says. */
function recordOf(bytes: Uint8Array, { probed, story }: Inspected, draft: Drafted): Omit<Sidecar, 'easel'> {
  const { id, facts, now } = draft
  const said = [facts.prompt, facts.negativePrompt, facts.seed, facts.model].some((fact) => fact != null)
  const own = said || facts.exported !== undefined ? null : story.told
  const created = createdOf(facts, own?.createdAt ?? null, now)
  return {
    id,
    ...originOf(draft, own?.parameters ?? {}),
    filename: defaultFilename(id, probed.extension, { now: () => created }),
    mimeType: probed.mimeType,
    bytes: bytes.length,
    width: probed.width,
    height: probed.height,
    ...digest(bytes),
    prompt: facts.prompt ?? own?.prompt ?? null,
    typedPrompt: facts.typedPrompt ?? null,
    revisedPrompt: facts.revisedPrompt ?? null,
    negativePrompt: facts.negativePrompt ?? own?.negativePrompt ?? null,
    description: facts.description ?? null,
    title: facts.title ?? null,
    notes: facts.notes ?? null,
    favourite: facts.favourite ?? false,
    rating: facts.rating ?? 0,
    model: facts.model ?? own?.model ?? null,
    provider: facts.provider ?? null,
    seed: facts.seed ?? own?.seed ?? null,
    parentId: null,
    tags: facts.tags ?? [],
    createdAt: new Date(created).toISOString(),
  }
}

/** Puts tags on a picture that was there already. */
async function addMissingTags({ db, events }: AddImagesPorts, row: ImageRow, tags: readonly Tag[]): Promise<void> {
  const has = (await tagsOf(db, [row.id])).get(row.id) ?? []
  const missing = tags.filter((tag) => !has.some((one) => one.tagType === tag.tagType && one.tagId === tag.tagId))
  if (missing.length === 0) return
  await inTransaction(db, async (trx) => {
    await lockImages(trx, row.user_id, [row.id])
    await addTags(trx, { userId: row.user_id, imageId: row.id }, missing)
    await events.append(trx, row.user_id, [{ type: 'image.changed', imageId: row.id }])
  })
}

/** A picture whose file was lost has it back when somebody brings the same bytes in again. */
async function heal({ db, storage, events, derivatives }: AddImagesPorts, row: ImageRow, file: Received) {
  const { id, user_id: userId, storage_key: key } = row
  if (row.damage === null && (await storage.stat(key))?.size === row.bytes) return
  const bytes = await file.read()
  await storage.put(key, bytes)
  await inTransaction(db, async (trx) => {
    await trx.updateTable('images').set({ damage: null, derived_at: null }).where('id', '=', id).execute()
    await events.append(trx, userId, [{ type: 'image.changed', imageId: id }])
  })
  derivatives.made({ id, userId, storageKey: key }, bytes)
}

/** True when nobody was faster with the same bytes. Whoever asks at the same time waits for the end of this transaction. */
async function isFirst(trx: Trx, userId: string, sha256: string): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`bytes:${userId}:${sha256}`}, 0))`.execute(trx)
  const found = trx.selectFrom('images').where('user_id', '=', userId).where('sha256', '=', sha256)
  return (await found.select('id').executeTakeFirst()) === undefined
}

async function knownAmong(
  db: Db,
  userId: string,
  hashes: readonly string[],
): Promise<{ sha256: string; id: string }[]> {
  const rows = await db
    .selectFrom('images')
    .where('user_id', '=', userId)
    .where('sha256', 'in', [...hashes])
    .select(['sha256', 'id'])
    .orderBy('id')
    .execute()
  return [...new Map(rows.map((row) => [row.sha256, row])).values()]
}

export function createAddImages(ports: AddImagesPorts): AddImages {
  const { db, images, derivatives, clock = systemClock } = ports
  const maxBytes = Math.min(ports.maxBytes, limits.maxBytes)
  const turns = createTurns(atOnce)

  async function imageOf(userId: string, id: string): Promise<Image> {
    const row = await db
      .selectFrom('images')
      .selectAll()
      .where('user_id', '=', userId)
      .where('id', '=', id)
      .executeTakeFirst()
    const tags = await tagsOf(db, [id])
    return toImage(present(row, `image ${id}`), tags.get(id) ?? [])
  }

  async function found(row: ImageRow, file: Received, facts: ImageFacts): Promise<Added> {
    await heal(ports, row, file)
    await addMissingTags(ports, row, facts.tags ?? [])
    if (row.deleted_at !== null && facts.source !== 'import') await images.restore(row.user_id, row.id)
    return { image: await imageOf(row.user_id, row.id), isNew: false, note: null }
  }

  /** @returns null when it is there by now, or its place is taken */
  async function keep(userId: string, file: Received, draft: Omit<Drafted, 'now'>): Promise<Added | null> {
    const bytes = await file.read()
    const inspected = inspectUpload(bytes, file.field)
    await checkRoom(ports)
    const { bytes: limit } = await ports.quotas.checkQuota(userId, { bytes: bytes.length })
    const drafted = recordOf(bytes, inspected, { ...draft, now: clock.now() })
    const asked = draft.facts.exported?.filename
    const named = asked === undefined ? null : await filenameFor(ports, { userId, asked }, drafted)
    const record = named === null ? drafted : { ...drafted, filename: named.filename }
    const kept = await keepImage(ports, {
      userId,
      bytes,
      record,
      limit,
      mayStand: named?.stands ?? false,
      // What a generation made is known by its place there, and may be the same as something else.
      also: async (trx) => (record.generationId !== null || (await isFirst(trx, userId, record.sha256)) ? [] : null),
    })
    if (kept !== 'kept') return null
    const key = storageKey(userId, record.createdAt, record.filename)
    derivatives.made({ id: record.id, userId, storageKey: key }, bytes)
    return { image: await imageOf(userId, record.id), isNew: true, note: inspected.story.note }
  }

  async function add(userId: string, file: Received, about: About): Promise<Added> {
    const { id = null, generationId = null, generationIndex = null } = about.facts.exported ?? {}
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const asked = { sha256: file.sha256, id, generationId, generationIndex }
      const [place] = await findPlaces(db, userId, [asked])
      if (place?.outcome === 'there') return await found(place.row, file, about.facts)
      if (place?.outcome !== 'wanted') {
        const field = 'body.record.exported'
        const message = place?.why ?? 'has no place in this library'
        throw new EaselError('validation-failed', message, { fields: [{ field, message }] })
      }
      const draft = { ...about, id: place.id ?? newId(), generationId: place.generationId }
      const added = await turns(() => keep(userId, file, draft))
      if (added !== null) return added
    }
    throw new DefectError(`A picture of ${userId} was neither kept nor there already, ${attempts} times`)
  }

  return {
    maxBytes,
    async receive(body, field) {
      if (body instanceof Uint8Array) return receiveBytes(body, { field, maxBytes })
      return await receiveStream(body, { field, maxBytes, folder: ports.temporaryFolder })
    },
    fetch: createFetching({ ...ports, maxBytes }),
    sized: (file, size) => turns(() => sizedCopy(file, { ...size, maxBytes })),
    add,
    known: (userId, hashes) => knownAmong(db, userId, hashes),
  }
}
