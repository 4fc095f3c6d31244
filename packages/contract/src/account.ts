import { z } from 'zod'
import { Id, PlainText } from './primitives.ts'

export const Role = z.enum(['admin', 'user', 'guest'])
export type Role = z.infer<typeof Role>

/** What an API key may do. `admin` is of use to an administrator alone. */
export const Scope = z.enum(['read', 'generate', 'write', 'admin'])
export type Scope = z.infer<typeof Scope>

/** Who the caller is, and what this server lets them do. */
export const Me = z.object({
  id: Id,
  name: z.string(),
  /** Null: a guest, or the owner in local mode. */
  email: z.string().nullable(),
  role: Role,
  /** `local`: this server has no sign-in. */
  mode: z.enum(['local', 'accounts']),
  twoFactor: z.boolean(),
  /** Whether there is a password to change; an account that came from single sign-on may have none. */
  hasPassword: z.boolean(),
  /** For a guest: when the library is erased. */
  expiresAt: z.iso.datetime().nullable(),
})
export type Me = z.infer<typeof Me>

/** An API key as it is listed; the key itself is shown once, when it is made. */
export const ApiKey = z.object({
  id: Id,
  name: z.string(),
  scopes: z.array(Scope),
  /** Its last four characters. */
  hint: z.string(),
  expiresAt: z.iso.datetime().nullable(),
  lastUsedAt: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
})
export type ApiKey = z.infer<typeof ApiKey>

export const ApiKeyCreate = z.object({
  name: PlainText(100).refine((name) => name.trim().length > 0, 'must not be empty'),
  scopes: z.array(Scope).min(1).max(4),
  /** Absent: it does not expire. */
  expiresAt: z.iso.datetime().optional(),
})
export type ApiKeyCreate = z.infer<typeof ApiKeyCreate>

/** Stored in lower case, as everybody compares them. */
const Email = z.email().max(254).toLowerCase()
const Name = PlainText(100).refine((name) => name.trim().length > 0, 'must not be empty')
/** What may be typed as a password; what may become one is decided by the server, which says why not. */
const Password = PlainText(1000).min(1)

/** What a visitor may do here, and who they are if they are somebody. */
export const AuthStatus = z.object({
  mode: z.enum(['local', 'accounts']),
  /** Nobody has an account yet: the first one becomes the administrator. */
  needsSetup: z.boolean(),
  /** Whether setting up takes the code that the server printed at its start. */
  needsSetupCode: z.boolean(),
  signUp: z.enum(['closed', 'invite', 'open']),
  guests: z.boolean(),
  /** Whether people may publish albums. */
  gallery: z.boolean(),
  /** What the button for single sign-on says; null: there is none. */
  singleSignOn: z.string().nullable(),
  /** Whether passkeys work at this address: browsers want TLS for them. */
  passkeys: z.boolean(),
  /** Whether a forgotten password can be set anew by mail; else an administrator does it. */
  passwordReset: z.boolean(),
  me: Me.nullable(),
})
export type AuthStatus = z.infer<typeof AuthStatus>

export const SetUp = z.object({
  name: Name,
  email: Email,
  password: Password,
  /** Out of the link that the server printed; not needed in a browser on the server itself. */
  code: z.string().max(200).optional(),
})
export type SetUp = z.infer<typeof SetUp>

export const SignIn = z.object({
  email: Email,
  password: Password,
  /** False: the session ends with the browser. */
  remember: z.boolean().default(true),
})
export type SignIn = z.infer<typeof SignIn>

/** `secondFactor`: the password was right, and a code is needed too; `me` is null until then. */
export const SignedIn = z.object({ me: Me.nullable(), secondFactor: z.boolean() })
export type SignedIn = z.infer<typeof SignedIn>

export const SignUp = z.object({
  name: Name,
  email: Email,
  password: Password,
  /** The token of an invitation. */
  invitation: z.string().max(200).optional(),
})
export type SignUp = z.infer<typeof SignUp>

export const ProfileChange = z.object({ name: Name })
export type ProfileChange = z.infer<typeof ProfileChange>

/** One place where somebody is signed in. */
export const Session = z.object({
  id: Id,
  /** The one that asks. */
  current: z.boolean(),
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
  createdAt: z.iso.datetime(),
  /** When it was last prolonged, which happens once a day of use. */
  usedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
})
export type Session = z.infer<typeof Session>

export const PasswordChange = z.object({
  /** Absent: the account has no password yet. */
  current: PlainText(1000).optional(),
  password: Password,
})
export type PasswordChange = z.infer<typeof PasswordChange>

export const PasswordForgotten = z.object({ email: Email })
export const PasswordReset = z.object({ token: z.string().min(1).max(200), password: Password })

/** A visitor who works without an account. */
export const Guest = z.object({
  id: Id,
  /** When the library is erased, unless the guest comes back before. */
  expiresAt: z.iso.datetime(),
})
export type Guest = z.infer<typeof Guest>
