import type { Storage } from '#storage/spec/storage.ts'
import { adoptAll, type AdoptPorts, type AdoptReport } from './adopt.ts'
import { checkStore, takeBackFound } from './found-again.ts'
import { cutOff, lost, markDamaged } from './mark-damaged.ts'
import { sweepDerived } from './sweep-derived.ts'

export interface SweepReport extends AdoptReport {
  /** Rows whose file is missing; they are marked as damaged. */
  readonly missing: number
}

interface SweepOptions {
  /** Files younger than this many milliseconds are left alone; ten minutes by default. */
  readonly olderThanMs?: number
  /** Aborted when there is no time left; the rest is for the next time. */
  readonly signal?: AbortSignal
  /** Whether a store that has nothing of what is looked for first is believed; false by default. */
  readonly believe?: boolean
}

const batch = 200
const atOnce = 16
const graceMs = 10 * 60_000

/** A store that is elsewhere takes its time for each. */
async function statAll(storage: Storage, rows: readonly { readonly storage_key: string }[]) {
  const found: Awaited<ReturnType<Storage['stat']>>[] = []
  for (let at = 0; at < rows.length; at += atOnce) {
    const part = rows.slice(at, at + atOnce)
    found.push(...(await Promise.all(part.map((row) => storage.stat(row.storage_key)))))
  }
  return found
}

/** Marks rows whose file is gone, so that the page says so instead of failing. */
async function markMissing(ports: AdoptPorts, userId: string, signal?: AbortSignal): Promise<number> {
  const { db, storage } = ports
  let missing = 0
  for (let last: string | null = null; signal?.aborted !== true;) {
    let select = db.selectFrom('images').where('user_id', '=', userId).where('damage', 'is', null)
    if (last !== null) select = select.where('id', '>', last)
    const rows: { id: string; storage_key: string; bytes: number }[] = await select
      .orderBy('id')
      .limit(batch)
      .select(['id', 'storage_key', 'bytes'])
      .execute()
    for (const [index, file] of (await statAll(storage, rows)).entries()) {
      const row = rows[index]
      if (row === undefined || file?.size === row.bytes) continue
      const damage = file === null ? lost : cutOff
      if (await markDamaged(ports, row, damage)) missing += 1
    }
    last = rows.at(-1)?.id ?? null
    if (last === null) break
  }
  return missing
}

/**
 * Compares all files with all rows, both ways.
 * @throws StorageError when the store does not answer, EaselError `storage-unavailable` when it seems to be another library's: nothing is
 * marked then
 */
export async function sweep(ports: AdoptPorts, options: SweepOptions = {}): Promise<SweepReport> {
  const { olderThanMs = graceMs, signal, believe = false } = options
  if (!believe) await checkStore(ports)
  const report = await adoptAll(ports, { olderThanMs, ...(signal === undefined ? {} : { signal }) })
  await takeBackFound(ports, signal)
  let missing = 0
  for (const { id } of await ports.db.selectFrom('users').select('id').execute()) {
    missing += await markMissing(ports, id, signal)
  }
  await sweepDerived(ports, { olderThanMs, signal })
  return { ...report, missing }
}
