import type { Log } from '#base/log.ts'
import type { Db } from '#db/database.ts'
import type { Events } from '#events/events.ts'
import { digestInTurns } from '#media/digest.ts'
import type { Storage } from '#storage/spec/storage.ts'
import { lost, markDamaged } from './mark-damaged.ts'

export interface VerifyReport {
  readonly checked: number
  /** Ids of pictures whose file is not what was saved. They are marked as damaged. */
  readonly changed: readonly string[]
}

interface Ports {
  readonly db: Db
  readonly storage: Storage
  readonly events: Events
  readonly log: Log
}

const batch = 200

/** Reads every file and compares its SHA-256 with the one it was saved with: what a disk forgot or somebody changed is found. */
export async function verifyFiles(ports: Ports): Promise<VerifyReport> {
  const { db, storage } = ports
  const changed: string[] = []
  let checked = 0
  for (let last: string | null = null; ;) {
    let select = db.selectFrom('images').where('damage', 'is', null)
    if (last !== null) select = select.where('id', '>', last)
    const rows: { id: string; storage_key: string; sha256: string }[] = await select
      .orderBy('id')
      .limit(batch)
      .select(['id', 'storage_key', 'sha256'])
      .execute()
    for (const row of rows) {
      const bytes = await storage.read(row.storage_key)
      checked += 1
      if (bytes !== null && (await digestInTurns(bytes)).sha256 === row.sha256) continue
      const damage = bytes === null ? lost : 'The file is not the one that was saved.'
      if (await markDamaged(ports, row, damage)) changed.push(row.id)
    }
    last = rows.at(-1)?.id ?? null
    if (last === null) return { checked, changed }
  }
}
