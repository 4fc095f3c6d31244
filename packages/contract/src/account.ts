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
