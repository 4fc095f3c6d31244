import type { Log } from '#base/log.ts'
import { codeOf, messageOf } from '#base/errors.ts'
import type { Db } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Events } from '#events/events.ts'
import type { Storage } from '#storage/spec/storage.ts'
import { ownerOf, Sidecar, sidecarKey, storageKey, userFolder } from './image-record.ts'
import { cameEvent, insertImage } from './keep.ts'

export interface AdoptPorts {
  readonly db: Db
  readonly storage: Storage
  readonly events: Events
  readonly log: Log
}

export interface AdoptReport {
  /** Files whose row was missing and that are in the library now. */
  readonly adopted: number
  /** Half-saved files that were removed: a sidecar without its picture, or a picture that another copy of is there. */
  readonly removed: number
  /** Files that we know nothing of, such as a picture without its sidecar; they are left alone. */
  readonly unknown: number
}

/** Keys whose rows are looked for at a time. */
const batch = 500

/** What a sidecar says, or null when it is none of ours. */
export function parseSidecar(bytes: Uint8Array | null): Sidecar | null {
  if (bytes === null) return null
  try {
    return Sidecar.parse(JSON.parse(Buffer.from(bytes).toString()))
  } catch {
    // Not written by us, or cut off: the caller treats it as no sidecar.
    return null
  }
}

/** What its record names and the database has not, as after an older backup of it was restored, must not cost the picture. */
async function withoutLostLinks(db: Db, userId: string, record: Sidecar): Promise<Sidecar> {
  const { generationId, parentId } = record
  const has = async (table: 'generations' | 'images', id: string | null) =>
    id !== null &&
    (await db.selectFrom(table).where('user_id', '=', userId).where('id', '=', id).select('id').executeTakeFirst()) !==
      undefined
  return {
    ...record,
    generationId: (await has('generations', generationId)) ? generationId : null,
    parentId: (await has('images', parentId)) ? parentId : null,
  }
}

type Settled = 'sound' | keyof AdoptReport

/** What a picture is when a row has its place: that row's own file, or a second copy. Null when no row has. */
async function taken(db: Db, key: string, { generationId, generationIndex }: Sidecar): Promise<Settled | null> {
  const rows = await db
    .selectFrom('images')
    .where((where) =>
      where.or([
        where('storage_key', '=', key),
        where.and([where('generation_id', '=', generationId), where('generation_index', '=', generationIndex)]),
      ]),
    )
    .select('storage_key')
    .execute()
  if (rows.length === 0) return null
  return rows.some((row) => row.storage_key === key) ? 'sound' : 'removed'
}

async function adoptOne(ports: AdoptPorts, userId: string, sidecar: Sidecar): Promise<Settled> {
  const { db, events, log } = ports
  const key = storageKey(userId, sidecar.createdAt, sidecar.filename)
  const record = await withoutLostLinks(db, userId, sidecar)
  const before = await taken(db, key, record)
  if (before !== null) return before
  try {
    await inTransaction(db, async (trx) => {
      await insertImage(trx, { userId }, record)
      await events.append(trx, userId, [cameEvent(record)])
    })
  } catch (error) {
    // Classes 22 and 23: the database refuses what the sidecar says, whoever wrote that.
    if (!/^2[23]/.test(codeOf(error) ?? '')) throw error
    const meanwhile = await taken(db, key, record)
    if (meanwhile !== null) return meanwhile
    log.warn({ image: record.id, user: userId, reason: messageOf(error) }, 'image file cannot be taken in')
    return 'unknown'
  }
  log.info({ image: record.id, user: userId }, 'image saved')
  return 'adopted'
}

export interface Orphans {
  readonly userId: string
  /** Only files that say they belong to this generation, which began at `since`. */
  readonly generation?: { readonly id: string; readonly since: Date }
  /** Files younger than this are left alone: they may be on their way. */
  readonly olderThanMs: number
  /** Aborted when there is no time left. */
  readonly signal?: AbortSignal
}

