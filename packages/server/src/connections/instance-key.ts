// Opens the instance key at the start, or refuses with what to do.
import { randomBytes } from 'node:crypto'
import { StartError } from '#base/errors.ts'
import type { Log } from '#base/log.ts'
import type { Database, Db, Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import { seal, type NamedKey } from './envelope.ts'
import { rootContext } from './instance-secret.ts'
import { deriveKey, keyPath, makeSecret, newKeyPath } from './key-file.ts'
import { followKeys, keysChannel, readKeys, type Keyring, type KeySource } from './keyring.ts'

export interface InstanceKeyOptions extends KeySource {
  readonly database: Database
  /** What to do with stored keys that this key does not open. */
  readonly lostKey: 'refuse' | 'forget'
  readonly log: Log
}

/** The ring of this process; `close` ends its listening. */
export interface OpenKeyring extends Keyring {
  close(): Promise<void>
}

/**
 * The key that every user's data key is wrapped with. The file holds the same kind of text as `EASEL_SECRET`, so that a library can
 * move from one to the other by copying it.
 * @throws StartError when keys are stored that it does not open; the message says what to do
 */
export async function openInstanceKey(options: InstanceKeyOptions): Promise<OpenKeyring> {
  const { database, log } = options
  const { db } = database
  const found = await readKeys(db, options)
  const foreign = await hasForeign(db, found)
  if (foreign && options.lostKey === 'refuse') throw await cannotOpen(options, found)
  const keys = found.length > 0 ? found : [deriveKey(makeSecret(keyPath(options.dataFolder)))]
  if (foreign) await forgetForeign(options, keys)
  const current = await ensureRoot(db, keys)
  await tidy(options, keys, current)
  const ring = followKeys(options, keys)
  const reload = () =>
    void ring.reload(db).catch((error: unknown) => log.error({ err: error }, 'the instance key was not read again'))
  const stop = await database.listen(keysChannel, reload, reload)
  return { find: ring.find, forNew: ring.forNew, close: stop }
}

const kidsOf = (keys: readonly NamedKey[]): string[] => keys.map(({ kid }) => kid)

/** Whether there is something that would be lost without another key: keys of connections, or accounts with second factors. */
async function hasForeign(db: Db, keys: readonly NamedKey[]): Promise<boolean> {
  const unknown = kidsOf(keys)
  const { lost } = await db
    .selectNoFrom(({ exists, or, and, selectFrom }) => {
      const dataKeys = selectFrom('data_keys').select('kid')
      const root = selectFrom('instance_secrets').select('kid').where('name', '=', 'root')
      const differ = unknown.length > 0
      return or([
        exists(differ ? dataKeys.where('kid', 'not in', unknown) : dataKeys),
        and([
          exists(differ ? root.where('kid', 'not in', unknown) : root),
          or([exists(selectFrom('credentials').select('id')), exists(selectFrom('passkeys').select('id'))]),
        ]),
      ]).as('lost')
    })
    .executeTakeFirstOrThrow()
  return lost === true
}

/** The instance's own secret, and with it the name of the key that wraps what is new. @returns that key */
async function ensureRoot(db: Db, keys: readonly NamedKey[]): Promise<NamedKey | undefined> {
  const [usual] = keys
  if (usual === undefined) return undefined
  return await inTransaction(db, async (trx) => {
    const fresh = { kid: usual.kid, wrapped: seal(usual, rootContext, randomBytes(32)) }
    await trx
      .insertInto('instance_secrets')
      .values({ name: 'root', ...fresh })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute()
    const root = await lockRoot(trx)
    const current = keys.find(({ kid }) => kid === root.kid)
    if (current !== undefined) return current
    // Nothing that matters was protected with it: that has been looked at.
    await trx.updateTable('instance_secrets').set(fresh).where('name', '=', 'root').execute()
    return usual
  })
}

async function lockRoot(trx: Trx): Promise<{ readonly kid: string }> {
  return await trx
    .selectFrom('instance_secrets')
    .select('kid')
    .where('name', '=', 'root')
    .forUpdate()
    .executeTakeFirstOrThrow()
}

/** Ends what a change of the key leaves behind, or says what is left to do. */
async function tidy(
  { database: { db }, secret, log }: InstanceKeyOptions,
  keys: readonly NamedKey[],
  current?: NamedKey,
) {
  const [usual] = keys
  if (secret !== null && usual?.kid === current?.kid) {
    // Whoever runs with the old secret has been told the new one.
    await db
      .deleteFrom('instance_secrets')
      .where('name', '=', 'next')
      .where('kid', '!=', usual?.kid ?? '')
      .execute()
  } else if (secret !== null) {
    log.warn('the instance key was changed: set EASEL_SECRET to the new one, the old one is accepted this once more')
  } else if (keys.length > 1) {
    log.warn('a change of the instance key was not finished: run "easel keys rotate" again')
  }
}

async function cannotOpen({ database, dataFolder, secret }: InstanceKeyOptions, keys: readonly NamedKey[]) {
  const [usual] = keys
  const path = keyPath(dataFolder)
  const unfinished = await database.db
    .selectFrom('instance_secrets')
    .select('name')
    .where('name', '=', 'root')
    .where('kid', '=', usual?.kid ?? '')
    .executeTakeFirst()
  if (unfinished !== undefined) {
    return new StartError(
      secret === null
        ? `A change of the instance key was not finished, and the old key is missing from ${path}. Put the old file back as ${path} and the new one as ${newKeyPath(dataFolder)}, and run "easel keys rotate" again.`
        : 'A change of the instance key was not finished. Set EASEL_SECRET to the one used before and EASEL_NEW_SECRET to the new one, and run "easel keys rotate" again.',
    )
  }
  const given = secret === null ? `the one in ${path}` : 'the one that EASEL_SECRET gives'
  const what =
    usual === undefined
      ? `The API keys stored here were encrypted with an instance key that is missing: there is no EASEL_SECRET and no file ${path}.`
      : `The API keys stored here were encrypted with another instance key than ${given}.`
  return new StartError(
    `${what} Set EASEL_SECRET to the one used before, or put the old file secret.key back (and remove EASEL_SECRET). ` +
      'After "easel keys rotate" that is the new one. ' +
      'If it is lost for good, start once with EASEL_LOST_KEY=forget: the stored API keys, second factors and secrets of webhooks are then erased and have to be set up again, and everybody has to sign in; nothing else is lost.',
  )
}

async function forgetForeign({ database: { db }, log }: InstanceKeyOptions, keys: readonly NamedKey[]): Promise<void> {
  const users = await inTransaction(db, async (trx) => {
    await forgetRoot(trx, keys)
    const lost = await trx.deleteFrom('data_keys').where('kid', 'not in', kidsOf(keys)).returning('user_id').execute()
    const ids = lost.map((row) => row.user_id)
    if (ids.length === 0) return 0
    await trx
      .updateTable('connections')
      .set({ secret: null, key_hint: null })
      .where('user_id', 'in', ids)
      .where('secret', 'is not', null)
      .execute()
    await trx
      .updateTable('webhooks')
      .set({ secret: null, old_secret: null, old_secret_until: null, off_at: new Date(), off_reason: 'key-lost' })
      .where('user_id', 'in', ids)
      .execute()
    return ids.length
  })
  log.warn({ users }, 'stored API keys could not be opened and were erased, as EASEL_LOST_KEY=forget asks')
}

/** Second factors that nobody can check would lock their owners out; cookies signed with what is lost are worth nothing. */
async function forgetRoot(trx: Trx, keys: readonly NamedKey[]): Promise<void> {
  await trx.deleteFrom('instance_secrets').where('name', '=', 'next').execute()
  const lost = await trx
    .deleteFrom('instance_secrets')
    .where('name', '=', 'root')
    .where('kid', 'not in', kidsOf(keys))
    .returning('name')
    .execute()
  if (lost.length === 0) return
  await trx.deleteFrom('sessions').execute()
  await trx.deleteFrom('two_factors').execute()
  await trx.updateTable('users').set({ two_factor_enabled: false }).where('two_factor_enabled', '=', true).execute()
}
