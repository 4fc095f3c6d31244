// What administrators do, put together, and what is done about people who leave.
import { existsSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Defaults } from '#admin/defaults.ts'
import { finishRemovals } from '#admin/remove-user.ts'
import { createUsers } from '#admin/users.ts'
import { securityOf, type Accounts } from '#auth/accounts.ts'
import { createInvitations } from '#auth/invitations.ts'
import type { Log } from '#base/log.ts'
import type { Config } from '#config/config.ts'
import type { Database } from '#db/database.ts'
import type { Events } from '#events/events.ts'
import type { AdminPorts } from '#http/routes/admin.ts'
import { eraseUser } from '#library/erase.ts'
import { handOver } from '#library/hand-over.ts'
import type { Storage } from '#storage/spec/storage.ts'
import type { Exports } from '#transfer/export/export.ts'

export interface AdministrationOptions {
  readonly config: Config
  readonly log: Log
  readonly version: string
  readonly database: Database
  readonly storage: Storage
  readonly events: Events
  readonly exports: Exports
  /** Null in local mode. */
  readonly accounts: Accounts | null
  readonly defaults: Defaults
  /** Cancels everything of a user that waits or runs, and returns once nothing does. */
  readonly stopWork: (userId: string) => Promise<void>
}

export interface Administration {
  readonly ports: AdminPorts
  /** Deals with everybody who is leaving. @returns how many are gone */
  finishRemovals(): Promise<number>
}

export function createAdministration(options: AdministrationOptions): Administration {
  const { config, log, version, database, storage, events, accounts, defaults, stopWork } = options
  const { db } = database
  const ports = { db, storage, events, log }
  const security = securityOf(accounts?.auth ?? { distrust: () => {} })
  const finish = () =>
    finishRemovals({
      db,
      log,
      handOver: async (from, to) => {
        await stopWork(from)
        await handOver(ports, { from, to })
      },
      exportLibrary: (userId) => exportInto(join(config.dataFolder, 'exports'), options.exports, userId),
      eraseUser: (userId) => eraseUser({ ...ports, stopWork }, userId),
    })
  return {
    finishRemovals: finish,
    ports: {
      users: createUsers(db, security),
      overview: { db, version, mode: config.auth, database: database.kind, freeBytes: () => storage.free() },
      defaults,
      invitations: createInvitations(db),
      security,
      removeSoon: () => {
        finish().catch((error: unknown) => log.error({ err: error }, 'removed people could not be looked at'))
      },
    },
  }
}

/** One that is there is whole, for it got its name last; by now some of the library may be erased, so it is never written again. */
async function exportInto(folder: string, exports: Exports, userId: string): Promise<string> {
  const path = join(folder, `${userId}.zip`)
  if (existsSync(path)) return path
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const draft = `${path}.draft`
  const archive = await exports.open(userId, new AbortController().signal)
  const file = await open(draft, 'w', 0o600)
  try {
    for await (const part of archive.read()) await file.writeFile(part)
    await file.sync()
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  } finally {
    await file.close()
  }
  await rename(draft, path)
  return path
}
