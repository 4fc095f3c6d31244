import type { Role, Scope } from '@easel/contract'

/** Who a request acts as. */
export interface Caller {
  readonly userId: string
  readonly role: Role
  /** What the identity came by: no sign-in at all, a session, an API key, or the account that old clients act as. */
  readonly by: 'local' | 'session' | 'key' | 'compat'
  readonly scopes: ReadonlySet<Scope>
  /** The session or the key; null for `local` and `compat`. */
  readonly credentialId: string | null
}

export const everyScope: ReadonlySet<Scope> = new Set(['read', 'generate', 'write', 'admin'])
