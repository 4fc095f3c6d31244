// Rows of `connections`, and the one place where a row becomes what the contract promises.
import { Connection, Id } from '@easel/contract'
import type { Selectable } from 'kysely'
import { EaselError } from '#base/errors.ts'
import type { Db, Trx } from '#db/database.ts'
import type { ConnectionTable } from '#db/tables.ts'

/** A row with its sealed key. It never leaves this folder. */
export type Row = Selectable<ConnectionTable>

const Settings = Connection.shape.settings

/** What is shown of a row. */
export function toConnection(row: Row): Connection {
  return {
    id: row.id,
    name: row.name,
    provider: row.provider,
    baseUrl: row.base_url,
    hasKey: row.secret !== null,
    keyHint: row.key_hint,
    settings: Settings.parse(row.settings),
    defaultModel: row.default_model,
    concurrency: row.concurrency,
    isDefault: row.is_default,
    createdAt: row.created_at.toISOString(),
  }
}

/** The last four characters, or none of a key so short that four would tell much of it. */
export function hintOf(key: string): string | null {
  return key.length >= 12 ? key.slice(-4) : null
}

function ofUser(db: Db, userId: string) {
  return db.selectFrom('connections').selectAll().where('user_id', '=', userId)
}

/** A user's connections in their order: the default first. */
export async function rowsOf(db: Db, userId: string): Promise<readonly Row[]> {
  return await ofUser(db, userId)
    .where('deleted_at', 'is', null)
    .orderBy('is_default', 'desc')
    .orderBy('position')
    .orderBy('id')
    .execute()
}

/** All that the instance itself ever made for a user, removed ones too. */
export async function instanceRowsOf(db: Db, userId: string): Promise<readonly Row[]> {
  return await ofUser(db, userId).where('environment_digest', 'is not', null).orderBy('id').execute()
}

/**
 * One connection of this user.
 * @throws EaselError `not-found`, also when it is somebody else's
 */
export async function rowOf(db: Db, userId: string, id: string): Promise<Row> {
  const row = await findRow(db, userId, id)
  if (row === null || row.deleted_at !== null) throw noSuchConnection()
  return row
}

/** One connection of this user, removed or not; null when there never was one. */
export async function findRow(db: Db, userId: string, id: string): Promise<Row | null> {
  if (!Id.safeParse(id).success) return null
  return (await ofUser(db, userId).where('id', '=', id).executeTakeFirst()) ?? null
}

export function noSuchConnection(): EaselError {
  return new EaselError('not-found', 'There is no connection with this id')
}

/** Lets one change at a time touch a user's connections, so that names and the default stay unique without races. */
export async function lockUser(trx: Trx, userId: string): Promise<void> {
  await trx.selectFrom('users').select('id').where('id', '=', userId).forNoKeyUpdate().executeTakeFirstOrThrow()
}

/** Whether the user has another connection of this name, whatever its case. */
export async function isNameTaken(
  trx: Trx,
  userId: string,
  name: { readonly text: string; readonly exceptId?: string },
): Promise<boolean> {
  const rows = await trx
    .selectFrom('connections')
    .select(({ eb, fn, val }) => [
      'id',
      'name',
      eb(fn<string>('lower', ['name']), '=', fn<string>('lower', [val(name.text)])).as('same'),
    ])
    .where('user_id', '=', userId)
    .where('deleted_at', 'is', null)
    .execute()
  // How the database folds case depends on its locale (in the plain C locale Ä stays Ä), so we look for ourselves too.
  const folded = name.text.toLowerCase()
  return rows.some((row) => row.id !== name.exceptId && (row.same || row.name.toLowerCase() === folded))
}

/** The place after the last one. */
export async function nextPosition(trx: Trx, userId: string): Promise<number> {
  const { last } = await trx
    .selectFrom('connections')
    .select(({ fn }) => fn.max('position').as('last'))
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow()
  return last === null ? 0 : last + 1
}

/** Makes room for another default. */
export async function clearDefault(trx: Trx, userId: string): Promise<void> {
  await trx
    .updateTable('connections')
    .set({ is_default: false })
    .where('user_id', '=', userId)
    .where('is_default', '=', true)
    .execute()
}
