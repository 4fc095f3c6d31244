// Writing connections: what a person's changes and the instance's own have in common.
import type { ConnectionCreate } from '@easel/contract'
import { newId } from '#base/ids.ts'
import type { Trx } from '#db/database.ts'
import type { Manifest } from '#providers/spec/provider.ts'
import type { ConnectionDependencies } from './dependencies.ts'
import { hintOf, nextPosition, type Row } from './records.ts'
import { tidyBaseUrl } from './rules.ts'

export function originOf(baseUrl: string | null): string | null {
  return baseUrl === null ? null : new URL(baseUrl).origin
}

/** The columns that hold a key; an empty one is none. */
export async function sealedKey(
  secrets: ConnectionDependencies['secrets'],
  trx: Trx,
  { row, key }: { row: { readonly id: string; readonly user_id: string }; key: string },
): Promise<{ secret: string | null; key_hint: string | null }> {
  if (key === '') return { secret: null, key_hint: null }
  const place = { userId: row.user_id, connectionId: row.id }
  return { secret: await secrets.seal(trx, place, key), key_hint: hintOf(key) }
}

/** A connection that was found to be sound. */
export interface NewConnection extends Omit<ConnectionCreate, 'key' | 'provider'> {
  readonly userId: string
  readonly manifest: Manifest
  readonly key: string | null
  /** Set when the instance makes it. */
  readonly environmentDigest?: string
}

/** Adds a row and its lane. The caller holds the user's lock. */
export async function insertConnection(
  { secrets, jobs }: ConnectionDependencies,
  trx: Trx,
  input: NewConnection,
): Promise<Row> {
  const id = newId()
  const { userId, manifest } = input
  const concurrency = input.concurrency ?? manifest.defaultConcurrency
  const row = await trx
    .insertInto('connections')
    .values({
      id,
      user_id: userId,
      name: input.name,
      provider: manifest.id,
      base_url: input.baseUrl === undefined ? null : tidyBaseUrl(input.baseUrl),
      ...(await sealedKey(secrets, trx, { row: { id, user_id: userId }, key: input.key ?? '' })),
      settings: JSON.stringify(input.settings ?? {}),
      default_model: input.defaultModel || null,
      concurrency,
      position: await nextPosition(trx, userId),
      is_default: input.isDefault ?? false,
      shared: input.shared ?? null,
      fallback_id: input.fallbackId ?? null,
      prices: JSON.stringify(input.prices ?? []),
      environment_digest: input.environmentDigest ?? null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await jobs.setLane(trx, id, concurrency)
  return row
}
