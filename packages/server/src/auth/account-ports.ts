import type { Log } from '#base/log.ts'
import type { Db } from '#db/database.ts'
import type { Bridge } from './bridge.ts'
import type { AccountsAuth } from './identify.ts'
import type { CheckPassword } from './password-rules.ts'

export type SignUpPolicy = 'closed' | 'invite' | 'open'

/** What signing in, signing up and passwords stand on. */
export interface AccountPorts {
  readonly db: Db
  readonly log: Log
  readonly ask: Bridge
  readonly checkPassword: CheckPassword
  readonly distrust: AccountsAuth['distrust']
  /** Who may make an account now; an administrator can change it at any time. */
  readonly signUpPolicy: () => SignUpPolicy
}
