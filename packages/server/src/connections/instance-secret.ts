// What the instance itself signs and encrypts with. It is random and only wrapped by the instance key, so that a new instance key
// changes nothing that was signed or encrypted.
import { hkdfSync } from 'node:crypto'
import { DefectError } from '#base/errors.ts'
import type { Db } from '#db/database.ts'
import { kidOf, unseal } from './envelope.ts'
import type { Keyring } from './keyring.ts'

export const rootContext = 'instance_secrets|root|wrapped|v1'

/** 32 bytes for one purpose, always the same for the same instance. */
export async function openInstanceSecret(db: Db, keyring: Keyring, purpose: string): Promise<Buffer> {
  const row = await db
    .selectFrom('instance_secrets')
    .select('wrapped')
    .where('name', '=', 'root')
    .executeTakeFirstOrThrow()
  const key = await keyring.find(db, kidOf(row.wrapped))
  const root = key === null ? null : unseal(key, rootContext, row.wrapped)
  if (root === null) throw new DefectError('The secret of the instance cannot be opened with the instance key')
  return Buffer.from(hkdfSync('sha256', root, '', `easel ${purpose} v1`, 32))
}
