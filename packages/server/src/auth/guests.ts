// Visitors without an account, each with a library of their own. Rules in docs/spec/guests.md (GU1 …).
import { systemClock, type Clock } from '#base/clock.ts'
import { EaselError } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import type { Db, Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import { record } from './audit.ts'
import type { Auth } from './auth.ts'
import type { Client } from './bridge.ts'
import { beginSession, type SessionSigning } from './new-session.ts'
import { endSessions } from './sessions.ts'

/** What the administrator says now. `days` after its last use, a guest's library is erased. */
export type GuestSettings = () => { readonly allowed: boolean; readonly days: number }

export interface GuestPorts extends SessionSigning {
  readonly db: Db
  readonly settings: GuestSettings
  readonly clock?: Clock
}

export interface NewGuest {
  readonly userId: string
  readonly expiresAt: Date
  /** A whole Set-Cookie header. */
  readonly cookie: string
}

export interface Guests {
  /** Makes a guest with an empty library and signs them in. @throws EaselError `forbidden` when guests are not allowed here */
  begin(client: Client): Promise<NewGuest>
  /** Says that a guest is at work, which puts off the end of the library. Writes once an hour at most. */
  used(userId: string): Promise<void>
}

const dayMs = 86_400_000
/** How exactly the last use is known. */
const graceMs = 3_600_000
const maxRemembered = 10_000

export function createGuests({ db, secret, publicUrl, settings, clock = systemClock }: GuestPorts): Guests {
  const lastUse = new Map<string, number>()
  const expiry = () => new Date(clock.now() + settings().days * dayMs)

  return {
    async begin(client) {
      if (!settings().allowed) throw new EaselError('forbidden', 'Guests are not allowed here. Sign in first.')
      const userId = newId()
      const expiresAt = expiry()
      const cookie = await inTransaction(db, async (trx) => {
        const guest = { id: userId, name: 'Guest', role: 'guest', expires_at: expiresAt } as const
        await trx.insertInto('users').values(guest).execute()
        await record(trx, { action: 'guest-began', actorId: userId, address: client.address })
        return await beginSession(trx, { secret, publicUrl }, { userId, client })
      })
      return { userId, expiresAt, cookie }
    },

    async used(userId) {
      const now = clock.now()
      if (now - (lastUse.get(userId) ?? Number.NEGATIVE_INFINITY) < graceMs) return
      if (lastUse.size >= maxRemembered) lastUse.clear()
      lastUse.set(userId, now)
      const later = expiry()
      await db
        .updateTable('users')
        .set({ expires_at: later })
        .where('id', '=', userId)
        .where('role', '=', 'guest')
        .where('removal', 'is', null)
        .where('expires_at', '>', new Date(now))
        .where('expires_at', '<', new Date(later.getTime() - graceMs))
        .execute()
    },
  }
}

/** The same, and every request of a guest puts off the end of the library. */
export function withGuests<A extends Auth>(auth: A, guests: Pick<Guests, 'used'>): A {
  return {
    ...auth,
    async identify(credentials) {
      const found = await auth.identify(credentials)
      if (typeof found === 'object' && found.role === 'guest') await guests.used(found.userId)
      return found
    },
  }
}

/**
 * Makes a guest a user: the same row, so that the whole library stays where it is. Credentials and the new session are the
 * caller's; older sessions end here.
 * @returns false when there is no such guest any more: then a new account begins with an empty library
 */
export async function becomeUser(
  trx: Trx,
  guestId: string,
  account: { readonly name: string; readonly email: string | null },
): Promise<boolean> {
  const changed = await trx
    .updateTable('users')
    .set({ role: 'user', name: account.name, email: account.email, expires_at: null, updated_at: new Date() })
    .where('id', '=', guestId)
    .where('role', '=', 'guest')
    .where('removal', 'is', null)
    .returning('id')
    .execute()
  if (changed.length === 0) return false
  await endSessions(trx, guestId)
  return true
}

/**
 * Remembers that everything of a guest belongs to a user from now on, and lets the guest in no more. The pictures themselves are moved
 * by housekeeping (`finishRemovals`), which goes on after a crash. Does nothing for anybody who is no guest.
 */
export async function takeOver(trx: Trx, guestId: string, userId: string): Promise<boolean> {
  const removal = JSON.stringify({ pictures: 'hand-over', to: userId })
  if (!(await leave(trx, { removal, guestId }))) return false
  await record(trx, { action: 'guest-taken-over', actorId: userId, subjectId: guestId, address: null })
  return true
}

async function leave(trx: Trx, { removal, guestId }: { removal: string; guestId: string }): Promise<boolean> {
  const left = await trx
    .updateTable('users')
    .set({ removal, disabled_at: new Date(), updated_at: new Date() })
    .where('id', '=', guestId)
    .where('role', '=', 'guest')
    .where('removal', 'is', null)
    .returning('id')
    .execute()
  if (left.length === 0) return false
  await endSessions(trx, guestId)
  return true
}

/** Lets nobody in whose time as a guest is over, and marks the libraries for `finishRemovals` to erase. @returns how many */
export async function expireGuests(db: Db, clock: Clock = systemClock): Promise<number> {
  return await inTransaction(db, async (trx) => {
    const now = new Date(clock.now())
    const over = await trx
      .updateTable('users')
      .set({ removal: JSON.stringify({ pictures: 'erase' }), disabled_at: now, updated_at: now })
      .where('role', '=', 'guest')
      .where('removal', 'is', null)
      .where('expires_at', '<=', now)
      .returning('id')
      .execute()
    if (over.length === 0) return 0
    const ids = over.map(({ id }) => id)
    await trx.deleteFrom('sessions').where('user_id', 'in', ids).execute()
    return over.length
  })
}
