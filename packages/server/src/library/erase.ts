// Erasing for good. Files go before their rows: a crash in between leaves rows, and a repeat finds them. Rules in docs/spec/guests.md.
import { sql } from 'kysely'
import type { Log } from '#base/log.ts'
import type { Db } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Events } from '#events/events.ts'
import type { Storage } from '#storage/spec/storage.ts'
import { pngCopyKey, sidecarKey, thumbnailKey, userFolder, variantFolder } from './image-record.ts'
import { lockTotals } from './locks.ts'
import { addToTotals } from './usage.ts'

export interface ErasePorts {
  readonly db: Db
  readonly storage: Storage
  readonly events: Events
  readonly log: Log
}

export interface EraseUserPorts extends ErasePorts {
  /** Cancels everything of this user that waits or runs, and returns once nothing does. Throws when it takes too long. */
  readonly stopWork: (userId: string) => Promise<void>
}

const batch = 100

interface Erased {
  readonly id: string
  readonly storage_key: string
}

/** The picture before its sidecar: a picture without one is nobody's, a sidecar without its picture is known to be half of nothing. */
async function eraseFiles(storage: Storage, { id, storage_key: key }: Erased): Promise<void> {
  await storage.delete(key)
  await storage.delete(sidecarKey(key))
  await storage.delete(thumbnailKey(id, 320))
  await storage.delete(thumbnailKey(id, 1280))
  await storage.delete(pngCopyKey(id))
  await eraseFolder(storage, variantFolder(id))
}

/**
 * Erases pictures of a user for good: files, thumbnails and PNG copies, then rows, figures and events in one transaction. Ids that are
 * not the user's are left alone; a repeat goes on where a crash has stopped it.
 * @returns how many rows are gone
 */
export async function eraseImages(
  { db, storage, events, log }: ErasePorts,
  userId: string,
  ids: readonly string[],
): Promise<number> {
  if (ids.length === 0) return 0
  const mine = db
    .selectFrom('images')
    .where('user_id', '=', userId)
    .where('id', 'in', [...ids])
  for (const row of await mine.select(['id', 'storage_key']).execute()) await eraseFiles(storage, row)
  const gone = await inTransaction(db, async (trx) => {
    await lockTotals(trx, [userId])
    const rows = await trx
      .deleteFrom('images')
      .where('user_id', '=', userId)
      .where('id', 'in', [...ids])
      .returning(['id', 'bytes', 'storage_key'])
      .execute()
    const bytes = rows.reduce((sum, row) => sum + row.bytes, 0)
    await addToTotals(trx, userId, { bytes: -bytes, images: -rows.length })
    const told = rows.map(({ id }) => ({ type: 'image.deleted', imageId: id }) as const)
    await events.append(trx, userId, told)
    return rows
  })
  // Somebody may have written one while its row was still there.
  for (const row of gone) await storage.delete(sidecarKey(row.storage_key))
  log.info({ user: userId, images: gone.length }, 'images erased')
  return gone.length
}

/**
 * Erases for good those of these pictures that are in the trash. From here on nobody can take them out of there: what is restored
 * keeps its file.
 * @param trash `before`: only what was put there earlier
 * @returns how many rows are gone
 */
export async function eraseFromTrash(
  ports: ErasePorts,
  { userId, before }: { readonly userId: string; readonly before?: Date },
  ids: readonly string[],
): Promise<number> {
  if (ids.length === 0) return 0
  let trashed = ports.db
    .selectFrom('images')
    .where('user_id', '=', userId)
    .where('id', 'in', [...ids])
    .where('deleted_at', 'is not', null)
    .select('id')
    .orderBy('id')
    .forUpdate()
  if (before !== undefined)
    trashed = trashed.where((where) => where.or([where('deleted_at', '<', before), where('erasing', '=', true)]))
  const rows = await ports.db
    .updateTable('images')
    .set({ erasing: true })
    .where('id', 'in', trashed)
    .returning('id')
    .execute()
  return await eraseImages(
    ports,
    userId,
    rows.map(({ id }) => id),
  )
}

async function eraseGenerations({ db, storage }: ErasePorts, userId: string): Promise<void> {
  for (;;) {
    const rows = await db.selectFrom('generations').where('user_id', '=', userId).select('id').limit(batch).execute()
    if (rows.length === 0) return
    const ids = rows.map(({ id }) => id)
    for (const id of ids) await eraseFolder(storage, `derived/previews/${id}`)
    await db.deleteFrom('generations').where('id', 'in', ids).execute()
  }
}

async function eraseFolder(storage: Storage, folder: string): Promise<void> {
  for await (const { key } of storage.list(folder)) await storage.delete(key)
}

/**
 * Erases everything that a user has made: pictures with all that was derived from them, generations, tags. The user stays.
 * @throws what `stopWork` throws; then nothing was erased
 */
export async function eraseLibrary(ports: EraseUserPorts, userId: string): Promise<void> {
  const { db } = ports
  await ports.stopWork(userId)
  for (;;) {
    const rows = await db.selectFrom('images').where('user_id', '=', userId).select('id').limit(batch).execute()
    if (rows.length === 0) break
    await eraseImages(
      ports,
      userId,
      rows.map(({ id }) => id),
    )
  }
  await eraseGenerations(ports, userId)
  for (const table of ['tags', 'albums', 'saved_searches', 'bulk_actions'] as const) {
    await db.deleteFrom(table).where('user_id', '=', userId).execute()
  }
}

/** From now on nobody gets in as this user, and what is left undone is done by `finishRemovals`. */
async function closeAccount(db: Db, userId: string): Promise<void> {
  await inTransaction(db, async (trx) => {
    await trx
      .updateTable('users')
      .set({
        disabled_at: sql<Date>`coalesce(disabled_at, now())`,
        removal: sql<string>`coalesce(removal, ${JSON.stringify({ pictures: 'erase' })}::jsonb)`,
      })
      .where('id', '=', userId)
      .execute()
    await trx.deleteFrom('sessions').where('user_id', '=', userId).execute()
    await trx.deleteFrom('api_keys').where('user_id', '=', userId).execute()
  })
}

/** Erases a user with everything: library, connections, keys, whatever lies in the user's folder. A repeat goes on after a crash. */
export async function eraseUser(ports: EraseUserPorts, userId: string): Promise<void> {
  const { db, storage, log } = ports
  await closeAccount(db, userId)
  await eraseLibrary(ports, userId)
  await eraseFolder(storage, userFolder(userId))
  await eraseEvents(db, userId)
  await db.deleteFrom('users').where('id', '=', userId).execute()
  // What was on its way when the user went finds no user for its row; its file goes here, or else in the next sweep.
  await eraseFolder(storage, userFolder(userId))
  log.info({ user: userId }, 'user erased')
}

/** Some at a time: there may be many, and a long statement keeps everybody else waiting. */
async function eraseEvents(db: Db, userId: string): Promise<void> {
  for (;;) {
    const some = db.selectFrom('events').where('user_id', '=', userId).select('seq').limit(2000)
    const { numDeletedRows } = await db.deleteFrom('events').where('seq', 'in', some).executeTakeFirst()
    if (numDeletedRows === 0n) return
  }
}
