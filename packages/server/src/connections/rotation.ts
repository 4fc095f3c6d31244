// A new instance key while Easel runs: `easel keys rotate`. Every step is repeatable, so that a repeat finishes what a crash
// interrupted, and several may do it at once. Rules in docs/spec/keys.md (KY1 …).
import { sql } from 'kysely'
import { DefectError, StartError } from '#base/errors.ts'
import type { Log } from '#base/log.ts'
import type { Db, Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import { kidOf, seal, unseal, type NamedKey } from './envelope.ts'
import { rootContext } from './instance-secret.ts'
import { deriveKey, makeSecret, minSecretLength, newKeyPath, readSecret, replaceKeyFile } from './key-file.ts'
import { keysChannel, nextContext, readNext, type Keyring, type KeySource } from './keyring.ts'
import { wrapContext } from './secrets.ts'

export type RotationStep = 'key made' | 'announced' | 'batch' | 'all wrapped' | 'finished'

export interface RotationOptions extends KeySource {
  readonly db: Db
  readonly keyring: Keyring
  /** The text of the new key where `secret` is given; null otherwise: it is made. */
  readonly newSecret: string | null
  readonly log: Log
  /** Data keys in one transaction. */
  readonly batch?: number
  /** Called after each step. */
  readonly onStep?: (step: RotationStep) => void | Promise<void>
}

/**
 * Wraps everything with a new instance key. Both keys are accepted while it lasts.
 * @returns how many data keys this call wrapped
 * @throws StartError when there is no new secret, or not a usable one
 */
export async function rotateInstanceKey(options: RotationOptions): Promise<number> {
  const { db, onStep = () => {} } = options
  const next = options.secret === null ? makeNext(options) : await giveNext(options, options.secret)
  await onStep('key made')
  await announce(options, next)
  await onStep('announced')
  let count = 0
  do {
    for (let wrapped = await wrapBatch(options, next); wrapped > 0; wrapped = await wrapBatch(options, next)) {
      count += wrapped
      await onStep('batch')
    }
    await onStep('all wrapped')
  } while (!(await finish(options, next)))
  await onStep('finished')
  await sql`select pg_notify(${keysChannel}, '')`.execute(db)
  return count
}

function makeNext({ dataFolder, newSecret }: RotationOptions): NamedKey {
  if (newSecret !== null) {
    throw new StartError('A new secret is given only where EASEL_SECRET is set. Here the key is a file, and is made.')
  }
  return deriveKey(makeSecret(newKeyPath(dataFolder)))
}

/** Leaves the new secret, wrapped by the old key, for the processes that were started with the old one. */
async function giveNext({ db, newSecret }: RotationOptions, secret: string): Promise<NamedKey> {
  if (newSecret === null) {
    throw new StartError(
      'EASEL_SECRET is set: give the new one in EASEL_NEW_SECRET, or with --stdin as the first line of standard input.',
    )
  }
  if (newSecret.length < minSecretLength) {
    throw new StartError(`The new secret must be at least ${minSecretLength} characters long.`)
  }
  const own = deriveKey(secret)
  const next = deriveKey(newSecret)
  if (own.kid === next.kid) throw new StartError('The new secret is the one that EASEL_SECRET already gives.')
  await inTransaction(db, async (trx) => {
    const root = await lockRoot(trx)
    const begun = await readNext(trx, own)
    if (begun !== null) {
      if (deriveKey(begun).kid === next.kid) return
      throw new StartError(
        'The key was changed before, to another new secret than this one. Repeat that change with the same new secret, then start Easel with EASEL_SECRET set to it.',
      )
    }
    if (root.kid !== own.kid) throw new StartError('EASEL_SECRET is not the one that is in use now.')
    const row = { kid: own.kid, wrapped: seal(own, nextContext, Buffer.from(newSecret)) }
    await trx
      .insertInto('instance_secrets')
      .values({ name: 'next', ...row })
      .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
      .execute()
    await sql`select pg_notify(${keysChannel}, '')`.execute(trx)
  })
  return next
}

async function lockRoot(trx: Trx): Promise<{ readonly kid: string; readonly wrapped: string }> {
  return await trx
    .selectFrom('instance_secrets')
    .select(['kid', 'wrapped'])
    .where('name', '=', 'root')
    .forUpdate()
    .executeTakeFirstOrThrow()
}

/** Whether this is the change that is going on. Somebody else may have finished it, and begun another, since it was looked up. */
async function isUnderWay(trx: Trx, { secret, dataFolder }: RotationOptions, next: NamedKey): Promise<boolean> {
  const text = secret === null ? readSecret(newKeyPath(dataFolder)) : await readNext(trx, deriveKey(secret))
  return text !== null && deriveKey(text).kid === next.kid
}

/** From here on what is new is wrapped with the new key. Waits for those who are wrapping with the old one. */
async function announce(options: RotationOptions, next: NamedKey): Promise<void> {
  const { db, keyring } = options
  await inTransaction(db, async (trx) => {
    const root = await lockRoot(trx)
    if (root.kid === next.kid || !(await isUnderWay(trx, options, next))) return
    const bytes = await openWrapped(trx, keyring, { context: rootContext, wrapped: root.wrapped })
    if (bytes === null) throw new DefectError('The secret of the instance cannot be opened with the instance key')
    const changed = { kid: next.kid, wrapped: seal(next, rootContext, bytes) }
    await trx.updateTable('instance_secrets').set(changed).where('name', '=', 'root').execute()
    await sql`select pg_notify(${keysChannel}, '')`.execute(trx)
  })
}

async function openWrapped(trx: Trx, keyring: Keyring, what: { context: string; wrapped: string }) {
  const key = await keyring.find(trx, kidOf(what.wrapped))
  return key === null ? null : unseal(key, what.context, what.wrapped)
}

/** @returns how many there were */
async function wrapBatch({ db, keyring, log, batch = 100 }: RotationOptions, next: NamedKey): Promise<number> {
  return await inTransaction(db, async (trx) => {
    const root = await trx
      .selectFrom('instance_secrets')
      .select('kid')
      .where('name', '=', 'root')
      .forShare()
      .executeTakeFirstOrThrow()
    if (root.kid !== next.kid) return 0
    const rows = await trx
      .selectFrom('data_keys')
      .select(['user_id', 'wrapped'])
      .where('kid', '!=', next.kid)
      .orderBy('user_id')
      .limit(batch)
      .forUpdate()
      .execute()
    for (const { user_id: userId, wrapped } of rows) {
      const context = wrapContext(userId)
      const bytes = await openWrapped(trx, keyring, { context, wrapped })
      // One that no key opens is lost already, and must not keep the others from changing.
      if (bytes === null) log.error({ user: userId }, 'a data key cannot be opened and is left as it is')
      const changed = bytes === null ? { kid: next.kid } : { kid: next.kid, wrapped: seal(next, context, bytes) }
      await trx.updateTable('data_keys').set(changed).where('user_id', '=', userId).execute()
    }
    return rows.length
  })
}

/** Lets go of the old key when nothing needs it. @returns false when something was added meanwhile, by whoever had begun before */
async function finish(options: RotationOptions, next: NamedKey): Promise<boolean> {
  return await inTransaction(options.db, async (trx) => {
    const root = await lockRoot(trx)
    if (root.kid !== next.kid) return true
    const left = await trx.selectFrom('data_keys').select('kid').where('kid', '!=', next.kid).executeTakeFirst()
    if (left !== undefined) return false
    // The lock on the root is what guards the files too.
    if (options.secret === null && (await isUnderWay(trx, options, next))) replaceKeyFile(options.dataFolder)
    return true
  })
}
