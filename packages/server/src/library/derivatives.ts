import { availableParallelism } from 'node:os'
import { messageOf } from '#base/errors.ts'
import { giveBack } from '#base/give-back.ts'
import type { Log } from '#base/log.ts'
import type { Db } from '#db/database.ts'
import type { Events } from '#events/events.ts'
import { derive, deriveLarge } from '#media/derive.ts'
import { MediaError } from '#media/media-error.ts'
import type { Storage } from '#storage/spec/storage.ts'
import { createByteCache } from './byte-cache.ts'
import { thumbnailKey, type ImageRow } from './image-record.ts'
import { lost } from './mark-damaged.ts'

/** Thumbnails and the check of every pixel, which follow the saving of a picture so that saving stays fast. */
export interface Derivatives {
  /** Says that a picture was saved. Returns at once; `bytes`, which are handed over, spare reading it back when there is little to do. */
  made(image: { id: string; userId: string; storageKey: string }, bytes: Uint8Array): void
  /** The WebP of a picture, made now if it is not there. Null when the original is too small for 1280, or damaged. */
  thumbnail(row: ImageRow, longSide: 320 | 1280): Promise<Uint8Array | null>
  /** Makes what a crash left undone. */
  catchUp(): Promise<void>
  /** Waits for what is being made; the rest is left for the next start. */
  close(): Promise<void>
}

interface Task {
  readonly id: string
  readonly userId: string
  readonly storageKey: string
  readonly bytes: Uint8Array | null
}

interface Ports {
  readonly db: Db
  readonly storage: Storage
  readonly events: Events
  readonly log: Log
}

const taskOf = (row: Pick<ImageRow, 'id' | 'user_id' | 'storage_key'>): Task => ({
  id: row.id,
  userId: row.user_id,
  storageKey: row.storage_key,
  bytes: null,
})

const cacheBytes = 64 * 1024 * 1024
const heldBytes = 128 * 1024 * 1024
/** Pictures decoded at a time. One processor is left to the answers; two at least, as half of the time goes to the disk. */
const atOnce = Math.max(2, availableParallelism() - 1)
const catchUpBatch = 50

/** @returns false when the picture has been erased meanwhile */
async function settle(ports: Ports, task: Task, change: { thumbhash: string } | { damage: string }): Promise<boolean> {
  const { db, events, log } = ports
  // Told to whoever the row says, not to the task's user: the picture may have changed hands.
  const update = db
    .updateTable('images')
    .set({ ...change, derived_at: new Date() })
    .where('id', '=', task.id)
    .returning('user_id')
  if (!(await events.appendWith(db, update, { type: 'image.changed', imageId: task.id }))) return false
  if ('damage' in change) log.error({ image: task.id, reason: change.damage }, 'image is damaged')
  return true
}

/** The picture, also where it has changed hands since it was put in line. */
async function readOriginal({ db, storage }: Ports, { id, storageKey }: Task): Promise<Uint8Array | null> {
  const bytes = await storage.read(storageKey)
  if (bytes !== null) return bytes
  const row = await db.selectFrom('images').where('id', '=', id).select('storage_key').executeTakeFirst()
  return row === undefined ? null : await storage.read(row.storage_key)
}

/** Makes the small thumbnail. @returns null when the picture is damaged or gone */
async function makeSmall(ports: Ports, task: Task): Promise<Uint8Array | null> {
  const bytes = task.bytes ?? (await readOriginal(ports, task))
  if (bytes === null) {
    await settle(ports, task, { damage: lost })
    return null
  }
  try {
    const { thumbnail, thumbhash } = await derive(bytes)
    await ports.storage.put(thumbnailKey(task.id, 320), thumbnail)
    if (await settle(ports, task, { thumbhash })) return thumbnail
    await ports.storage.delete(thumbnailKey(task.id, 320))
    return null
  } catch (error) {
    if (!(error instanceof MediaError)) throw error
    await settle(ports, task, { damage: error.message })
    return null
  }
}

