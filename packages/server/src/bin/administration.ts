// What administrators do, put together.
import type { Defaults } from '#admin/defaults.ts'
import { createUsers } from '#admin/users.ts'
import { securityOf, type Accounts } from '#auth/accounts.ts'
import { createInvitations } from '#auth/invitations.ts'
import type { Config } from '#config/config.ts'
import type { Database } from '#db/database.ts'
import type { AdminPorts } from '#http/routes/admin.ts'
import type { Storage } from '#storage/spec/storage.ts'

export interface AdministrationOptions {
  readonly mode: Config['auth']
  readonly version: string
  readonly database: Database
  readonly storage: Storage
  /** Null in local mode. */
  readonly accounts: Accounts | null
  readonly defaults: Defaults
}

export function createAdministration(options: AdministrationOptions): AdminPorts {
  const { mode, version, database, storage, accounts, defaults } = options
  const { db } = database
  // In local mode nobody is remembered as signed in.
  const security = securityOf(accounts?.auth ?? { distrust: () => {} })
  return {
    users: createUsers(db, security),
    overview: { db, version, mode, database: database.kind, freeBytes: () => storage.free() },
    defaults,
    invitations: createInvitations(db),
    security,
  }
}
