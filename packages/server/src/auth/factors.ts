// Everything that guards an account beside its password, in one piece.
import type { Log } from '#base/log.ts'
import type { Db } from '#db/database.ts'
import type { AccountPorts } from './account-ports.ts'
import { createAttempts } from './attempts.ts'
import type { BetterAuth } from './better-auth.ts'
import type { Bridge } from './bridge.ts'
import type { OidcSettings } from './issuer.ts'
import { createPasskeys, type Passkeys } from './passkeys.ts'
import { createSingleSignOn, type SingleSignOn } from './single-sign-on.ts'
import { createTwoFactor, type TwoFactor } from './two-factor.ts'

export interface FactorsOptions {
  readonly db: Db
  readonly log: Log
  readonly ask: Bridge
  readonly auth: Pick<BetterAuth, 'api'>
  /** What cookies are signed with. */
  readonly secret: string
  readonly publicUrl: string | null
  readonly oidc: OidcSettings | null
  readonly distrust: AccountPorts['distrust']
  readonly signUpPolicy: AccountPorts['signUpPolicy']
}

export interface Factors {
  readonly twoFactor: TwoFactor
  readonly passkeys: Passkeys
  /** Null: there is no issuer. */
  readonly singleSignOn: SingleSignOn | null
}

export function createFactors(options: FactorsOptions): Factors {
  const { db, oidc, publicUrl } = options
  return {
    twoFactor: createTwoFactor({ ...options, attempts: createAttempts({ db }) }),
    passkeys: createPasskeys(options),
    // The settings are refused where there is an issuer and no address that it can send people back to.
    singleSignOn: oidc === null || publicUrl === null ? null : createSingleSignOn({ ...options, oidc, publicUrl }),
  }
}
