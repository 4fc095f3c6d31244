import { z } from 'zod'
import { Role } from './account.ts'
import { Id } from './primitives.ts'

/** Null: no limit. */
const limit = z.int().min(0).max(Number.MAX_SAFE_INTEGER).nullable()

/** What somebody may use up. */
export const Quota = z.object({
  /** Of stored pictures, the trash included. */
  bytes: limit,
  /** Asked of engines on one day (UTC). */
  imagesADay: limit,
  /** Generations queued or running. */
  atOnce: limit,
  /** Spent on engines in one month (UTC), in the currency of their price lists. */
  moneyAMonth: z.number().min(0).max(1e9).nullable(),
})
export type Quota = z.infer<typeof Quota>

/** What differs from the usual quota; a limit that is absent is the usual one, null is none. */
export const QuotaOverride = Quota.partial()
export type QuotaOverride = z.infer<typeof QuotaOverride>

/** What somebody has used up of each limit, and the limits. */
export const Usage = z.object({
  used: z.object({ bytes: z.int(), imagesADay: z.int(), atOnce: z.int(), moneyAMonth: z.number() }),
  allowed: Quota,
})
export type Usage = z.infer<typeof Usage>

/** Somebody as administrators see them: never their pictures or prompts. */
export const ManagedUser = z.object({
  id: Id,
  name: z.string(),
  email: z.string().nullable(),
  role: Role,
  disabledAt: z.iso.datetime().nullable(),
  /** For a guest: when the library is erased. */
  expiresAt: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
  /** When a session of theirs was last used, or null. */
  lastSeenAt: z.iso.datetime().nullable(),
  twoFactor: z.boolean(),
  images: z.int(),
  bytes: z.int(),
  quota: QuotaOverride,
  /** Being removed: what becomes of the pictures. */
  removal: z.enum(['erase', 'hand-over', 'export']).nullable(),
})
export type ManagedUser = z.infer<typeof ManagedUser>

export const ManagedUserChange = z.object({
  role: Role.extract(['admin', 'user']).optional(),
  disabled: z.boolean().optional(),
  quota: QuotaOverride.optional(),
})
export type ManagedUserChange = z.infer<typeof ManagedUserChange>

/** What becomes of a removed user's pictures. `export` writes a zip into the server's data folder first, and erases then. */
export const UserRemoval = z.discriminatedUnion('pictures', [
  z.object({ pictures: z.literal('erase') }),
  z.object({ pictures: z.literal('export') }),
  z.object({ pictures: z.literal('hand-over'), to: Id }),
])
export type UserRemoval = z.infer<typeof UserRemoval>

export const Invitation = z.object({
  id: Id,
  /** Null: whoever has the link. */
  email: z.string().nullable(),
  role: Role.extract(['admin', 'user']),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  usedAt: z.iso.datetime().nullable(),
})
export type Invitation = z.infer<typeof Invitation>

export const InvitationCreate = z.object({
  email: z.email().max(254).optional(),
  role: Role.extract(['admin', 'user']).default('user'),
  days: z.int().min(1).max(365).default(7),
})
export type InvitationCreate = z.infer<typeof InvitationCreate>

/** One security event. */
export const AuditEntry = z.object({
  id: Id,
  at: z.iso.datetime(),
  /** Who did it, or null: nobody known. */
  actor: z.object({ id: Id, name: z.string().nullable() }).nullable(),
  action: z.string(),
  subject: z.object({ id: Id, name: z.string().nullable() }).nullable(),
  address: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
})
export type AuditEntry = z.infer<typeof AuditEntry>

/** How the server is doing, without anybody's pictures or prompts. */
export const Overview = z.object({
  version: z.string(),
  mode: z.enum(['local', 'accounts']),
  database: z.enum(['pglite', 'postgres']),
  users: z.object({ admin: z.int(), user: z.int(), guest: z.int(), disabled: z.int() }),
  storage: z.object({
    images: z.int(),
    bytes: z.int(),
    /** Null: the storage cannot say. */
    freeBytes: z.int().nullable(),
    trashed: z.int(),
    damaged: z.int(),
    withoutThumbnail: z.int(),
  }),
  queue: z.array(
    z.object({
      connectionId: Id,
      name: z.string(),
      owner: z.string(),
      concurrency: z.int(),
      queued: z.int(),
      running: z.int(),
      /** When the one that waits longest was submitted. */
      oldestAt: z.iso.datetime().nullable(),
    }),
  ),
  lastDay: z.object({ succeeded: z.int(), failed: z.int(), cancelled: z.int() }),
})
export type Overview = z.infer<typeof Overview>

/** What holds for everybody who has nothing of their own; the environment gives it until an administrator says otherwise. */
export const InstanceDefaults = z.object({
  signUp: z.enum(['closed', 'invite', 'open']),
  guests: z.boolean(),
  guestDays: z.int().min(1).max(3650),
  /** Whether people may publish albums at addresses of their choosing. */
  gallery: z.boolean(),
  quota: Quota,
  guestQuota: Quota,
})
export type InstanceDefaults = z.infer<typeof InstanceDefaults>
