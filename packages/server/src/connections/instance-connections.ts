// The connections that the instance makes by itself: the built-in one, and one for each provider whose variables are set.
import type { Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Manifest } from '#providers/spec/provider.ts'
import type { ConnectionDependencies } from './dependencies.ts'
import { clearDefault, instanceRowsOf, isNameTaken, lockUser, rowsOf, type Row } from './records.ts'
import { insertConnection, originOf, sealedKey } from './storing.ts'

/** Stands in place of a digest on the built-in connection, which no variable makes. */
const builtInMark = 'built-in'

interface Wish {
  readonly manifest: Manifest
  readonly key: string | null
  readonly baseUrl: string | null
}

export interface InstanceConnections {
  /**
   * Makes what is missing and follows variables that changed since the last start. What the user removed stays removed, and what the
   * user changed stays as long as the variable does not change.
   * @param engines the engines' variables that are set, by name (`Config.engines`)
   * @param options `share`: everybody may use them, unless somebody decided otherwise
   */
  ensureInstanceConnections(
    userId: string,
    engines: Readonly<Record<string, string>>,
    options?: { readonly share: boolean },
  ): Promise<void>
}

export function createInstanceConnections(dependencies: ConnectionDependencies): InstanceConnections {
  const { db, events, providers, secrets, reach, log } = dependencies

  async function ensure(trx: Trx, userId: string, wishes: readonly Wish[]): Promise<readonly string[]> {
    const known = await instanceRowsOf(trx, userId)
    const touched: string[] = []
    for (const wish of wishes) {
      const row = known.find((candidate) => candidate.provider === wish.manifest.id)
      const digest = await digestOf(trx, userId, wish)
      if (row?.environment_digest === digest || (row !== undefined && row.deleted_at !== null)) continue
      touched.push(
        row === undefined ? await add(trx, userId, { wish, digest }) : await follow(trx, row, { wish, digest }),
      )
    }
    return touched
  }

  async function digestOf(trx: Trx, userId: string, { manifest, key, baseUrl }: Wish): Promise<string> {
    if (manifest.builtIn) return builtInMark
    return await secrets.fingerprint(trx, userId, JSON.stringify([key, baseUrl]))
  }

  async function add(trx: Trx, userId: string, { wish, digest }: { wish: Wish; digest: string }): Promise<string> {
    const { manifest, key, baseUrl } = wish
    const isDefault = await takesDefault(trx, userId, manifest)
    if (isDefault) await clearDefault(trx, userId)
    const row = await insertConnection(dependencies, trx, {
      userId,
      manifest,
      key,
      name: await freeName(trx, userId, manifest.label),
      ...(baseUrl !== null && { baseUrl }),
      isDefault,
      environmentDigest: digest,
    })
    return row.id
  }

  /** Who sets a variable wants pictures from that engine: it comes before the built-in one, never before a person's choice. */
  async function takesDefault(trx: Trx, userId: string, manifest: Manifest): Promise<boolean> {
    const chosen = (await rowsOf(trx, userId)).find((row) => row.is_default)
    if (chosen === undefined) return true
    return !manifest.builtIn && chosen.environment_digest === builtInMark
  }

  async function follow(trx: Trx, row: Row, { wish, digest }: { wish: Wish; digest: string }): Promise<string> {
    const usual = wish.manifest.defaultBaseUrl
    const moved = originOf(wish.baseUrl ?? usual) !== originOf(row.base_url ?? usual)
    // A key that the user typed in stays where it was meant for.
    const key = wish.key ?? (moved ? '' : null)
    await trx
      .updateTable('connections')
      .set({
        base_url: wish.baseUrl,
        environment_digest: digest,
        ...(key === null ? {} : await sealedKey(secrets, trx, { row, key })),
      })
      .where('id', '=', row.id)
      .execute()
    return row.id
  }

  return {
    async ensureInstanceConnections(userId, engines, { share } = { share: false }) {
      const wishes = [...providers.values()].flatMap(({ manifest }) => wishFor(manifest, engines))
      for (const { manifest, baseUrl } of wishes) reach.trust(baseUrl ?? manifest.defaultBaseUrl)
      const touched = await inTransaction(db, async (trx) => {
        await lockUser(trx, userId)
        const made = await ensure(trx, userId, wishes)
        const ids = [...new Set([...made, ...(share ? await shareUndecided(trx, userId) : [])])]
        if (ids.length > 0) await events.append(trx, userId, [{ type: 'connections.changed' }])
        return ids
      })
      if (touched.length > 0) log.info({ connections: touched }, 'connections were made from the environment')
    },
  }
}

/** What nobody has decided about, be it new or from the time when there was one user only. */
async function shareUndecided(trx: Trx, userId: string): Promise<readonly string[]> {
  const rows = await trx
    .updateTable('connections')
    .set({ shared: true })
    .where('user_id', '=', userId)
    .where('environment_digest', 'is not', null)
    .where('shared', 'is', null)
    .returning('id')
    .execute()
  return rows.map(({ id }) => id)
}

/** What the environment wants of one provider: one connection or none. */
function wishFor(manifest: Manifest, engines: Readonly<Record<string, string>>): readonly Wish[] {
  if (manifest.builtIn) return [{ manifest, key: null, baseUrl: null }]
  const { environment } = manifest
  const key = environment.key === undefined ? null : (engines[environment.key] ?? null)
  const baseUrl = environment.baseUrl === undefined ? null : (engines[environment.baseUrl] ?? null)
  if (key === null && (baseUrl === null || manifest.key === 'required')) return []
  if (baseUrl === null && manifest.defaultBaseUrl === null) return []
  return [{ manifest, key, baseUrl }]
}

/** The label, with a number where the user has a connection of that name. */
async function freeName(trx: Trx, userId: string, label: string): Promise<string> {
  for (let number = 1; ; number++) {
    const text = number === 1 ? label : `${label} ${number}`
    if (!(await isNameTaken(trx, userId, { text }))) return text
  }
}
