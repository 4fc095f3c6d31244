import { sql } from 'kysely'
import { systemClock, type Clock } from '#base/clock.ts'
import { codeOf, DefectError, EaselError } from '#base/errors.ts'
import type { Log } from '#base/log.ts'
import type { Db, Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Events, LoggedEvent } from '#events/events.ts'
import type { Digest } from '#media/digest.ts'
import type { Storage } from '#storage/spec/storage.ts'
import { historySecond } from './history-id.ts'
import { sidecarKey, storageKey, type Sidecar } from './image-record.ts'
import { addToAlbums } from './album-members.ts'
import { addTags } from './tags.ts'

export interface KeepPorts {
  readonly db: Db
  readonly storage: Storage
  readonly events: Events
  readonly log: Log
  readonly clock?: Clock
}

/** Everything about a picture but its checksums; `createdAt` decides its folder and its place in the list. */
export type Draft = Omit<Sidecar, 'easel' | keyof Digest>

export interface KeepInput {
  readonly userId: string
  readonly bytes: Uint8Array
  readonly record: Draft & Digest
  /**
   * Written in the same transaction as the row, with the events to send. Returning null gives the whole thing up: nothing is
   * added and the file goes.
   */
  readonly also?: (trx: Trx) => Promise<readonly LoggedEvent[] | null>
  /** Written in the same transaction after the row. */
  readonly after?: (trx: Trx) => Promise<void>
  /** Bytes that the library may hold with this picture; null: no limit. What an engine made and was paid for is always kept. */
  readonly limit?: number | null
  /** Its file may stand there already, whole, because saving it broke off before its row came. */
  readonly mayStand?: boolean
}

export type Kept = 'kept' | 'there-already' | 'given-up'

const uniqueViolation = '23505'
const foreignKeyViolation = '23503'

/** Adds to what a library holds, where it stays within `limit` then. */
const counting = (userId: string, bytes: number, limit: number | null) =>
  sql<{ bytes: number }>`(
    insert into usage_totals as held (user_id, bytes, images)
    select ${userId}::uuid, ${bytes}::bigint, 1 where ${limit}::bigint is null or ${bytes}::bigint <= ${limit}::bigint
    on conflict (user_id) do update set bytes = held.bytes + excluded.bytes, images = held.images + 1
    where ${limit}::bigint is null or held.bytes + excluded.bytes <= ${limit}::bigint
    returning bytes)`

