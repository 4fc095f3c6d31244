import { createHash, createHmac, randomBytes } from 'node:crypto'
import { DefectError } from '#base/errors.ts'
import type { Db, Trx } from '#db/database.ts'
import { kidOf, seal, unseal, type NamedKey } from './envelope.ts'
import type { Keyring } from './keyring.ts'

/** Whose secret it is and where it stands: what is sealed for one place cannot be opened at another. */
export type SecretPlace =
  | { readonly userId: string; readonly connectionId: string }
  | { readonly userId: string; readonly webhookId: string }

/** Secrets of connections and webhooks, sealed with a data key of their user's that the instance key wraps. */
export interface Secrets {
  /** Seals a secret for its place; makes the user's data key when it is the first. */
  seal(trx: Trx, place: SecretPlace, secret: string): Promise<string>
  /** The secret in clear, or null when it was not sealed for this place or was tampered with. */
  open(db: Db, place: SecretPlace, sealed: string): Promise<string | null>
  /** A digest by which a text can be known again; it cannot be guessed at without the user's data key. */
  fingerprint(trx: Trx, userId: string, text: string): Promise<string>
}

/** @param keyring what `openInstanceKey` gave */
export function createSecrets(keyring: Keyring): Secrets {
  async function findDataKey(db: Db, userId: string): Promise<NamedKey | null> {
    const row = await db.selectFrom('data_keys').select('wrapped').where('user_id', '=', userId).executeTakeFirst()
    const instanceKey = row === undefined ? null : await keyring.find(db, kidOf(row.wrapped))
    const bytes =
      row === undefined || instanceKey === null ? null : unseal(instanceKey, wrapContext(userId), row.wrapped)
    return bytes === null ? null : { kid: nameOf(bytes), bytes }
  }

  async function dataKey(trx: Trx, userId: string): Promise<NamedKey> {
    const known = await findDataKey(trx, userId)
    if (known !== null) return known
    const instanceKey = await keyring.forNew(trx)
    const fresh = seal(instanceKey, wrapContext(userId), randomBytes(32))
    await trx
      .insertInto('data_keys')
      .values({ user_id: userId, kid: instanceKey.kid, wrapped: fresh })
      // Of two first secrets at once, the second waits here and then uses the first one's key.
      .onConflict((conflict) => conflict.column('user_id').doNothing())
      .execute()
    const key = await findDataKey(trx, userId)
    if (key === null) throw new DefectError("A user's data key cannot be opened with the instance key")
    return key
  }

  return {
    async seal(trx, place, secret) {
      return seal(await dataKey(trx, place.userId), secretContext(place), Buffer.from(secret))
    },
    async open(db, place, sealed) {
      const key = await findDataKey(db, place.userId)
      return (key && unseal(key, secretContext(place), sealed)?.toString()) ?? null
    },
    async fingerprint(trx, userId, text) {
      const key = await dataKey(trx, userId)
      return createHmac('sha256', key.bytes).update(`fingerprint|${text}`).digest('base64url')
    },
  }
}

/** What a wrapped data key belongs to. */
export function wrapContext(userId: string): string {
  return `data_keys|${userId}|wrapped|v1`
}

function secretContext(place: SecretPlace): string {
  const { userId } = place
  if ('webhookId' in place) return `webhooks|${userId}|${place.webhookId}|secret|v1`
  return `connections|${userId}|${place.connectionId}|secret|v1`
}

function nameOf(bytes: Buffer): string {
  return createHash('sha256').update('easel data key id v1').update(bytes).digest().subarray(0, 6).toString('base64url')
}
