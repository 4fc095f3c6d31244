// Sidecars that follow their rows. The database marks a row whose sidecar says something else by now, whoever changed it, in the same
// transaction; here they are written, at once and after a crash.
import { sql } from 'kysely'
import { messageOf } from '#base/errors.ts'
import type { Log } from '#base/log.ts'
import type { Db } from '#db/database.ts'
import type { Storage } from '#storage/spec/storage.ts'
import { albumsOf } from './album-members.ts'
import { sidecarKey, sidecarOf, type ImageRow } from './image-record.ts'
import { tagsOf } from './tags.ts'

export interface SidecarPorts {
  readonly db: Db
  readonly storage: Storage
  readonly log: Log
}

export interface Sidecars {
  /** Says that there may be something to write. Returns at once. */
  changed(): void
  /** Writes all that is due; returns when it is written. @throws StorageError */
  writeAll(signal?: AbortSignal): Promise<void>
  /** Ends after what it is at. */
  close(): Promise<void>
}

const batch = 50
/** After this the writer that took a sidecar counts as gone. */
const claimSeconds = 60

/** Takes sidecars for this writer alone. */
async function claim(db: Db): Promise<readonly ImageRow[]> {
  return await db
    .updateTable('images')
    .set({ sidecar_claimed: sql<Date>`now()` })
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('images')
        .select('id')
        .where('sidecar_due', '=', true)
        .where((where) =>
          where.or([
            where('sidecar_claimed', 'is', null),
            where('sidecar_claimed', '<', sql<Date>`now() - ${sql.lit(claimSeconds)} * interval '1 second'`),
          ]),
        )
        .orderBy('id')
        .limit(sql.lit(batch))
        .forUpdate()
        .skipLocked(),
    )
    .returningAll()
    .execute()
}

/** Settles a written sidecar; it stays due when the row has changed meanwhile. */
async function settle({ db, storage }: SidecarPorts, row: ImageRow): Promise<void> {
  const settled = await db
    .updateTable('images')
    .set({ sidecar_due: sql<boolean>`revision <> ${row.revision}`, sidecar_claimed: null })
    .where('id', '=', row.id)
    .where('storage_key', '=', row.storage_key)
    .executeTakeFirst()
  if (settled.numUpdatedRows > 0n) return
  // The picture has gone or changed hands: what was written just now is nobody's.
  await storage.delete(sidecarKey(row.storage_key))
  await db.updateTable('images').set({ sidecar_claimed: null }).where('id', '=', row.id).execute()
}

async function writeBatch(ports: SidecarPorts, rows: readonly ImageRow[]): Promise<void> {
  const { db, storage } = ports
  const ids = rows.map(({ id }) => id)
  const tags = await tagsOf(db, ids)
  const albums = await albumsOf(db, ids)
  for (const row of rows) {
    const sidecar = sidecarOf(row, tags.get(row.id) ?? [], albums.get(row.id) ?? [])
    await storage.put(sidecarKey(row.storage_key), Buffer.from(JSON.stringify(sidecar, null, 2)))
    await settle(ports, row)
  }
}

export function createSidecars(ports: SidecarPorts): Sidecars {
  const { db, log } = ports
  let stopped = false
  let waiting = false
  /** One at a time in a process, so that whoever waits for all finds none with another writer. */
  let last: Promise<unknown> = Promise.resolve()

  async function write(signal?: AbortSignal): Promise<void> {
    while (!stopped && signal?.aborted !== true) {
      const rows = await claim(db)
      if (rows.length === 0) return
      await writeBatch(ports, rows)
    }
  }

  function inTurn(signal?: AbortSignal): Promise<void> {
    const turn = last.then(() => write(signal))
    last = turn.catch(() => null)
    return turn
  }

  return {
    writeAll: inTurn,
    changed() {
      if (waiting || stopped) return
      waiting = true
      const turn = last.then(() => {
        waiting = false
        return write()
      })
      // They stay due: housekeeping comes by again.
      last = turn.catch((error: unknown) => log.error({ reason: messageOf(error) }, 'sidecars could not be written'))
    },
    async close() {
      stopped = true
      await last
    },
  }
}