/** Keeps others from numbering this user's pictures until the transaction ends. By itself, so that the next statement sees theirs. */
export async function lockHistory(trx: Trx, userId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`history:${userId}`}, 0))`.execute(trx)
}

/** Contract A's number for one more picture of this second, for who holds the user's history. */
export const nextHistoryNumber = (userId: string, second: string) =>
  sql<number>`(
    select coalesce(max(history_number), 0) + 1 from images
    where user_id = ${userId}::uuid and history_second = ${second})`

/**
 * Inserts the row of a picture whose file is stored, and counts it. The order of locks (history, then usage, then events) is the same
 * everywhere.
 * @param limit bytes that the library may hold with it, or null
 * @throws EaselError `quota-exceeded`
 */
export async function insertImage(
  trx: Trx,
  { userId, limit = null }: { readonly userId: string; readonly limit?: number | null },
  record: Omit<Sidecar, 'easel'>,
): Promise<void> {
  const second = historySecond(new Date(record.createdAt))
  await lockHistory(trx, userId)
  const { counted } = await trx
    .with('counted', () => counting(userId, record.bytes, limit))
    .insertInto('images')
    .values({
      id: record.id,
      user_id: userId,
      generation_id: record.generationId,
      generation_index: record.generationIndex,
      filename: record.filename,
      storage_key: storageKey(userId, record.createdAt, record.filename),
      source: record.source,
      mime_type: record.mimeType,
      bytes: record.bytes,
      width: record.width,
      height: record.height,
      sha256: record.sha256,
      crc32: record.crc32,
      thumbhash: null,
      derived_at: null,
      damage: null,
      prompt: record.prompt,
      typed_prompt: record.typedPrompt ?? null,
      revised_prompt: record.revisedPrompt,
      negative_prompt: record.negativePrompt,
      description: record.description,
      title: record.title ?? null,
      notes: record.notes ?? null,
      favourite: record.favourite ?? false,
      rating: record.rating ?? 0,
      model: record.model,
      provider: record.provider,
      seed: record.seed,
      parameters: JSON.stringify(record.parameters),
      // What it was made from may have been erased meanwhile; that is no reason to lose it.
      parent_id: sql<string | null>`(select id from images where id = ${record.parentId}::uuid)`,
      history_second: second,
      history_number: nextHistoryNumber(userId, second),
      created_at: record.createdAt,
      deleted_at: record.deletedAt ?? null,
    })
    .returning((eb) => eb.selectFrom('counted').select(eb.fn.countAll<number>().as('count')).as('counted'))
    .executeTakeFirstOrThrow()
  if (counted === 0)
    throw new EaselError('quota-exceeded', 'There is no room for this picture in your library any more.')
  await addTags(trx, { userId, imageId: record.id }, record.tags)
  await addToAlbums(trx, { userId, imageId: record.id }, record.albums ?? [])
  if (record.tags.length === 0 && record.albums === undefined) return
  // Its sidecar says it already.
  await trx.updateTable('images').set({ sidecar_due: false }).where('id', '=', record.id).execute()
}

/** See {@link keepDraft}. */
export async function keepImage(ports: KeepPorts, input: KeepInput): Promise<Kept> {
  const { record, ...rest } = input
  return await keepDraft(ports, { ...rest, draft: record, digest: Promise.resolve(record) })
}

/** A picture whose checksums are still being made: its file is written meanwhile. */
export interface DraftInput extends Omit<KeepInput, 'record'> {
  readonly draft: Draft
  readonly digest: Promise<Digest>
}

/**
 * Makes a picture part of a library: sidecar and file first, both durable, then the row with its event. A crash in between leaves
 * a file that {@link adoptOrphans} finds. Repeating it for the same (generation, index) changes nothing.
 * @throws StorageError; EaselError `quota-exceeded`; DefectError when there is a file of that name
 */
export async function keepDraft(ports: KeepPorts, input: DraftInput): Promise<Kept> {
  const { db, storage, events, log } = ports
  const { userId, draft } = input
  const key = storageKey(userId, draft.createdAt, draft.filename)
  const whole = input.digest.then(({ sha256, crc32 }) => ({ ...draft, sha256, crc32 }))
  const stands = (await storage.stat(key)) !== null
  // Names are drawn by lot; should two be the same all the same, the first one's file must not be lost.
  if (stands && input.mayStand !== true) throw new DefectError(`There is a file ${key} already`)
  if (!stands) await putFiles(storage, key, { bytes: input.bytes, sidecar: whole.then(sidecarOf) })
  const record = await whole
  let outcome: Kept
  try {
    outcome = await inTransaction(db, async (trx): Promise<Kept> => {
      const more = input.also === undefined ? [] : await input.also(trx)
      if (more === null) return 'given-up'
      await insertImage(trx, { userId, limit: input.limit ?? null }, record)
      await input.after?.(trx)
      await events.append(trx, userId, [cameEvent(record), ...more])
      return 'kept'
    })
  } catch (error) {
    // A file that stood there may be on its way from somewhere else.
    if (!stands && (await isRefused(db, userId, error))) await removeFiles(storage, key)
    if (codeOf(error) !== uniqueViolation) throw error
    outcome = 'there-already'
  }
  if (outcome === 'kept') {
    log.info({ image: record.id, user: userId, bytes: record.bytes }, 'image saved')
  } else if (
    !stands &&
    (await db.selectFrom('images').where('storage_key', '=', key).select('id').executeTakeFirst()) === undefined
  ) {
    await removeFiles(storage, key)
  }
  return outcome
}

/** What open pages are told of a picture that has come. */
export const cameEvent = ({ id, generationId, deletedAt = null }: Omit<Sidecar, 'easel'>): LoggedEvent =>
  deletedAt === null ? { type: 'image.added', imageId: id, generationId } : { type: 'image.deleted', imageId: id }

function sidecarOf(record: KeepInput['record']): Uint8Array {
  const sidecar: Sidecar = { easel: 1, ...record }
  return Buffer.from(JSON.stringify(sidecar, null, 2))
}

async function putFiles(
  storage: Storage,
  key: string,
  { bytes, sidecar }: { readonly bytes: Uint8Array; readonly sidecar: Promise<Uint8Array> },
): Promise<void> {
  try {
    // The sidecar first: alone it is known to be half of a picture.
    await storage.putAll([
      { key: sidecarKey(key), bytes: sidecar },
      { key, bytes },
    ])
  } catch (error) {
    // The sweep would find them too, but what was never saved should leave nothing behind.
    await removeFiles(storage, key).catch(() => undefined)
    throw error
  }
}

/** Whether it is certain that the row will not come: there is no room, or the user is gone. */
async function isRefused(db: Db, userId: string, error: unknown): Promise<boolean> {
  if (error instanceof EaselError && error.code === 'quota-exceeded') return true
  if (codeOf(error) !== foreignKeyViolation) return false
  return (await db.selectFrom('users').where('id', '=', userId).select('id').executeTakeFirst()) === undefined
}

/** The picture first: a sidecar alone is known to be half of one that is not wanted. */
async function removeFiles(storage: Storage, key: string): Promise<void> {
  await storage.delete(key)
  await storage.delete(sidecarKey(key))
}

/** `20261121-081500-9f8e7d6c.png`: says when, not what. */
export function defaultFilename(id: string, extension: string, clock: Clock = systemClock): string {
  const time = new Date(clock.now()).toISOString().replaceAll(/[-:]/g, '')
  return `${time.slice(0, 8)}-${time.slice(9, 15)}-${id.slice(-8)}.${extension}`
}
