// A second factor beside the password: codes of an authenticator app, and recovery codes. Rules in docs/spec/accounts.md (AF10 …).
import { z } from 'zod'
import type { Factors, SecondFactor, TwoFactorSecret } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Db } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Attempts } from './attempts.ts'
import { record } from './audit.ts'
import type { BetterAuth } from './better-auth.ts'
import { cookieName } from './better-auth.ts'
import type { Ask, Bridge, Client, Told } from './bridge.ts'
import { forget } from './forget.ts'
import { verifyPassword } from './password-hash.ts'
import { passwordHashOf } from './people.ts'
import { cookieValues, readSessionToken } from './session-token.ts'
import { oidcProvider } from './single-sign-on-people.ts'

export interface TwoFactorPorts {
  readonly db: Db
  readonly ask: Bridge
  readonly auth: Pick<BetterAuth, 'api'>
  readonly attempts: Attempts
  readonly secret: string
  readonly publicUrl: string | null
}

/** Somebody who changes what guards their account. */
export interface Owner {
  readonly userId: string
  readonly client: Client
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
   * The second half of a sign-in.
   * @throws EaselError `unauthorized` when there is no first half, `validation-failed` for a wrong code
   */
  finish(client: Client, factor: SecondFactor): Promise<NewSession & { readonly userId: string }>
}

/** A code counts for its own half minute and its neighbours; afterwards nobody can show it again anyway. */
const codeSeconds = 120

const Enabled = z.object({ totpURI: z.string(), backupCodes: z.array(z.string()) })
const Renewed = z.object({ backupCodes: z.array(z.string()) })

const fault = (field: string, message: string) =>
  new EaselError('validation-failed', `${field}: ${message}`, { fields: [{ field: `body.${field}`, message }] })

const isRefusal = (error: unknown): boolean => error instanceof EaselError && error.code !== 'forbidden'

const sessionOf = ({ cookies, token }: Told): NewSession => ({ cookies, token })

async function factorsOf({ db, auth }: TwoFactorPorts, userId: string): Promise<Factors> {
  const user = await db
    .selectFrom('users')
    .select('two_factor_enabled')
    .where('id', '=', userId)
    .executeTakeFirstOrThrow()
  const twoFactor = user.two_factor_enabled
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

export function createTwoFactor(ports: TwoFactorPorts): TwoFactor {
  const { db, ask, attempts, publicUrl } = ports
  const pendingCookie = cookieName(publicUrl, 'two_factor')
  const post = (client: Client, path: Ask['path'], body: object) => ask(client, { method: 'POST', path, body })

  async function failed(userId: string, { address }: Client, detail: object): Promise<void> {
    await record(db, { action: 'second-factor-failed', actorId: userId, address, detail })
  }

  /** Whoever finds somebody's browser open does not know the password. */
  async function confirm({ userId, client }: Owner, password: string): Promise<void> {
    const hash = await passwordHashOf(db, userId)
    if (hash === null) {
      throw new EaselError(
        'conflict',
        'This account has no password, so there is nothing to add a code to. Set one first.',
      )
    }
    await attempts.count('password', userId)
    if (!(await verifyPassword(hash, password))) {
      await failed(userId, client, { asked: 'password' })
      throw fault('password', 'is another one')
    }
    await attempts.succeeded('password', userId)
  }

  /** @throws EaselError `validation-failed` for a code that is wrong or was shown before */
  async function checkCode(owner: Owner, client: Client, code: string): Promise<Told> {
    const { userId } = owner
    await attempts.count('code', userId)
    const refuse = async (): Promise<never> => {
      await failed(userId, client, { asked: 'code' })
      throw fault('code', 'is not right, or was used already: wait for the next one')
    }
    if (!(await attempts.isFirst(`totp:${userId}:${code}`, codeSeconds))) return await refuse()
    const told = await post(client, '/two-factor/verify-totp', { code }).catch(async (error: unknown) => {
      if (!isRefusal(error)) throw error
      return await refuse()
    })
    await attempts.succeeded('code', userId)
    return told
  }

  async function checkRecoveryCode(userId: string, client: Client, code: string): Promise<Told> {
    await attempts.count('code', userId)
    const told = await post(client, '/two-factor/verify-backup-code', { code }).catch(async (error: unknown) => {
      if (!isRefusal(error)) throw error
      await failed(userId, client, { asked: 'recovery-code' })
      throw fault('recoveryCode', 'is not right, or was used already')
    })
    await attempts.succeeded('code', userId)
    return told
  }

  async function changed({ userId, client }: Owner, action: string): Promise<void> {
    await inTransaction(db, async (trx) => {
      await record(trx, { action, actorId: userId, address: client.address })
      await forget(trx, userId)
    })
  }

  async function isOn(userId: string): Promise<boolean> {
    return (await factorsOf(ports, userId)).twoFactor
  }

  async function requireOn(userId: string): Promise<void> {
    if (!(await isOn(userId))) throw new EaselError('conflict', 'Two-factor is not set up.')
  }

  return {
    factors: (userId) => factorsOf(ports, userId),

    async enable(owner, password) {
      // better-auth would put the new secret in the old one's place at once, before it was ever tried.
      if (await isOn(owner.userId)) throw new EaselError('conflict', 'Two-factor is set up already. Turn it off first.')
      await confirm(owner, password)
      const { totpURI, backupCodes } = Enabled.parse(
        (await post(owner.client, '/two-factor/enable', { password })).body,
      )
      return { uri: totpURI, recoveryCodes: backupCodes }
    },

    async verify(owner, code) {
      if (await isOn(owner.userId)) throw new EaselError('conflict', 'Two-factor is set up already.')
      const begun = await db
        .selectFrom('two_factors')
        .select('id')
        .where('user_id', '=', owner.userId)
        .executeTakeFirst()
      if (begun === undefined) throw new EaselError('conflict', 'Begin to set up two-factor first.')
      const told = await checkCode(owner, owner.client, code)
      await changed(owner, 'two-factor-enabled')
      return sessionOf(told)
    },

    async disable(owner, password) {
      await requireOn(owner.userId)
      await confirm(owner, password)
      const told = await post(owner.client, '/two-factor/disable', { password })
      await changed(owner, 'two-factor-disabled')
      return sessionOf(told)
    },

    async renewRecoveryCodes(owner, password) {
      await requireOn(owner.userId)
      await confirm(owner, password)
      const told = await post(owner.client, '/two-factor/generate-backup-codes', { password })
      await changed(owner, 'recovery-codes-renewed')
      return Renewed.parse(told.body).backupCodes
    },

    async finish(client, { code, recoveryCode }) {
      const [signed] = client.cookie === null ? [] : cookieValues(client.cookie, pendingCookie)
      const userId = signed === undefined ? null : await pendingUser(ports, signed)
      if (userId === null) {
        throw new EaselError('unauthorized', 'This sign-in took too long. Begin again with your password.')
      }
      // A session that is in the browser too is not what is finished here.
      const half = { ...client, cookie: `${pendingCookie}=${signed}`, bearer: null }
      const by = code === undefined ? 'recovery-code' : 'code'
      const told =
        code === undefined
          ? await checkRecoveryCode(userId, half, recoveryCode ?? '')
          : await checkCode({ userId, client }, half, code)
      await record(db, { action: 'sign-in', actorId: userId, address: client.address, detail: { by } })
      return { ...sessionOf(told), userId }
    },
  }
}
