import { openLog } from '#base/log.ts'
import type { Database } from '#db/database.ts'
import { createAccounts, type Accounts, type AccountsOptions } from './accounts.ts'
import { findApiKey } from './api-keys.ts'
import type { Client } from './bridge.ts'

/** Accounts on a test's database: everybody may sign up, nobody outside is asked. */
export async function openTestAccounts(database: Database, changes: Partial<AccountsOptions> = {}): Promise<Accounts> {
  const { log = openLog('silent') } = changes
  return await createAccounts({
    database,
    log,
    key: Buffer.alloc(32, 7),
    publicUrl: null,
    compatUser: null,
    oidc: null,
    mail: null,
    breachedPasswords: null,
    signUpPolicy: () => 'open',
    guests: () => ({ allowed: true, days: 7 }),
    findApiKey: (db, token) => findApiKey(db, token, { log }),
    ...changes,
  })
}

/** Somebody who asks from nowhere near, with nothing to show. */
export const testClient: Client = {
  address: '192.0.2.1',
  origin: 'http://127.0.0.1:8080',
  userAgent: null,
  cookie: null,
  bearer: null,
}
