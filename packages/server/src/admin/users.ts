// Everybody on this server, as administrators see them. Rules in docs/spec/admin.md (AD1 …).
import { sql } from 'kysely'
import { QuotaOverride, UserRemoval, type ManagedUser, type ManagedUserChange } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Db, Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import { positionOf } from './position.ts'
import type { Security } from './security.ts'

export interface Users {
  /** A page of everybody, the newest first. */
  list(query: {
    limit: number
    cursor?: string | undefined
  }): Promise<{ data: ManagedUser[]; nextCursor: string | null }>
  /** @throws EaselError `not-found`; `conflict` when no administrator would be left */
  update(actor: Actor, id: string, change: ManagedUserChange): Promise<ManagedUser>
  /**
   * Keeps somebody out from now on and remembers what becomes of the pictures; `finishRemovals` does it.
   * @throws EaselError `not-found`; `conflict` when no administrator would be left; `validation-failed` for an heir who is none
   */
  remove(actor: Actor, id: string, removal: UserRemoval): Promise<ManagedUser>
}

/** Who does it, and from where. */
export interface Actor {
  readonly userId: string
  readonly address: string | null
}

const select = (db: Db) =>
  db
    .selectFrom('users')
    .leftJoin('usage_totals', 'usage_totals.user_id', 'users.id')
    .select(({ selectFrom }) => [
      'users.id',
      'users.name',
      'users.email',
      'users.role',
      'users.disabled_at',
      'users.expires_at',
      'users.created_at',
      'users.two_factor_enabled',
      'users.quota',
      'users.removal',
      sql<number>`coalesce(usage_totals.images, 0)`.as('images'),
      sql<number>`coalesce(usage_totals.bytes, 0)`.as('bytes'),
      selectFrom('sessions')
        .whereRef('sessions.user_id', '=', 'users.id')
        .select(({ fn }) => fn.max('sessions.updated_at').as('seen'))
        .as('last_seen_at'),
    ])

type Row = Awaited<ReturnType<ReturnType<typeof select>['execute']>>[number]

function toManagedUser(row: Row): ManagedUser {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    role: row.role,
    disabledAt: row.disabled_at?.toISOString() ?? null,
    expiresAt: row.expires_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    lastSeenAt: row.last_seen_at?.toISOString() ?? null,
    twoFactor: row.two_factor_enabled,
    images: Number(row.images),
    bytes: Number(row.bytes),
    quota: QuotaOverride.parse(row.quota),
    removal: row.removal === null ? null : UserRemoval.parse(row.removal).pictures,
  }
}

const missing = () => new EaselError('not-found', 'There is no such person on this server.')

/** Of two changes at once, the second sees what the first has done. */
async function lockAdministrators(trx: Trx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('administrators', 0))`.execute(trx)
}

async function find(db: Db, id: string): Promise<Row> {
  const row = await select(db).where('users.id', '=', id).executeTakeFirst()
  if (row === undefined) throw missing()
  return row
}

/** @throws EaselError `conflict` */
async function keepAnAdministrator(trx: Trx, without: string): Promise<void> {
  const other = await trx
    .selectFrom('users')
    .where('role', '=', 'admin')
    .where('disabled_at', 'is', null)
    .where('id', '!=', without)
    .select('id')
    .executeTakeFirst()
  if (other === undefined) {
    throw new EaselError('conflict', 'This is the last administrator. Make somebody else one first.')
  }
}

function changesOf(row: Row, change: ManagedUserChange) {
  const { role, disabled, quota } = change
  if (role !== undefined && row.role === 'guest') {
    throw new EaselError('conflict', 'A guest has no account yet. They become a user by signing up.')
  }
  if (disabled === false && row.removal !== null) {
    throw new EaselError('conflict', 'This person is being removed.')
  }
  return {
    ...(role === undefined ? {} : { role }),
    ...(disabled === undefined ? {} : { disabled_at: disabled ? (row.disabled_at ?? new Date()) : null }),
    ...(quota === undefined ? {} : { quota: JSON.stringify(quota) }),
    updated_at: new Date(),
  }
}

/** One audit entry for each thing that is different now. */
function actionsOf(row: Row, { role, disabled, quota }: ManagedUserChange): readonly (readonly [string, object])[] {
  const actions: (readonly [string, object])[] = []
  if (role !== undefined && role !== row.role) actions.push(['role-changed', { from: row.role, to: role }])
  if (disabled !== undefined && disabled !== (row.disabled_at !== null)) {
    actions.push([disabled ? 'user-disabled' : 'user-enabled', {}])
  }
  if (quota !== undefined) actions.push(['quota-changed', { quota }])
  return actions
}

async function checkHeir(trx: Trx, id: string, removal: UserRemoval): Promise<void> {
  if (removal.pictures !== 'hand-over') return
  const refuse = (message: string) =>
    new EaselError('validation-failed', `body.to: ${message}`, { fields: [{ field: 'body.to', message }] })
  if (removal.to === id) throw refuse('must be somebody else')
  const heir = await trx
    .selectFrom('users')
    .where('id', '=', removal.to)
    .where('role', '!=', 'guest')
    .where('disabled_at', 'is', null)
    .select('id')
    .executeTakeFirst()
  if (heir === undefined) throw refuse('must be somebody who has an account here')
}

/** @param security what happens beside: who was out must stay out on every process, and it is written down */
export function createUsers(db: Db, security: Security): Users {
  return {
    async list({ limit, cursor }) {
      let rows = select(db)
      if (cursor !== undefined) rows = rows.where('users.id', '<', positionOf(cursor))
      const found = await rows
        .orderBy('users.id', 'desc')
        .limit(limit + 1)
        .execute()
      const page = found.slice(0, limit)
      return {
        data: page.map(toManagedUser),
        nextCursor: found.length > limit ? (page.at(-1)?.id ?? null) : null,
      }
    },

    async update(actor, id, change) {
      return await inTransaction(db, async (trx) => {
        await lockAdministrators(trx)
        const row = await find(trx, id)
        const falls = (change.role === 'user' || change.disabled === true) && row.role === 'admin'
        if (falls) await keepAnAdministrator(trx, id)
        await trx.updateTable('users').set(changesOf(row, change)).where('id', '=', id).execute()
        for (const [action, detail] of actionsOf(row, change)) {
          await security.record(trx, { action, actorId: actor.userId, subjectId: id, address: actor.address, detail })
        }
        if (change.disabled === true) await security.endSessions(trx, id)
        else await security.forget(trx, id)
        return toManagedUser(await find(trx, id))
      })
    },

    async remove(actor, id, removal) {
      return await inTransaction(db, async (trx) => {
        await lockAdministrators(trx)
        const row = await find(trx, id)
        if (row.role === 'admin') await keepAnAdministrator(trx, id)
        await checkHeir(trx, id, removal)
        await trx
          .updateTable('users')
          .set({ disabled_at: row.disabled_at ?? new Date(), removal: JSON.stringify(removal), updated_at: new Date() })
          .where('id', '=', id)
          .execute()
        const detail = { pictures: removal.pictures }
        const subject = { actorId: actor.userId, subjectId: id, address: actor.address, detail }
        await security.record(trx, { action: 'user-removed', ...subject })
        await security.endSessions(trx, id)
        return toManagedUser(await find(trx, id))
      })
    },
  }
}
