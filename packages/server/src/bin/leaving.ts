// Libraries that go or change hands, in the background: it begins when somebody leaves, on any process, and goes on after a crash.
import { existsSync } from 'node:fs'
import { open, mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { finishRemovals } from '#admin/remove-user.ts'
import { expireGuests } from '#auth/guests.ts'
import { sessionsChannel } from '#auth/forget.ts'
import { messageOf } from '#base/errors.ts'
import type { Log } from '#base/log.ts'
import type { Database } from '#db/database.ts'
import type { Events } from '#events/events.ts'
import type { Generations } from '#generation/generations.ts'
import { stopWork } from '#generation/stop-work.ts'
import { eraseUser } from '#library/erase.ts'
import { handOver } from '#library/hand-over.ts'
import type { Storage } from '#storage/spec/storage.ts'
import type { Exports } from '#transfer/export/export.ts'

export interface LeavingPorts {
  readonly database: Database
  readonly storage: Storage
  readonly events: Events
  readonly log: Log
  readonly generations: Pick<Generations, 'cancel'>
  readonly exports: Exports
  /** Where the archives of people who left are put, for who runs the server. */
  readonly exportFolder: string
}

export interface Leaving {
  /** Does all that there is to do now; what cannot be finished is left for the next time. */
  run(): Promise<void>
  close(): Promise<void>
}

/**
 * Under its name only once it is whole and on the disk. One that is there stays as it is: by the time of a repeat some of the library
 * may be erased. @returns its path
 */
async function writeExport({ exports, exportFolder }: LeavingPorts, userId: string): Promise<string> {
  await mkdir(exportFolder, { recursive: true, mode: 0o700 })
  const path = join(exportFolder, `${userId}.zip`)
  if (existsSync(path)) return path
  const exported = await exports.open(userId, new AbortController().signal)
  const file = await open(`${path}.part`, 'w', 0o600)
  try {
    for await (const chunk of exported.read()) await file.appendFile(chunk)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.part`, path)
  return path
}

/** Watches over everybody who leaves. */
export async function startLeaving(ports: LeavingPorts): Promise<Leaving> {
  const { database, log, generations } = ports
  const { db } = database
  const library = { db, storage: ports.storage, events: ports.events, log }
  let running: Promise<void> | null = null
  let again = false
  let closed = false

  async function work(): Promise<void> {
    do {
      again = false
      await expireGuests(db)
      await finishRemovals({
        db,
        log,
        handOver: (from, to) => handOver(library, { from, to }),
        exportLibrary: (userId) => writeExport(ports, userId),
        eraseUser: (userId) => eraseUser({ ...library, stopWork: (id) => stopWork({ db, generations }, id) }, userId),
      })
    } while (again && !closed)
  }

  function run(): Promise<void> {
    if (closed) return Promise.resolve()
    if (running === null) running = work().finally(() => (running = null))
    else again = true
    return running
  }

  const soon = () => void run().catch((error: unknown) => log.error({ reason: messageOf(error) }, 'nobody could leave'))
  // Whoever leaves is kept out first, and that is told on this channel.
  const stopListening = await database.listen(sessionsChannel, soon, soon)
  return {
    run,
    async close() {
      closed = true
      await stopListening()
      await running?.catch(() => {
        // Told to who has begun it; the next start goes on.
      })
    },
  }
}
