// The instance keys that a process knows: one, or two while they change. Rules in docs/spec/keys.md (KY1 …).
import { DefectError } from '#base/errors.ts'
import type { Db, Trx } from '#db/database.ts'
import { unseal, type NamedKey } from './envelope.ts'
import { deriveKey, keyPath, newKeyPath, readSecret } from './key-file.ts'

/** Told to every process when the instance key changes. */
export const keysChannel = 'easel_keys'

export interface Keyring {
  /** The instance key of this name; one that is not known yet is looked for, because another process may have changed it. */
  find(db: Db, kid: string): Promise<NamedKey | null>
  /** The key to wrap new things with. A change of the key waits for `trx`, so that nothing is wrapped with one that is gone. */
  forNew(trx: Trx): Promise<NamedKey>
}

/** A ring of one key that never changes. */
export function fixedKeyring(key: NamedKey): Keyring {
  return { find: async (_db, kid) => (kid === key.kid ? key : null), forNew: async () => key }
}

/** Where the text of the instance key comes from. */
export interface KeySource {
  /** `EASEL_SECRET`, or null: a file in the data folder. */
  readonly secret: string | null
  readonly dataFolder: string
}

/** Context of the new secret while it is wrapped by the old key. */
export const nextContext = 'instance_secrets|next|wrapped|v1'

/** All keys of this source, the usual one first. */
export async function readKeys(db: Db, { secret, dataFolder }: KeySource): Promise<readonly NamedKey[]> {
  if (secret === null) {
    // In this order the new one is found under one name or the other, even when it takes its place just now.
    const texts = [readSecret(newKeyPath(dataFolder)), readSecret(keyPath(dataFolder))]
    return texts
      .toReversed()
      .filter((text) => text !== null)
      .map(deriveKey)
  }
  const own = deriveKey(secret)
  const next = await readNext(db, own)
  return next === null ? [own] : [own, deriveKey(next)]
}

/** The new secret that a change of `EASEL_SECRET` left for those who have the old one; null when there is none for this key. */
export async function readNext(db: Db, own: NamedKey): Promise<string | null> {
  const row = await db
    .selectFrom('instance_secrets')
    .select('wrapped')
    .where('name', '=', 'next')
    .where('kid', '=', own.kid)
    .executeTakeFirst()
  const bytes = row === undefined ? null : unseal(own, nextContext, row.wrapped)
  return bytes?.toString() ?? null
}

/** A ring that follows changes made by other processes. */
export function followKeys(source: KeySource, first: readonly NamedKey[]) {
  const known = new Map(first.map((key) => [key.kid, key]))

  async function reload(db: Db): Promise<void> {
    for (const key of await readKeys(db, source)) known.set(key.kid, key)
  }

  async function find(db: Db, kid: string): Promise<NamedKey | null> {
    if (!known.has(kid)) await reload(db)
    return known.get(kid) ?? null
  }

  return {
    find,
    reload,
    async forNew(trx: Trx): Promise<NamedKey> {
      const root = await trx
        .selectFrom('instance_secrets')
        .select('kid')
        .where('name', '=', 'root')
        .forShare()
        .executeTakeFirst()
      const key = root === undefined ? null : await find(trx, root.kid)
      if (key === null) throw new DefectError('The instance key was changed to one that this process does not have')
      return key
    },
  }
}
