// A second factor beside the password: codes of an authenticator app, and recovery codes. Rules in docs/spec/accounts.md (AF10 …).
import { z } from 'zod'
import type { Factors, SecondFactor, TwoFactorSecret } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import { inTransaction } from '#db/transaction.ts'
import type { AccountPorts } from './account-ports.ts'
import { record } from './audit.ts'
import { cookieName, type BetterAuth } from './better-auth.ts'
import type { Client, Told } from './bridge.ts'
import { createFactorChecks, type FactorCheckPorts, type FactorChecks, type Owner } from './factor-checks.ts'
import { forget } from './forget.ts'
import { passwordHashOf } from './people.ts'
import { cookieValues, readSessionToken } from './session-token.ts'
import { oidcProvider } from './single-sign-on-people.ts'

export interface TwoFactorPorts extends FactorCheckPorts {
  readonly auth: Pick<BetterAuth, 'api'>
  readonly distrust: AccountPorts['distrust']
  readonly secret: string
  readonly publicUrl: string | null
}

/** What came of it, with the session that took the place of the one before. */
export interface NewSession {
  /** Set-Cookie headers. */
  readonly cookies: readonly string[]
  /** Its signed token, for clients without cookies. */
  readonly token: string | null
}

export interface TwoFactor {
  factors(userId: string): Promise<Factors>
  /** @throws EaselError `conflict` when it is on already, `validation-failed` for a wrong password */
  enable(owner: Owner, password: string): Promise<TwoFactorSecret>
  /** @throws EaselError `validation-failed` for a wrong code */
  verify(owner: Owner, code: string): Promise<NewSession>
  disable(owner: Owner, password: string): Promise<NewSession>
  renewRecoveryCodes(owner: Owner, password: string): Promise<readonly string[]>
  /**
   * The second half of a sign-in. What belongs to every sign-in is the caller's: see `settleSignIn`.
   * @throws EaselError `unauthorized` when there is no first half, `validation-failed` for a wrong code
   */
  finish(client: Client, factor: SecondFactor): Promise<NewSession & { readonly userId: string }>
}

const Enabled = z.object({ totpURI: z.string(), backupCodes: z.array(z.string()) })
const Renewed = z.object({ backupCodes: z.array(z.string()) })

const sessionOf = ({ cookies, token }: Told): NewSession => ({ cookies, token })

async function factorsOf(ports: TwoFactorPorts, userId: string): Promise<Factors> {
  const { db, auth } = ports
  const twoFactor = await isOn(ports, userId)
  const issued = await db
    .selectFrom('credentials')
    .select('id')
    .where('user_id', '=', userId)
    .where('provider_id', '=', oidcProvider)
    .executeTakeFirst()
  const left = twoFactor ? (await auth.api.viewBackupCodes({ body: { userId } })).backupCodes.length : null
  const hasPassword = (await passwordHashOf(db, userId)) !== null
  return { hasPassword, twoFactor, recoveryCodesLeft: left, singleSignOn: issued !== undefined }
}

/** Whose sign-in waits for its second half; null: there is none, or it took too long. */
async function pendingUser({ db, secret }: TwoFactorPorts, signed: string): Promise<string | null> {
  const identifier = readSessionToken(signed, secret)
  if (identifier === null) return null
  const row = await db
    .selectFrom('verifications')
    .innerJoin('users', (join) =>
      join.on(({ eb, cast, ref }) => eb(cast<string>(ref('users.id'), 'text'), '=', ref('value'))),
    )
    .select('users.id')
    .where('identifier', '=', identifier)
    .where('verifications.expires_at', '>', new Date())
    .executeTakeFirst()
  return row?.id ?? null
}

async function changed({ db, distrust }: TwoFactorPorts, { userId, client }: Owner, action: string): Promise<void> {
  // better-auth has ended sessions; the other processes hear it of the database.
  distrust(userId)
  await inTransaction(db, async (trx) => {
    await record(trx, { action, actorId: userId, address: client.address })
    await forget(trx, userId)
  })
}

async function isOn({ db }: TwoFactorPorts, userId: string): Promise<boolean> {
  const user = await db.selectFrom('users').select('two_factor_enabled').where('id', '=', userId).executeTakeFirst()
  return user?.two_factor_enabled ?? false
}

/** Setting up, in two steps. */
function settingUp(ports: TwoFactorPorts, check: FactorChecks): Pick<TwoFactor, 'enable' | 'verify'> {
  const { db, ask } = ports
  return {
    async enable(owner, password) {
      // better-auth would put the new secret in the old one's place at once, before it was ever tried.
      if (await isOn(ports, owner.userId)) throw new EaselError('conflict', 'Two-factor is on. Turn it off first.')
      await check.password(owner, password)
      const told = await ask(owner.client, { method: 'POST', path: '/two-factor/enable', body: { password } })
      const { totpURI, backupCodes } = Enabled.parse(told.body)
      return { uri: totpURI, recoveryCodes: backupCodes }
    },

    async verify(owner, code) {
      const { userId } = owner
      if (await isOn(ports, userId)) throw new EaselError('conflict', 'Two-factor is set up already.')
      const begun = await db.selectFrom('two_factors').select('id').where('user_id', '=', userId).executeTakeFirst()
      if (begun === undefined) throw new EaselError('conflict', 'Begin to set up two-factor first.')
      const told = await check.code(owner, code)
      await changed(ports, owner, 'two-factor-enabled')
      return sessionOf(told)
    },
  }
}

export function createTwoFactor(ports: TwoFactorPorts): TwoFactor {
  const { ask, attempts, publicUrl } = ports
  const check = createFactorChecks(ports)
  const pendingCookie = cookieName(publicUrl, 'two_factor')

  async function confirm(owner: Owner, password: string): Promise<void> {
    if (!(await isOn(ports, owner.userId))) throw new EaselError('conflict', 'Two-factor is not set up.')
    await check.password(owner, password)
  }

  return {
    factors: (userId) => factorsOf(ports, userId),
    ...settingUp(ports, check),

    async disable(owner, password) {
      await confirm(owner, password)
      const told = await ask(owner.client, { method: 'POST', path: '/two-factor/disable', body: { password } })
      await changed(ports, owner, 'two-factor-disabled')
      return sessionOf(told)
    },

    async renewRecoveryCodes(owner, password) {
      await confirm(owner, password)
      const path = '/two-factor/generate-backup-codes'
      // A code that is tried meanwhile would put the old ones in the place of these.
      const told = await attempts.alone('recovery-code', owner.userId, () =>
        ask(owner.client, { method: 'POST', path, body: { password } }),
      )
      await changed(ports, owner, 'recovery-codes-renewed')
      return Renewed.parse(told.body).backupCodes
    },

    async finish(client, { code, recoveryCode = '' }) {
      const [signed] = client.cookie === null ? [] : cookieValues(client.cookie, pendingCookie)
      const userId = signed === undefined ? null : await pendingUser(ports, signed)
      if (userId === null) {
        throw new EaselError('unauthorized', 'This sign-in took too long. Begin again with your password.')
      }
      // A session that is in the browser too is not what is finished here.
      const half = { userId, client: { ...client, cookie: `${pendingCookie}=${signed}`, bearer: null } }
      const told = code === undefined ? await check.recoveryCode(half, recoveryCode) : await check.code(half, code)
      return { ...sessionOf(told), userId }
    },
  }
}
