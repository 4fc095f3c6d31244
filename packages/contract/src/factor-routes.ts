// Second factors, passkeys and single sign-on. Two addresses are no rows of this table, because browsers go there themselves:
// `GET /api/auth/oidc` (with `?invitation=` where there is one) leads to the issuer and `GET /api/auth/oidc/callback` back from it, to
// `/`, or with `?sso=<SingleSignOnFault>` to the page that can tell.
import { z } from 'zod'
import { SignedIn } from './account.ts'
import {
  Factors,
  Passkey,
  PasskeyChange,
  PasskeyCreate,
  PasskeyCreation,
  PasskeyRequest,
  PasskeySignIn,
  PasswordAgain,
  SecondFactor,
  TwoFactorCode,
  TwoFactorSecret,
} from './factors.ts'
import { Id } from './primitives.ts'
import type { Route } from './route.ts'

const byId = z.object({ id: Id })
const data = <T extends z.ZodType>(item: T) => z.object({ data: item })

const signInRoutes = {
  verifySecondFactor: {
    method: 'POST',
    path: '/api/auth/two-factor/verify',
    summary: 'Finish a sign-in that asked for a second factor, within ten minutes.',
    access: 'open',
    limit: 'code',
    body: SecondFactor,
    status: 200,
    response: data(SignedIn),
  },
  askForPasskey: {
    method: 'POST',
    path: '/api/auth/passkey/options',
    summary: 'Begin to sign in with a passkey.',
    access: 'open',
    limit: 'code',
    status: 200,
    response: data(PasskeyRequest),
  },
  signInWithPasskey: {
    method: 'POST',
    path: '/api/auth/passkey/verify',
    summary: 'Sign in with a passkey. No second factor is asked for: a passkey is two.',
    access: 'open',
    limit: 'code',
    body: PasskeySignIn,
    status: 200,
    response: data(SignedIn),
  },
} as const satisfies Record<string, Route>

const twoFactorRoutes = {
  getFactors: {
    method: 'GET',
    path: '/api/me/factors',
    summary: 'What stands ready for the caller to sign in with.',
    access: 'account',
    status: 200,
    response: data(Factors),
  },
  enableTwoFactor: {
    method: 'POST',
    path: '/api/me/two-factor/enable',
    summary: 'Begin to set up two-factor. It counts once a code was verified.',
    access: 'account',
    limit: 'code',
    body: PasswordAgain,
    status: 200,
    response: data(TwoFactorSecret),
  },
  verifyTwoFactor: {
    method: 'POST',
    path: '/api/me/two-factor/verify',
    summary: 'Finish to set up two-factor with a first code.',
    access: 'account',
    limit: 'code',
    body: TwoFactorCode,
    status: 204,
  },
  disableTwoFactor: {
    method: 'POST',
    path: '/api/me/two-factor/disable',
    summary: 'Sign in with the password alone again.',
    access: 'account',
    limit: 'code',
    body: PasswordAgain,
    status: 204,
  },
  renewRecoveryCodes: {
    method: 'POST',
    path: '/api/me/two-factor/recovery-codes',
    summary: 'New recovery codes. The old ones stop working.',
    access: 'account',
    limit: 'code',
    body: PasswordAgain,
    status: 200,
    response: data(TwoFactorSecret.pick({ recoveryCodes: true })),
  },
} as const satisfies Record<string, Route>

const passkeyRoutes = {
  listPasskeys: {
    method: 'GET',
    path: '/api/me/passkeys',
    summary: "The caller's passkeys, the newest first.",
    access: 'account',
    status: 200,
    response: data(z.array(Passkey)),
  },
  askForNewPasskey: {
    method: 'POST',
    path: '/api/me/passkeys/options',
    summary: 'Begin to make a passkey. Takes a sign-in of the last 24 hours.',
    access: 'account',
    status: 200,
    response: data(PasskeyCreation),
  },
  createPasskey: {
    method: 'POST',
    path: '/api/me/passkeys',
    summary: 'Keep the passkey that the browser made.',
    access: 'account',
    body: PasskeyCreate,
    status: 201,
    response: data(Passkey),
  },
  updatePasskey: {
    method: 'PATCH',
    path: '/api/me/passkeys/:id',
    summary: 'Rename a passkey.',
    access: 'account',
    params: byId,
    body: PasskeyChange,
    status: 200,
    response: data(Passkey),
  },
  deletePasskey: {
    method: 'DELETE',
    path: '/api/me/passkeys/:id',
    summary: 'Remove a passkey. Nobody can sign in with it any more.',
    access: 'account',
    params: byId,
    status: 204,
  },
} as const satisfies Record<string, Route>

export const factorRoutes = {
  ...signInRoutes,
  ...twoFactorRoutes,
  ...passkeyRoutes,
  connectSingleSignOn: {
    method: 'POST',
    path: '/api/me/single-sign-on',
    summary:
      "Begin to connect an account of the single sign-on. The answer is the issuer's address, to be opened in this browser.",
    access: 'account',
    status: 200,
    response: data(z.object({ url: z.url() })),
  },
} as const satisfies Record<string, Route>
