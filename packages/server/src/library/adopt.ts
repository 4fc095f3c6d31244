import type { Log } from '#base/log.ts'
import { codeOf } from '#base/errors.ts'
import type { Db } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Events } from '#events/events.ts'
import type { Storage } from '#storage/spec/storage.ts'
import { Sidecar, sidecarKey, storageKey } from './image-record.ts'
import { insertImage } from './keep.ts'

export interface AdoptPorts {
  readonly db: Db
  readonly storage: Storage
  readonly events: Events
  readonly log: Log
}

export interface SweepReport {
  /** Files whose row was missing and that are in the library now. */
  readonly adopted: number
  /** Half-saved files that were removed: a sidecar without its picture, or a picture that another copy of is there. */
  readonly removed: number
  /** Rows whose file is missing; they are marked as damaged. */
  readonly missing: number
}

const graceMs = 10 * 60_000

function parseSidecar(bytes: Uint8Array | null): Sidecar | null {
  if (bytes === null) return null
  try {
    return Sidecar.parse(JSON.parse(Buffer.from(bytes).toString()))
  } catch {
    // Not written by us, or cut off: the caller treats it as no sidecar.
    return null
  }
}

async function adoptOne(ports: AdoptPorts, userId: string, sidecar: Sidecar): Promise<boolean> {
  try {
    await inTransaction(ports.db, async (trx) => {
      await insertImage(trx, userId, sidecar)
      await ports.events.append(trx, userId, [
        { type: 'image.added', imageId: sidecar.id, generationId: sidecar.generationId },
      ])
    })
    return true
  } catch (error) {
    // 23505: this picture of its generation was saved again meanwhile. 23503: its user or generation is gone.
    if (codeOf(error) === '23505' || codeOf(error) === '23503') return false
    throw error
  }
}

type Settled = 'sound' | 'adopted' | 'removed'

export interface Orphans {
  readonly userId: string
  /** Only files that say they belong to this generation. */
  readonly generationId?: string
  /** Files younger than this are left alone: they may be on their way. */
  readonly olderThanMs: number
}

/** Looks at one sidecar; the picture itself is written after it, so that whatever stands alone is a half-saved one. */
async function settle(ports: AdoptPorts, { userId, generationId }: Orphans, key: string): Promise<Settled> {
  const { db, storage, log } = ports
  const known = await db.selectFrom('images').where('storage_key', '=', key).select('id').executeTakeFirst()
  if (known !== undefined) return 'sound'
  const sidecar = parseSidecar(await storage.read(sidecarKey(key)))
  // Another generation's file may be on its way at this moment.
  if (generationId !== undefined && sidecar?.generationId !== generationId) return 'sound'
  const file = await storage.stat(key)
  const whole = sidecar !== null && file !== null && file.size === sidecar.bytes
  if (whole && storageKey(userId, sidecar.createdAt, sidecar.filename) === key) {
    if (await adoptOne(ports, userId, sidecar)) {
      log.info({ image: sidecar.id, user: userId }, 'image saved')
      return 'adopted'
    }
  }
  await storage.delete(key)
  await storage.delete(sidecarKey(key))
  return 'removed'
}

/**
 * Finds files without a row below the folder of a user, and makes them part of the library or removes what is only half there.
 * Called when a generation is taken up again after a crash, and by the sweep.
 */
export async function adoptOrphans(ports: AdoptPorts, orphans: Orphans): Promise<{ adopted: number; removed: number }> {
  const report = { adopted: 0, removed: 0 }
  const keys = new Set<string>()
  for await (const { key, modifiedMs } of ports.storage.list(`images/user-${orphans.userId}`)) {
    if (modifiedMs <= Date.now() - orphans.olderThanMs) keys.add(key.endsWith('.json') ? key.slice(0, -5) : key)
  }
  for (const key of keys) {
    const outcome = await settle(ports, orphans, key)
    if (outcome !== 'sound') report[outcome] += 1
  }
  return report
}

/** Marks rows whose file is gone, so that the page says so instead of failing. */
async function markMissing({ db, storage, events, log }: AdoptPorts, userId: string): Promise<number> {
  let missing = 0
  const rows = db.selectFrom('images').where('user_id', '=', userId).where('damage', 'is', null)
  for (const row of await rows.select(['id', 'storage_key', 'bytes']).execute()) {
    const file = await storage.stat(row.storage_key)
    if (file?.size === row.bytes) continue
    missing += 1
    const damage = file === null ? 'The file is missing.' : 'The file has another size than when it was saved.'
    await inTransaction(db, async (trx) => {
      await trx.updateTable('images').set({ damage }).where('id', '=', row.id).execute()
      await events.append(trx, userId, [{ type: 'image.changed', imageId: row.id }])
    })
    log.error({ image: row.id, user: userId }, 'image file missing or changed')
  }
  return missing
}

/** Compares all files with all rows, both ways. */
export async function sweep(ports: AdoptPorts, olderThanMs: number = graceMs): Promise<SweepReport> {
  const report = { adopted: 0, removed: 0, missing: 0 }
  for (const { id } of await ports.db.selectFrom('users').select('id').execute()) {
    const { adopted, removed } = await adoptOrphans(ports, { userId: id, olderThanMs })
    report.adopted += adopted
    report.removed += removed
    report.missing += await markMissing(ports, id)
  }
  return report
}
