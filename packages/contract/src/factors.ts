// What guards an account beside its password: codes, passkeys, single sign-on.
import { z } from 'zod'
import { Id, PlainText } from './primitives.ts'

/** What stands ready for the caller to sign in with. */
export const Factors = z.object({
  hasPassword: z.boolean(),
  /** Whether signing in with the password takes a code too. */
  twoFactor: z.boolean(),
  /** How many recovery codes are not used yet; null without two-factor. */
  recoveryCodesLeft: z.int().nullable(),
  /** Whether an account of the single sign-on belongs to this one. */
  singleSignOn: z.boolean(),
})
export type Factors = z.infer<typeof Factors>

export const PasswordAgain = z.object({ password: PlainText(1000).min(1) })
export type PasswordAgain = z.infer<typeof PasswordAgain>

/** Shown once. `uri` is an `otpauth:` address, for a QR code; each recovery code stands in for a code once. */
export const TwoFactorSecret = z.object({ uri: z.string(), recoveryCodes: z.array(z.string()) })
export type TwoFactorSecret = z.infer<typeof TwoFactorSecret>

/** Six digits from the authenticator app; people type spaces between them. */
const TotpCode = z
  .string()
  .max(20)
  .transform((code) => code.replaceAll(/\s/g, ''))
  .refine((code) => /^\d{6}$/.test(code), 'must be six digits')

export const TwoFactorCode = z.object({ code: TotpCode })
export type TwoFactorCode = z.infer<typeof TwoFactorCode>

/** The second half of a sign-in: a code from the app, or one of the recovery codes. */
export const SecondFactor = z
  .object({ code: TotpCode.optional(), recoveryCode: PlainText(40).trim().min(1).optional() })
  .refine(({ code, recoveryCode }) => (code === undefined) !== (recoveryCode === undefined), {
    message: 'give either code or recoveryCode',
    path: ['code'],
  })
export type SecondFactor = z.infer<typeof SecondFactor>

const Base64Url = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[A-Za-z0-9_-]+$/, 'must be base64url')
const CredentialDescriptor = z.object({
  id: z.string(),
  type: z.literal('public-key'),
  transports: z.array(z.string()).optional(),
})

/** `PublicKeyCredentialCreationOptionsJSON` (WebAuthn level 3), for `PublicKeyCredential.parseCreationOptionsFromJSON`. */
export const PasskeyCreation = z.object({
  challenge: z.string(),
  rp: z.object({ id: z.string(), name: z.string() }),
  user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
  pubKeyCredParams: z.array(z.object({ alg: z.int(), type: z.literal('public-key') })),
  timeout: z.int(),
  attestation: z.literal('none'),
  excludeCredentials: z.array(CredentialDescriptor),
  authenticatorSelection: z.object({
    residentKey: z.literal('required'),
    requireResidentKey: z.boolean(),
    userVerification: z.literal('required'),
  }),
})
export type PasskeyCreation = z.infer<typeof PasskeyCreation>

/** `PublicKeyCredentialRequestOptionsJSON`, for `PublicKeyCredential.parseRequestOptionsFromJSON`. Any passkey of this server may answer. */
export const PasskeyRequest = z.object({
  challenge: z.string(),
  rpId: z.string(),
  timeout: z.int(),
  userVerification: z.literal('required'),
})
export type PasskeyRequest = z.infer<typeof PasskeyRequest>

/** What `PublicKeyCredential.toJSON()` gives after `navigator.credentials.create`. */
const CreatedCredential = z.object({
  id: Base64Url(2000),
  rawId: Base64Url(2000),
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: Base64Url(10_000),
    attestationObject: Base64Url(100_000),
    transports: z.array(z.string().max(30)).max(10).optional(),
  }),
  authenticatorAttachment: z.string().max(30).nullish(),
})

/** What `PublicKeyCredential.toJSON()` gives after `navigator.credentials.get`. */
const AssertedCredential = z.object({
  id: Base64Url(2000),
  rawId: Base64Url(2000),
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: Base64Url(10_000),
    authenticatorData: Base64Url(10_000),
    signature: Base64Url(10_000),
    userHandle: Base64Url(200).nullish(),
  }),
  authenticatorAttachment: z.string().max(30).nullish(),
})

const PasskeyName = PlainText(100).refine((name) => name.trim().length > 0, 'must not be empty')
export const PasskeyCreate = z.object({ name: PasskeyName, credential: CreatedCredential })
export type PasskeyCreate = z.infer<typeof PasskeyCreate>
export const PasskeyChange = z.object({ name: PasskeyName })
export type PasskeyChange = z.infer<typeof PasskeyChange>
export const PasskeySignIn = z.object({ credential: AssertedCredential })
export type PasskeySignIn = z.infer<typeof PasskeySignIn>

export const Passkey = z.object({
  id: Id,
  name: z.string(),
  /** Whether it is copied to the person's other devices by whoever keeps it. */
  synced: z.boolean(),
  createdAt: z.iso.datetime(),
})
export type Passkey = z.infer<typeof Passkey>

/**
 * Why single sign-on did not work, as `?sso=` says it on the page that people come back to: `/sign-in`, or `/settings/account` where
 * they wanted to connect the two accounts.
 */
export const SingleSignOnFault = z.enum([
  /** The issuer cannot be reached or answers nonsense. */
  'unreachable',
  /** It took too long, or began in another browser. */
  'expired',
  /** The person declined, or the issuer did. */
  'declined',
  /** What the issuer answered is not what was asked for: a forged or mixed-up answer. */
  'invalid',
  /** The issuer does not say that the e-mail address is the person's own. */
  'email-unverified',
  /** There is an account with this e-mail address: sign in as usual and connect the two. */
  'not-connected',
  /** The issuer's account belongs to somebody else here already. */
  'taken',
  /** Nobody without an invitation is let in. */
  'no-account',
  'disabled',
])
export type SingleSignOnFault = z.infer<typeof SingleSignOnFault>