/** Looks at one picture without a row. The picture is written after its sidecar, so that a sidecar alone is a half-saved one. */
async function settle(ports: AdoptPorts, { userId, generation }: Orphans, key: string): Promise<Settled> {
  const { storage } = ports
  const sidecar = parseSidecar(await storage.read(sidecarKey(key)))
  // Another generation's file may be on its way at this moment.
  if (generation !== undefined && sidecar?.generationId !== generation.id) return 'sound'
  const file = await storage.stat(key)
  if (sidecar === null) return file === null ? 'sound' : 'unknown'
  // Somebody has put it there: what it is, its sidecar does not tell.
  if (storageKey(userId, sidecar.createdAt, sidecar.filename) !== key) return 'unknown'
  const whole = file?.size === sidecar.bytes
  const outcome = whole ? await adoptOne(ports, userId, sidecar) : 'removed'
  if (outcome === 'removed') {
    await storage.delete(key)
    await storage.delete(sidecarKey(key))
  }
  return outcome
}

/** Below which folders the files of these orphans are: a generation's are in the months from its beginning on. */
function foldersOf({ userId, generation }: Orphans): readonly string[] {
  const root = userFolder(userId)
  if (generation === undefined) return [root]
  const { since } = generation
  const now = new Date()
  const months: string[] = []
  for (
    let month = new Date(Date.UTC(since.getUTCFullYear(), since.getUTCMonth()));
    month <= now;
    month = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1))
  ) {
    months.push(`${root}/${month.toISOString().slice(0, 7).replace('-', '/')}`)
  }
  return months
}

/** The pictures below a folder that have no row, some at a time. A picture and its sidecar stand next to each other in the list. */
async function* withoutRow({ db, storage }: AdoptPorts, folder: string, before: number): AsyncGenerator<string> {
  const known = async (keys: readonly string[]) => {
    if (keys.length === 0) return new Set<string>()
    const rows = await db
      .selectFrom('images')
      .where('storage_key', 'in', [...keys])
      .select('storage_key')
      .execute()
    return new Set(rows.map((row) => row.storage_key))
  }
  let keys = new Set<string>()
  const rest = async () => {
    const rows = await known([...keys])
    return [...keys].filter((key) => !rows.has(key))
  }
  for await (const { key, modifiedMs } of storage.list(folder)) {
    if (modifiedMs > before) continue
    const picture = key.endsWith('.json') ? key.slice(0, -5) : key
    if (keys.size >= batch && !keys.has(picture)) {
      yield* await rest()
      keys = new Set()
    }
    keys.add(picture)
  }
  yield* await rest()
}

/**
 * The same for all users at once. What lies in the folder of somebody who is not here any more goes: it was on its way when that user
 * was erased.
 */
export async function adoptAll(
  ports: AdoptPorts,
  options: Omit<Orphans, 'userId' | 'generation'>,
): Promise<AdoptReport> {
  const { db, storage } = ports
  const report = { adopted: 0, removed: 0, unknown: 0 }
  const users = new Set<string>()
  const isHere = async (id: string) => {
    if (
      !users.has(id) &&
      (await db.selectFrom('users').where('id', '=', id).select('id').executeTakeFirst()) !== undefined
    )
      users.add(id)
    return users.has(id)
  }
  for await (const key of withoutRow(ports, 'images', Date.now() - options.olderThanMs)) {
    if (options.signal?.aborted === true) return report
    const userId = ownerOf(key)
    if (userId === null) {
      report.unknown += 1
    } else if (await isHere(userId)) {
      const outcome = await settle(ports, { ...options, userId }, key)
      if (outcome !== 'sound') report[outcome] += 1
    } else {
      await storage.delete(key)
      await storage.delete(sidecarKey(key))
      report.removed += 1
    }
  }
  return report
}

/**
 * Finds files without a row below the folder of a user, and makes them part of the library or removes what is only half there.
 * Called when a generation is taken up again after a crash, and by the sweep.
 */
export async function adoptOrphans(ports: AdoptPorts, orphans: Orphans): Promise<AdoptReport> {
  const report = { adopted: 0, removed: 0, unknown: 0 }
  const before = Date.now() - orphans.olderThanMs
  for (const folder of foldersOf(orphans)) {
    for await (const key of withoutRow(ports, folder, before)) {
      if (orphans.signal?.aborted === true) return report
      const outcome = await settle(ports, orphans, key)
      if (outcome !== 'sound') report[outcome] += 1
    }
  }
  return report
}
