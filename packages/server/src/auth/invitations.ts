// Invitations: a link that lets one person make an account. Only its digest is kept.
import type { Invitation, InvitationCreate } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import { digestOfToken, newOneTimeToken } from '#base/one-time-token.ts'
import type { Db, Trx } from '#db/database.ts'
import type { InvitationTable } from '#db/account-tables.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Selectable } from 'kysely'
import { record } from './audit.ts'

const dayMs = 86_400_000

interface Actor {
  readonly userId: string
  readonly address: string | null
}

export interface Invitations {
  /** The newest first; those that ran out unused are left out after a month. */
  list(): Promise<readonly Invitation[]>
  /** @returns the invitation with its token, which is never to be had again */
  create(actor: Actor, wanted: InvitationCreate): Promise<Invitation & { readonly token: string }>
  /** @throws EaselError `not-found` when there is none that could still be used */
  revoke(actor: Actor, id: string): Promise<void>
}

function toInvitation(row: Selectable<InvitationTable>): Invitation {
  return {
    id: row.id,
    email: row.email,
    role: row.role,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    usedAt: row.used_at?.toISOString() ?? null,
  }
}

export function createInvitations(db: Db): Invitations {
  return {
    async list() {
      const rows = await db
        .selectFrom('invitations')
        .selectAll()
        .where((where) =>
          where.or([where('used_at', 'is not', null), where('expires_at', '>', new Date(Date.now() - 30 * dayMs))]),
        )
        .orderBy('id', 'desc')
        .limit(500)
        .execute()
      return rows.map(toInvitation)
    },

    async create({ userId, address }, { email, role, days }) {
      const token = newOneTimeToken()
      const row = await inTransaction(db, async (trx) => {
        const values = {
          id: newId(),
          email: email?.toLowerCase() ?? null,
          role,
          digest: digestOfToken(token),
          created_by: userId,
          expires_at: new Date(Date.now() + days * dayMs),
        }
        const detail = { invitation: values.id, role, days }
        await record(trx, { action: 'invitation-created', actorId: userId, address, detail })
        return await trx.insertInto('invitations').values(values).returningAll().executeTakeFirstOrThrow()
      })
      return { ...toInvitation(row), token }
    },

    async revoke({ userId, address }, id) {
      await inTransaction(db, async (trx) => {
        const gone = await trx
          .deleteFrom('invitations')
          .where('id', '=', id)
          .where('used_at', 'is', null)
          .returning('id')
          .execute()
        if (gone.length === 0) throw new EaselError('not-found', 'There is no such invitation.')
        await record(trx, { action: 'invitation-revoked', actorId: userId, address, detail: { invitation: id } })
      })
    },
  }
}

const unusable = () =>
  new EaselError(
    'forbidden',
    'This invitation cannot be used: it ran out, was used already, or is for another e-mail address.',
  )

const open = (db: Db | Trx, token: string) =>
  db
    .selectFrom('invitations')
    .select(['id', 'email', 'role'])
    .where('digest', '=', digestOfToken(token))
    .where('used_at', 'is', null)
    .where('expires_at', '>', new Date())

/** Which role an invitation gives, without using it up. @throws EaselError `forbidden` when it cannot be used */
export async function checkInvitation(db: Db, token: string, email: string): Promise<'admin' | 'user'> {
  const found = await open(db, token).executeTakeFirst()
  if (found === undefined || (found.email !== null && found.email !== email)) throw unusable()
  return found.role
}

/** Uses an invitation up; of two who try at once one succeeds. @throws EaselError `forbidden` when it cannot be used */
export async function redeemInvitation(trx: Trx, token: string, email: string): Promise<RedeemedInvitation> {
  const found = await open(trx, token).forUpdate().executeTakeFirst()
  if (found === undefined || (found.email !== null && found.email !== email)) throw unusable()
  await trx.updateTable('invitations').set({ used_at: new Date() }).where('id', '=', found.id).execute()
  return { id: found.id, role: found.role }
}

export interface RedeemedInvitation {
  readonly id: string
  readonly role: 'admin' | 'user'
}
