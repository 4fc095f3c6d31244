import { hkdfSync, randomBytes, randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf, messageOf, StartError } from '#base/errors.ts'
import type { Log } from '#base/log.ts'
import type { Db } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { NamedKey } from './envelope.ts'

export interface InstanceKeyOptions {
  readonly db: Db
  /** `EASEL_SECRET`, or null: the file `secret.key` in the data folder, which the first start makes. */
  readonly secret: string | null
  readonly dataFolder: string
  /** What to do with stored keys that this key does not open. */
  readonly lostKey: 'refuse' | 'forget'
  readonly log: Log
}

const minLength = 32

/**
 * The key that every user's data key is wrapped with. The file holds the same kind of text as `EASEL_SECRET`, so that a library can
 * move from one to the other by copying it.
 * @throws StartError when keys are stored that it does not open; the message says what to do
 */
export async function openInstanceKey(options: InstanceKeyOptions): Promise<NamedKey> {
  const path = join(options.dataFolder, 'secret.key')
  const text = options.secret ?? readSecret(path)
  const key = text === null ? null : deriveKey(text)
  const foreign = await countForeign(options.db, key)
  if (foreign > 0 && options.lostKey === 'refuse') throw cannotOpen(options, path, key)
  const opened = key ?? deriveKey(makeSecret(options.dataFolder, path))
  if (foreign > 0) await forgetForeign(options, opened)
  return opened
}

/** The text is random already (its length is demanded), so that HKDF is enough and no slow derivation is needed. */
function deriveKey(secret: string): NamedKey {
  const derive = (purpose: string, length: number) => Buffer.from(hkdfSync('sha256', secret, '', purpose, length))
  return {
    kid: derive('easel instance key id v1', 6).toString('base64url'),
    bytes: derive('easel instance key v1', 32),
  }
}

function readSecret(path: string): string | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw new StartError(`The key file ${path} cannot be read: ${messageOf(error)}`, { cause: error })
  }
  if (text.length >= minLength) return text
  throw new StartError(
    `The key file ${path} is damaged: it must hold at least ${minLength} characters. Put it back from a backup.`,
  )
}

/** Writes a new secret aside and links it into place, so that it is there whole or not at all; of two processes one wins. */
function makeSecret(folder: string, path: string): string {
  const secret = randomBytes(32).toString('base64url')
  const draft = `${path}.${randomUUID()}`
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeDurably(draft, secret)
    linkSync(draft, path)
    syncFolder(folder)
    return secret
  } catch (error) {
    const winner = codeOf(error) === 'EEXIST' ? readSecret(path) : null
    if (winner !== null) return winner
    throw new StartError(`The key file ${path} cannot be made: ${messageOf(error)}`, { cause: error })
  } finally {
    rmSync(draft, { force: true })
  }
}

function writeDurably(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    writeSync(file, `${text}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

async function countForeign(db: Db, key: NamedKey | null): Promise<number> {
  const rows = db.selectFrom('data_keys').select(({ fn }) => fn.countAll<number>().as('count'))
  const { count } = await (key === null ? rows : rows.where('kid', '!=', key.kid)).executeTakeFirstOrThrow()
  return Number(count)
}

function cannotOpen(options: InstanceKeyOptions, path: string, key: NamedKey | null): StartError {
  const found = options.secret === null ? `the one in ${path}` : 'the one that EASEL_SECRET gives'
  const what =
    key === null
      ? `The API keys stored here were encrypted with an instance key that is missing: there is no EASEL_SECRET and no file ${path}.`
      : `The API keys stored here were encrypted with another instance key than ${found}.`
  return new StartError(
    `${what} Set EASEL_SECRET to the one used before, or put the old file secret.key back (and remove EASEL_SECRET). ` +
      'If the old one is lost for good, start once with EASEL_LOST_KEY=forget: the stored API keys are then erased and have to be entered again; nothing else is lost.',
  )
}

async function forgetForeign({ db, log }: InstanceKeyOptions, key: NamedKey): Promise<void> {
  const users = await inTransaction(db, async (trx) => {
    const lost = await trx.deleteFrom('data_keys').where('kid', '!=', key.kid).returning('user_id').execute()
    const ids = lost.map((row) => row.user_id)
    if (ids.length === 0) return 0
    await trx
      .updateTable('connections')
      .set({ secret: null, key_hint: null })
      .where('user_id', 'in', ids)
      .where('secret', 'is not', null)
      .execute()
    return ids.length
  })
  log.warn({ users }, 'stored API keys could not be opened and were erased, as EASEL_LOST_KEY=forget asks')
}