/** Makes the large one. @returns null when the picture is damaged, gone or no larger */
async function makeLarge(ports: Ports, row: ImageRow): Promise<Uint8Array | null> {
  const original = await ports.storage.read(row.storage_key)
  try {
    const bytes = original === null ? null : await deriveLarge(original)
    if (bytes !== null) await ports.storage.put(thumbnailKey(row.id, 1280), bytes)
    return bytes
  } catch (error) {
    if (!(error instanceof MediaError)) throw error
    await settle(ports, taskOf(row), { damage: error.message })
    return null
  }
}

/** Originals that wait in memory for their thumbnail. Beyond these they are read back, which costs a third as much again. */
function createOriginals() {
  let held = 0
  return {
    /** @returns the bytes, or null when there is no room for them */
    hold(bytes: Uint8Array): Uint8Array | null {
      if (held + bytes.length > heldBytes) return null
      held += bytes.length
      return bytes
    },
    letGo(bytes: Uint8Array | null): void {
      if (bytes === null) return
      held -= bytes.length
      giveBack(bytes)
    },
  }
}

export function createDerivatives(ports: Ports): Derivatives {
  const { db, storage, log } = ports
  const cache = createByteCache(cacheBytes)
  /** By id, in the order they came: a picture waits once, however often it is named. */
  const waiting = new Map<string, Task>()
  const running = new Map<string, Promise<Uint8Array | null>>()
  const lanes = new Set<Promise<void>>()
  const originals = createOriginals()
  let closed = false

  function makeOnce(key: string, make: () => Promise<Uint8Array | null>): Promise<Uint8Array | null> {
    const already = running.get(key)
    if (already !== undefined) return already
    const made = make()
      .then((bytes) => {
        if (bytes !== null) cache.set(key, bytes)
        return bytes
      })
      .finally(() => running.delete(key))
    running.set(key, made)
    return made
  }

  async function drain(): Promise<void> {
    for (const current of waiting.values()) {
      if (closed) break
      waiting.delete(current.id)
      try {
        await makeOnce(thumbnailKey(current.id, 320), () => makeSmall(ports, current))
      } catch (error) {
        // Left undone: it is made when somebody looks at it, or at the next start.
        log.warn({ image: current.id, reason: messageOf(error) }, 'thumbnail not made')
      } finally {
        originals.letGo(current.bytes)
      }
    }
  }

  function add(task: Task): void {
    if (waiting.has(task.id) || running.has(thumbnailKey(task.id, 320))) return
    waiting.set(task.id, { ...task, bytes: task.bytes === null ? null : originals.hold(task.bytes) })
    if (lanes.size >= atOnce) return
    const lane = drain().finally(() => lanes.delete(lane))
    lanes.add(lane)
  }

  return {
    made({ id, userId, storageKey }, bytes) {
      add({ id, userId, storageKey, bytes })
    },
    async thumbnail(row, longSide) {
      if (row.damage !== null || (longSide === 1280 && Math.max(row.width, row.height) <= 1280)) return null
      const key = thumbnailKey(row.id, longSide)
      const cached = cache.get(key)
      if (cached !== null) return cached
      const stored = await storage.read(key)
      if (stored !== null) {
        cache.set(key, stored)
        return stored
      }
      return await makeOnce(key, () => (longSide === 320 ? makeSmall(ports, taskOf(row)) : makeLarge(ports, row)))
    },
    async catchUp() {
      for (let last = ''; !closed;) {
        let undone = db.selectFrom('images').where('derived_at', 'is', null).where('damage', 'is', null)
        if (last !== '') undone = undone.where('id', '>', last)
        const rows = await undone.orderBy('id').limit(catchUpBatch).select(['id', 'user_id', 'storage_key']).execute()
        for (const row of rows) add(taskOf(row))
        await Promise.all(lanes)
        last = rows.at(-1)?.id ?? ''
        if (rows.length < catchUpBatch) return
      }
    },
    async close() {
      closed = true
      await Promise.all(lanes)
    },
  }
}
