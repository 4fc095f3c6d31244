// API keys: for scripts and other programs. Rules in docs/spec/accounts.md (AF1 …).
import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { z } from 'zod'
import { Scope, type ApiKey, type ApiKeyCreate } from '@easel/contract'
import { systemClock, type Clock } from '#base/clock.ts'
import { EaselError, present } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import type { Log } from '#base/log.ts'
import type { Db, Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import { record } from './audit.ts'
import type { Caller } from './caller.ts'

/** Who changes something of their own account, and from where. */
export interface Person {
  readonly userId: string
  readonly role: Caller['role']
  readonly address: string | null
}

export interface ApiKeys {
  /** The newest first; never the keys themselves. */
  list(userId: string): Promise<ApiKey[]>
  /** @throws EaselError `forbidden` for a scope that is not theirs to give, `conflict` when they have too many */
  create(person: Person, key: ApiKeyCreate): Promise<ApiKey & { readonly key: string }>
  /** The key stops working at once, everywhere: the database tells all processes. @throws EaselError `not-found` */
  revoke(person: Person, id: string): Promise<void>
}

const prefix = 'easel_'
const shape = /^easel_[A-Za-z0-9_-]{43}$/
const maxKeys = 100
const usedEveryMs = 60_000

const digestOf = (token: string): string => createHash('sha256').update(token).digest('hex')
const Scopes = z.array(Scope)

/**
 * Who an API key stands for; null when it is nobody's, expired or revoked, or when its owner is disabled or over.
 * @param ports `log` hears when the last use cannot be written, which is no reason to refuse
 */
export async function findApiKey(
  db: Db,
  token: string,
  { log, clock = systemClock }: { readonly log: Pick<Log, 'warn'>; readonly clock?: Clock },
): Promise<Caller | null> {
  if (!shape.test(token)) return null
  const row = await db
    .selectFrom('api_keys')
    .innerJoin('users', 'users.id', 'api_keys.user_id')
    .where('digest', '=', digestOf(token))
    .select([
      'api_keys.id',
      'api_keys.user_id',
      'api_keys.scopes',
      'api_keys.expires_at',
      'api_keys.last_used_at',
      'users.role',
      'users.disabled_at',
      'users.expires_at as over_at',
    ])
    .executeTakeFirst()
  if (row === undefined || row.disabled_at !== null) return null
  const now = clock.now()
  const isOver = (at: Date | null): boolean => at !== null && at.getTime() <= now
  if (isOver(row.expires_at) || isOver(row.over_at)) return null
  if (now - (row.last_used_at?.getTime() ?? 0) >= usedEveryMs) {
    // Nobody waits for it: the answer does not depend on it.
    void markUsed(db, row.id, now).catch((error: unknown) => log.warn({ err: error }, 'the use of an API key was lost'))
  }
  const scopes = Scopes.parse(row.scopes).filter((scope) => scope !== 'admin' || row.role === 'admin')
  return { userId: row.user_id, role: row.role, by: 'key', scopes: new Set(scopes), credentialId: row.id }
}

/** Of several processes at once, one writes. */
async function markUsed(db: Db, id: string, now: number): Promise<void> {
  await db
    .updateTable('api_keys')
    .set({ last_used_at: new Date(now) })
    .where('id', '=', id)
    .where(({ or, eb }) => or([eb('last_used_at', 'is', null), eb('last_used_at', '<=', new Date(now - usedEveryMs))]))
    .execute()
}

const columns = ['id', 'name', 'scopes', 'hint', 'expires_at', 'last_used_at', 'created_at'] as const

interface Row {
  readonly id: string
  readonly name: string
  readonly scopes: unknown
  readonly hint: string
  readonly expires_at: Date | null
  readonly last_used_at: Date | null
  readonly created_at: Date
}

function toApiKey(row: Row): ApiKey {
  return {
    id: row.id,
    name: row.name,
    scopes: Scopes.parse(row.scopes),
    hint: row.hint,
    expiresAt: row.expires_at?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
  }
}

function checkNew({ role }: Person, { scopes, expiresAt }: ApiKeyCreate, now: number): void {
  if (role === 'guest') throw new EaselError('forbidden', 'Guests cannot do this. Make an account first.')
  if (scopes.includes('admin') && role !== 'admin') {
    throw new EaselError('forbidden', 'The scope "admin" is for administrators.')
  }
  if (expiresAt !== undefined && Date.parse(expiresAt) <= now) {
    throw new EaselError('validation-failed', 'body.expiresAt: must be in the future', {
      fields: [{ field: 'body.expiresAt', message: 'must be in the future' }],
    })
  }
}

/** Of two keys made at once, the second is counted with the first. */
async function keepWithinLimit(trx: Trx, userId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`api-keys:${userId}`}, 0))`.execute(trx)
  const { count } = await trx
    .selectFrom('api_keys')
    .where('user_id', '=', userId)
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow()
  if (Number(count) >= maxKeys) {
    throw new EaselError('conflict', `There are ${maxKeys} API keys, which is all there can be. Revoke one first.`)
  }
}

export function createApiKeys({ db, clock = systemClock }: { readonly db: Db; readonly clock?: Clock }): ApiKeys {
  return {
    async list(userId) {
      const rows = await db
        .selectFrom('api_keys')
        .where('user_id', '=', userId)
        .select(columns)
        .orderBy('id', 'desc')
        .execute()
      return rows.map(toApiKey)
    },

    async create(person, asked) {
      checkNew(person, asked, clock.now())
      const key = prefix + randomBytes(32).toString('base64url')
      const { userId, address } = person
      const scopes = [...new Set(asked.scopes)]
      const row = await inTransaction(db, async (trx) => {
        await keepWithinLimit(trx, userId)
        const made = await trx
          .insertInto('api_keys')
          .values({
            id: newId(),
            user_id: userId,
            name: asked.name.trim(),
            scopes: JSON.stringify(scopes),
            digest: digestOf(key),
            hint: key.slice(-4),
            expires_at: asked.expiresAt ?? null,
          })
          .returning(columns)
          .executeTakeFirst()
        const detail = { name: asked.name.trim(), scopes }
        await record(trx, { action: 'key-created', actorId: userId, address, detail })
        return present(made, 'the new key')
      })
      return { ...toApiKey(row), key }
    },

    async revoke({ userId, address }, id) {
      await inTransaction(db, async (trx) => {
        const gone = await trx
          .deleteFrom('api_keys')
          .where('id', '=', id)
          .where('user_id', '=', userId)
          .returning('name')
          .executeTakeFirst()
        if (gone === undefined) throw new EaselError('not-found', 'There is no such API key.')
        await record(trx, { action: 'key-revoked', actorId: userId, address, detail: { name: gone.name } })
      })
    },
  }
}
