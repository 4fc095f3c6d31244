import type { Me } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Db } from '#db/database.ts'
import { record } from './audit.ts'
import { passwordHashOf } from './people.ts'

/** Somebody as they see themselves. @throws EaselError `unauthorized` when they are gone */
export async function readMe(db: Db, userId: string, mode: Me['mode']): Promise<Me> {
  const user = await db.selectFrom('users').selectAll().where('id', '=', userId).executeTakeFirst()
  if (user === undefined) throw new EaselError('unauthorized', 'This account is not here any more.')
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    role: user.role,
    mode,
    twoFactor: user.two_factor_enabled,
    hasPassword: (await passwordHashOf(db, userId)) !== null,
    expiresAt: user.expires_at?.toISOString() ?? null,
  }
}

/** Changes somebody's own name. */
export async function changeName(db: Db, userId: string, change: { readonly name: string; readonly address: string }) {
  const name = change.name.trim()
  await db.updateTable('users').set({ name, updated_at: new Date() }).where('id', '=', userId).execute()
  await record(db, { action: 'profile-changed', actorId: userId, address: change.address })
}
