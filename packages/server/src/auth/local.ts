import type { Auth } from './auth.ts'
import { everyScope, type Caller } from './caller.ts'

/** Local mode: every request acts as the owner, whatever it shows. */
export function createLocalAuth(ownerId: string): Auth {
  const owner: Caller = { userId: ownerId, role: 'admin', by: 'local', scopes: everyScope, credentialId: null }
  return {
    mode: 'local',
    identify: async () => owner,
    compatCaller: async () => owner,
    onChange: () => () => {},
    close: async () => {},
  }
}
