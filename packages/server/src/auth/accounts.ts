// Accounts mode in one piece: who is who, and how one becomes somebody. Rules in docs/spec/accounts.md (AC1 …).
import type { PasswordChange, SetUp, SignIn, SignUp } from '@easel/contract'
import type { Log } from '#base/log.ts'
import type { Database, Db, Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { AccountPorts, SignUpPolicy } from './account-ports.ts'
import { record } from './audit.ts'
import { authSecret, createBetterAuth } from './better-auth.ts'
import { createBreachCheck } from './breached.ts'
import { createBridge, type Bridge, type Client } from './bridge.ts'
import type { Caller } from './caller.ts'
import { createFactors, type Factors } from './factors.ts'
import { createGuests, withGuests, type Guests, type GuestSettings } from './guests.ts'
import { createAccountsAuth, type AccountsAuth } from './identify.ts'
import type { OidcSettings } from './issuer.ts'
import { createMailer } from './mail.ts'
import { changePassword } from './password-change.ts'
import { sendResetLink, useResetToken } from './password-reset.ts'
import { createPasswordRules } from './password-rules.ts'
import { needsSetUp } from './people.ts'
import { endSession, endSessions } from './sessions.ts'
import { setUp, setUpCode } from './set-up.ts'
import { signIn, type SignInResult } from './sign-in.ts'
import { signUp } from './sign-up.ts'

export interface AccountsOptions {
  readonly database: Database
  readonly log: Log
  /** The instance key, 32 bytes. */
  readonly key: Buffer
  readonly publicUrl: string | null
  readonly compatUser: string | null
  readonly oidc: OidcSettings | null
  readonly mail: { readonly url: string; readonly from: string } | null
  /** A range service of breached passwords, or null. */
  readonly breachedPasswords: string | null
  /** Who may make an account now; an administrator can change it at any time. */
  readonly signUpPolicy: () => SignUpPolicy
  /** Absent: no guests. */
  readonly guests?: GuestSettings
  readonly findApiKey: (db: Db, token: string) => Promise<Caller | null>
}

export interface Accounts {
  readonly auth: AccountsAuth
  /** The way to better-auth's own paths, each by name. */
  readonly ask: Bridge
  readonly ports: AccountPorts
  /** What guards accounts beside passwords. */
  readonly factors: Factors
  readonly signUpPolicy: () => SignUpPolicy
  readonly guests: Guests
  /** What the button for single sign-on says, or null. */
  readonly singleSignOn: string | null
  /** Whether links for a new password are sent; they hold the address that the settings say, never one that a request says. */
  readonly sendsMail: boolean
  needsSetUp(): Promise<boolean>
  /** What the printed link holds. */
  readonly setUpCode: string
  /** @param given `near`: the request comes from the server itself, so that no code is needed */
  setUp(client: Client, given: SetUp & { readonly near: boolean }): Promise<SignInResult>
  signIn(client: Client, given: SignIn, previous: Caller | null): Promise<SignInResult>
  signUp(client: Client, given: SignUp, previous: Caller | null): Promise<SignInResult>
  /** Ends the session that the caller came with. */
  signOut(caller: Caller, address: string): Promise<void>
  endSession(caller: Caller, id: string, address: string): Promise<void>
  endSessions(caller: Caller, address: string): Promise<void>
  changePassword(caller: Caller, change: PasswordChange, address: string): Promise<void>
  forgotPassword(client: Client, email: string): Promise<void>
  useResetToken(client: Client, given: { readonly token: string; readonly password: string }): Promise<void>
  close(): Promise<void>
}

/** What administration needs of accounts: it ends sessions and writes events down inside transactions of its own. */
export const securityOf = ({ distrust }: Pick<AccountsAuth, 'distrust'>) => ({
  record: (trx: Trx, entry: Parameters<typeof record>[1]) => record(trx, entry),
  async forget(_trx: Trx, userId: string) {
    // The other processes hear it of the database.
    distrust(userId)
  },
  async endSessions(trx: Trx, userId: string) {
    distrust(userId)
    await endSessions(trx, userId)
  },
})

/** The caller's own sessions, ended one by one or all together. */
function sessionEnding({ db, distrust }: AccountPorts): Pick<Accounts, 'signOut' | 'endSession' | 'endSessions'> {
  return {
    async signOut({ userId, credentialId }, address) {
      if (credentialId === null) return
      distrust(userId)
      await inTransaction(db, async (trx) => {
        await trx.deleteFrom('sessions').where('user_id', '=', userId).where('id', '=', credentialId).execute()
        await record(trx, { action: 'sign-out', actorId: userId, address })
      })
    },
    async endSession({ userId }, id, address) {
      distrust(userId)
      await inTransaction(db, async (trx) => {
        await endSession(trx, userId, id)
        await record(trx, { action: 'session-ended', actorId: userId, address, detail: { session: id } })
      })
    },
    async endSessions({ userId }, address) {
      distrust(userId)
      await inTransaction(db, async (trx) => {
        await endSessions(trx, userId)
        await record(trx, { action: 'sign-out-everywhere', actorId: userId, address })
      })
    },
  }
}

const noGuests: GuestSettings = () => ({ allowed: false, days: 7 })

/** Builds accounts mode. */
export async function createAccounts(options: AccountsOptions): Promise<Accounts> {
  const { database, log, key, publicUrl, compatUser, oidc, mail, signUpPolicy, findApiKey } = options
  const { db } = database
  const secret = authSecret(key)
  const guests = createGuests({ db, secret, publicUrl, settings: options.guests ?? noGuests })
  const auth = withGuests(await createAccountsAuth({ database, secret, publicUrl, compatUser, findApiKey }), guests)
  const betterAuth = createBetterAuth({ db, log, key, publicUrl })
  const ask = createBridge(betterAuth)
  const isBreached = createBreachCheck({ url: options.breachedPasswords, log })
  const checkPassword = createPasswordRules(isBreached)
  const ports: AccountPorts = { db, log, ask, checkPassword, distrust: auth.distrust, signUpPolicy }
  const mailer = mail === null || publicUrl === null ? null : createMailer(mail, log)
  const code = setUpCode(key)

  return {
    auth,
    guests,
    ask,
    ports,
    factors: createFactors({ ...ports, auth: betterAuth, secret, publicUrl, oidc }),
    signUpPolicy,
    singleSignOn: oidc?.name ?? null,
    sendsMail: mailer !== null,
    needsSetUp: () => needsSetUp(db),
    setUpCode: code,
    async setUp(client, { name, email, password, code: shown = null, near }) {
      await setUp(ports, client, { name, email, password, shown, code: near ? null : code })
      return await signIn(ports, client, { email, password, remember: true, previous: null })
    },
    signIn: (client, given, previous) => signIn(ports, client, { ...given, previous }),
    async signUp(client, given, previous) {
      const guest = previous?.role === 'guest' ? previous : null
      await signUp(ports, client, { ...given, guest })
      const { email, password } = given
      // A guest's sessions ended with the guest.
      const old = guest === null ? previous : null
      return await signIn(ports, client, { email, password, remember: true, previous: old })
    },
    ...sessionEnding(ports),
    changePassword: (caller, change, address) => changePassword(ports, caller, { ...change, address }),
    async forgotPassword(client, email) {
      if (mailer !== null && publicUrl !== null) await sendResetLink({ db, mailer, origin: publicUrl }, client, email)
    },
    useResetToken: (client, given) => useResetToken(ports, client, given),
    async close() {
      await auth.close()
      await mailer?.close()
    },
  }
}
