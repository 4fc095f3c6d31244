// What administrators do, put together.
import type { Defaults } from '#admin/defaults.ts'
import { createGroups } from '#admin/groups.ts'
import { createUsers } from '#admin/users.ts'
import { securityOf, type Accounts } from '#auth/accounts.ts'
import { createInvitations } from '#auth/invitations.ts'
import type { Database } from '#db/database.ts'
import type { Events } from '#events/events.ts'
import type { Storage } from '#storage/spec/storage.ts'
import type { AdminPorts } from './routes/admin.ts'

export interface AdministrationOptions {
  readonly mode: 'local' | 'accounts'
  readonly version: string
  readonly database: Database
  readonly events: Events
  readonly storage: Pick<Storage, 'free'>
  /** Null in local mode. */
  readonly accounts: Accounts | null
  readonly defaults: Defaults
}

export function createAdministration(options: AdministrationOptions): AdminPorts {
  const { mode, version, database, events, storage, accounts, defaults } = options
  const { db } = database
  // In local mode nobody is remembered as signed in.
  const security = securityOf(accounts?.auth ?? { distrust: () => {} })
  return {
    users: createUsers(db, security),
    groups: createGroups({ db, events, security }),
    overview: { db, version, mode, database: database.kind, freeBytes: () => storage.free() },
    defaults,
    invitations: createInvitations(db),
    security,
  }
}
