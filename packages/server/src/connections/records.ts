// Rows of `connections`, and the one place where a row becomes what the contract promises.
import { Connection, Id } from '@easel/contract'
import { sql, type Selectable } from 'kysely'
import { EaselError } from '#base/errors.ts'
import type { Db, Trx } from '#db/database.ts'
import type { ConnectionTable } from '#db/tables.ts'

/** A row with its sealed key. It never leaves this folder. */
export type Row = Selectable<ConnectionTable>

const Settings = Connection.shape.settings
const Prices = Connection.shape.prices

/** What is shown of a row to this user: of somebody else's nothing that tells where it leads or with what. */
export function toConnection(row: Row, userId: string): Connection {
  const mine = row.user_id === userId
  return {
    id: row.id,
    name: row.name,
    provider: row.provider,
    baseUrl: mine ? row.base_url : null,
    hasKey: row.secret !== null,
    keyHint: mine ? row.key_hint : null,
    settings: mine ? Settings.parse(row.settings) : {},
    defaultModel: row.default_model,
    concurrency: row.concurrency,
    isDefault: row.is_default,
    shared: row.shared === true,
    mine,
    prices: Prices.parse(row.prices),
    fallbackId: mine ? row.fallback_id : null,
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

/**
 * An administrator's connection is offered to everybody. What an account did that was disabled is no longer trusted; what the
 * environment made is the instance's, whoever it was made for.
 */
const isOffered = sql<boolean>`(connections.shared and owner.role = 'admin'
  and (owner.disabled_at is null or connections.environment_digest is not null))`

/**
 * What a user can use, in order: the default, the user's own, what others share. `is_default` is as this user chose, else as the
 * instance offers.
 */
export async function rowsOf(db: Db, userId: string): Promise<readonly Row[]> {
  const found = await db
    .selectFrom('connections')
    .innerJoin('users as owner', 'owner.id', 'connections.user_id')
    .leftJoin('connection_choices as choice', (join) =>
      join.onRef('choice.connection_id', '=', 'connections.id').on('choice.user_id', '=', userId),
    )
    .leftJoin('model_defaults as usual', (join) =>
      join
        .onRef('usual.connection_id', '=', 'connections.id')
        .on('usual.family', '=', 'any')
        .on('usual.user_id', 'is', null),
    )
    .selectAll('connections')
    .select(['choice.user_id as chosen_by', 'usual.family as usual_for'])
    .where('connections.deleted_at', 'is', null)
    .where((eb) => eb.or([eb('connections.user_id', '=', userId), isOffered]))
    .orderBy('connections.position')
    .orderBy('connections.id')
    .execute()
  const first =
    found.find((row) => row.chosen_by !== null && row.user_id !== userId) ??
    found.find((row) => row.user_id === userId && row.is_default) ??
    found.find((row) => row.usual_for !== null)
  const rows = found.map(({ chosen_by: _chosen, usual_for: _usual, ...row }) => ({
    ...row,
    is_default: row.id === first?.id,
  }))
  const place = (row: Row) => (row.is_default ? 0 : row.user_id === userId ? 1 : 2)
  return rows.toSorted((a, b) => place(a) - place(b))
}

/** All that the instance itself ever made for a user, removed ones too. */
export async function instanceRowsOf(db: Db, userId: string): Promise<readonly Row[]> {
  return await ofUser(db, userId).where('environment_digest', 'is not', null).orderBy('id').execute()
}

/**
 * One connection that this user can use: the user's own or a shared one.
 * @throws EaselError `not-found`, also when it is somebody else's
 */
export async function rowOf(db: Db, userId: string, id: string): Promise<Row> {
  const row = (await rowsOf(db, userId)).find((candidate) => candidate.id === id)
  if (row === undefined) throw noSuchConnection()
  return row
}

/**
 * One connection that this user may change.
 * @throws EaselError `not-found`, or `forbidden` when somebody else shares it
 */
export async function ownRowOf(db: Db, userId: string, id: string): Promise<Row> {
  const row = await rowOf(db, userId, id)
  if (row.user_id === userId) return row
  throw new EaselError('forbidden', 'Only the administrator who shares this connection can change it')
}

/** A connection of this user's own, removed or not; null when there never was one. */
export async function findOwnRow(db: Db, userId: string, id: string): Promise<Row | null> {
  if (!Id.safeParse(id).success) return null
  return (await ofUser(db, userId).where('id', '=', id).executeTakeFirst()) ?? null
}

function noSuchConnection(): EaselError {
  return new EaselError('not-found', 'There is no connection with this id')
}

/** Lets one change at a time touch a user's connections, so that names and the default stay unique without races. */
export async function lockUser(trx: Trx, userId: string): Promise<{ readonly role: 'admin' | 'user' | 'guest' }> {
  return await trx
    .selectFrom('users')
    .select('role')
    .where('id', '=', userId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow()
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
  await trx.deleteFrom('connection_choices').where('user_id', '=', userId).execute()
  await trx
    .updateTable('connections')
    .set({ is_default: false })
    .where('user_id', '=', userId)
    .where('is_default', '=', true)
    .execute()
}

/** Makes a shared connection of somebody else's this user's default, or no longer. */
export async function choose(trx: Trx, userId: string, choice: { readonly id: string; readonly isDefault: boolean }) {
  if (choice.isDefault) {
    await clearDefault(trx, userId)
    await trx.insertInto('connection_choices').values({ user_id: userId, connection_id: choice.id }).execute()
    return
  }
  await trx
    .deleteFrom('connection_choices')
    .where('user_id', '=', userId)
    .where('connection_id', '=', choice.id)
    .execute()
}
