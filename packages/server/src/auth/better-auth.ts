// The one better-auth instance: passwords, sessions, second factors, passkeys and single sign-on on our own tables.
import { hkdfSync } from 'node:crypto'
import { passkey } from '@better-auth/passkey'
import { APIError } from 'better-auth/api'
import { betterAuth } from 'better-auth'
import { bearer } from 'better-auth/plugins/bearer'
import { twoFactor } from 'better-auth/plugins/two-factor'
import { newId } from '#base/ids.ts'
import type { Log } from '#base/log.ts'
import type { Db } from '#db/database.ts'
import { hashPassword, verifyPassword } from './password-hash.ts'

/** Where our own code looks for what the bridge says about the client; no request of a client can carry it. */
export const addressHeader = 'x-easel-address'
/** Under which all of better-auth's paths lie. Nobody reaches them there: see bridge.ts. */
export const basePath = '/api/auth'

export interface BetterAuthOptions {
  readonly db: Db
  readonly log: Log
  /** The instance key, 32 bytes; what signs and encrypts here is derived from it. */
  readonly key: Buffer
  /** The origin that people use, or null: whatever they used to get here. */
  readonly publicUrl: string | null
}

const day = 24 * 60 * 60
/** How long a session lasts when nobody comes back. */
export const sessionSeconds = 30 * day

/** The secret that signs cookies and encrypts second factors. */
export function authSecret(key: Buffer): string {
  return Buffer.from(hkdfSync('sha256', key, '', 'easel accounts v1', 32)).toString('base64url')
}

/** The name of a cookie of ours. With TLS the browser itself refuses to send it in clear. */
export function cookieName(publicUrl: string | null, name: string): string {
  return `${isSecure(publicUrl) ? '__Secure-' : ''}easel.${name}`
}

export const sessionCookieName = (publicUrl: string | null): string => cookieName(publicUrl, 'session_token')

const isSecure = (publicUrl: string | null): boolean => publicUrl?.startsWith('https:') ?? false

const fields = {
  userId: 'user_id',
  expiresAt: 'expires_at',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
} as const

function tables() {
  const { userId, expiresAt, createdAt, updatedAt } = fields
  return {
    user: {
      modelName: 'users',
      fields: { emailVerified: 'email_verified', image: 'picture_url', createdAt, updatedAt },
      additionalFields: { role: { type: 'string', required: false, defaultValue: 'user', input: false } },
    },
    session: {
      modelName: 'sessions',
      fields: { userId, expiresAt, createdAt, updatedAt, ipAddress: 'ip_address', userAgent: 'user_agent' },
      expiresIn: sessionSeconds,
      updateAge: day,
      // A copy of the session in a cookie would outlive the session's end.
      cookieCache: { enabled: false },
    },
    account: {
      modelName: 'credentials',
      fields: {
        userId,
        createdAt,
        updatedAt,
        accountId: 'account_id',
        providerId: 'provider_id',
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        idToken: 'id_token',
        accessTokenExpiresAt: 'access_token_expires_at',
        refreshTokenExpiresAt: 'refresh_token_expires_at',
      },
      encryptOAuthTokens: true,
    },
    verification: { modelName: 'verifications', fields: { expiresAt, createdAt, updatedAt } },
  } as const
}

/** A passkey stands for two factors only where its device has asked for a finger or a PIN. */
function requireUserVerified(verified: boolean | undefined): void {
  if (verified !== true) {
    throw new APIError('BAD_REQUEST', { code: 'AUTHENTICATION_FAILED', message: 'The device has verified nobody.' })
  }
}

function plugins({ publicUrl }: BetterAuthOptions) {
  const { userId, createdAt } = fields
  return [
    bearer({ requireSignature: true }),
    twoFactor({
      issuer: 'Easel',
      schema: {
        user: { fields: { twoFactorEnabled: 'two_factor_enabled' } },
        twoFactor: { modelName: 'two_factors', fields: { userId, backupCodes: 'backup_codes' } },
      },
    }),
    passkey({
      rpName: 'Easel',
      // Absent: the name by which the request came.
      ...(publicUrl === null ? {} : { rpID: new URL(publicUrl).hostname }),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      advanced: { webAuthnChallengeCookie: 'passkey' },
      registration: {
        afterVerification: ({ verification }) => requireUserVerified(verification.registrationInfo?.userVerified),
      },
      authentication: {
        afterVerification: ({ verification }) => requireUserVerified(verification.authenticationInfo.userVerified),
      },
      schema: {
        passkey: {
          modelName: 'passkeys',
          fields: {
            userId,
            createdAt,
            publicKey: 'public_key',
            credentialID: 'credential_id',
            deviceType: 'device_type',
            backedUp: 'backed_up',
          },
        },
      },
    }),
  ]
}

/** Whoever is disabled, or a guest whose time is over, gets no session, by whichever way they sign in. */
async function refuseClosed(db: Db, userId: string): Promise<void> {
  const user = await db
    .selectFrom('users')
    .select(['disabled_at', 'expires_at'])
    .where('id', '=', userId)
    .executeTakeFirst()
  const over = user?.expires_at !== null && user?.expires_at !== undefined && user.expires_at.getTime() <= Date.now()
  if (user === undefined || user.disabled_at !== null || over) {
    throw new APIError('FORBIDDEN', { code: 'ACCOUNT_DISABLED', message: 'This account is disabled.' })
  }
}

export function createBetterAuth(options: BetterAuthOptions) {
  const { db, log, key, publicUrl } = options
  return betterAuth({
    appName: 'Easel',
    ...(publicUrl === null ? {} : { baseURL: publicUrl }),
    basePath,
    secret: authSecret(key),
    database: { db, type: 'postgres' },
    ...tables(),
    emailAndPassword: {
      enabled: true,
      // Accounts are made by sign-up.ts, which knows the policy; the rules for passwords are in password-rules.ts.
      disableSignUp: true,
      minPasswordLength: 10,
      maxPasswordLength: 256,
      password: { hash: hashPassword, verify: ({ hash, password }) => verifyPassword(hash, password) },
    },
    databaseHooks: { session: { create: { before: async ({ userId }) => await refuseClosed(db, userId) } } },
    advanced: {
      cookiePrefix: 'easel',
      useSecureCookies: isSecure(publicUrl),
      database: { generateId: () => newId() },
      // No header of a client's: the bridge writes this one.
      ipAddress: { ipAddressHeaders: [addressHeader] },
    },
    // Limits are ours: they are shared between processes and send Retry-After.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: {
      level: 'error',
      // Its further arguments may hold what was asked; they are not for the log.
      log: (level, message) => (level === 'error' ? log.error(`accounts: ${message}`) : undefined),
    },
    plugins: plugins(options),
  })
}

export type BetterAuth = ReturnType<typeof createBetterAuth>
