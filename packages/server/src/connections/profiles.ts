// What a person does with connections: look, add, change, remove.
import type { Connection, ConnectionCreate } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Manifest } from '#providers/spec/provider.ts'
import type { ConnectionDependencies } from './dependencies.ts'
import { allUsers } from './everybody.ts'
import { checkFallback, forgetFallback } from './fallback.ts'
import {
  choose,
  clearDefault,
  isNameTaken,
  lockUser,
  ownRowOf,
  rowOf,
  rowsOf,
  toConnection,
  type Row,
} from './records.ts'
import { baseUrlFaults, keyFaults, refuse, settingsFaults, tidyBaseUrl } from './rules.ts'
import { insertConnection, originOf, sealedKey } from './storing.ts'

/** What may change of a connection; an absent field stays, an empty `key` or `defaultModel` is removed. */
export type ConnectionPatch = {
  readonly [Field in keyof Omit<ConnectionCreate, 'provider'>]?: ConnectionCreate[Field] | undefined
}

export interface Profiles {
  /** What a user can use: the default, the user's own, then what administrators share. */
  list(userId: string): Promise<readonly Connection[]>
  /** @throws EaselError `not-found`, also when it is somebody else's */
  get(userId: string, id: string): Promise<Connection>
  /** @throws EaselError `validation-failed`, `conflict` when the name is taken, `forbidden` to share it */
  create(userId: string, input: ConnectionCreate): Promise<Connection>
  /**
   * Changes a connection. A stored key is dropped when the address moves to another origin and no key comes along, so that it is
   * never sent to a server that it was not given for. Of somebody else's shared one only `isDefault` may change, which is the
   * user's own choice.
   * @throws EaselError `not-found`, `validation-failed`, `conflict`, `forbidden`
   */
  update(userId: string, id: string, patch: ConnectionPatch): Promise<Connection>
  /** Removes a connection and erases its key. Work that still waits for it fails. @throws EaselError `not-found`, `forbidden` */
  remove(userId: string, id: string): Promise<void>
}

export function createProfiles(dependencies: ConnectionDependencies): Profiles {
  const { db, jobs, providers, reach } = dependencies

  const change = createChange(dependencies)

  async function edit(trx: Trx, row: Row, patch: ConnectionPatch): Promise<Row> {
    const manifest = providers.get(row.provider)?.manifest
    refuse(manifest === undefined ? [] : patchFaults(manifest, patch))
    const shared = patch.shared ?? row.shared === true
    const fallbackId = patch.fallbackId === undefined ? row.fallback_id : patch.fallbackId
    if (fallbackId !== null && (patch.fallbackId !== undefined || patch.shared === true)) {
      await checkFallback(trx, row.user_id, { id: row.id, shared, fallbackId })
    }
    if (patch.isDefault === true) await clearDefault(trx, row.user_id)
    const changes = await changesOf(dependencies, trx, { row, patch, manifest })
    const query = trx.updateTable('connections').set(changes).where('id', '=', row.id).returningAll()
    if (patch.concurrency !== undefined) await jobs.setLane(trx, row.id, patch.concurrency)
    return await query.executeTakeFirstOrThrow()
  }

  return {
    async list(userId) {
      return (await rowsOf(db, userId)).map((row) => toConnection(row, userId))
    },

    async get(userId, id) {
      return toConnection(await rowOf(db, userId, id), userId)
    },

    async create(userId, input) {
      const manifest = providers.get(input.provider)?.manifest
      if (manifest === undefined) {
        throw new EaselError('validation-failed', `There is no provider ${JSON.stringify(input.provider)}`, {
          fields: [{ field: 'body.provider', message: 'is not a known provider' }],
        })
      }
      const key = input.key === undefined || input.key === '' ? null : input.key
      refuse([
        ...baseUrlFaults(manifest, input.baseUrl),
        ...keyFaults(manifest, key),
        ...settingsFaults(manifest, input.settings ?? {}),
      ])
      await reach.check(userId, manifest, input.baseUrl)
      return await change(userId, async (trx, role) => {
        checkSharing(role, input.shared)
        const name = await freeName(trx, userId, { text: input.name })
        const { fallbackId = null, shared = false } = input
        if (fallbackId !== null) await checkFallback(trx, userId, { id: null, shared, fallbackId })
        if (input.isDefault === true) await clearDefault(trx, userId)
        const row = await insertConnection(dependencies, trx, { ...input, name, userId, key, manifest })
        return { row, everybody: row.shared === true }
      })
    },

    async update(userId, id, patch) {
      await checkReach(dependencies, { userId, id, patch })
      return await change(userId, async (trx, role) => {
        const row = await rowOf(trx, userId, id)
        if (row.user_id !== userId && patchesOnlyChoice(patch)) {
          if (patch.isDefault !== undefined) await choose(trx, userId, { id, isDefault: patch.isDefault })
          return { row: await rowOf(trx, userId, id), everybody: false }
        }
        const own = await ownRowOf(trx, userId, id)
        checkSharing(role, patch.shared)
        const changed = await edit(trx, own, patch)
        const seen = Object.keys(patch).some((field) => field !== 'isDefault')
        return { row: changed, everybody: seen && (own.shared === true || changed.shared === true) }
      })
    },

    async remove(userId, id) {
      await change(userId, async (trx) => {
        const row = await ownRowOf(trx, userId, id)
        await erase(trx, id, new Date(dependencies.clock.now()))
        return { row, everybody: row.shared === true }
      })
    },
  }
}

/** The row stays, for what waits for it; its key goes. */
async function erase(trx: Trx, id: string, at: Date): Promise<void> {
  const gone = { deleted_at: at, is_default: false, secret: null, key_hint: null }
  await trx.updateTable('connections').set(gone).where('id', '=', id).execute()
  await forgetFallback(trx, id)
}

/** Looked up before the transaction, which must not wait for the network. */
async function checkReach(
  { db, providers, reach }: ConnectionDependencies,
  { userId, id, patch }: { readonly userId: string; readonly id: string; readonly patch: ConnectionPatch },
): Promise<void> {
  if (patch.baseUrl === undefined) return
  const row = await ownRowOf(db, userId, id)
  const manifest = providers.get(row.provider)?.manifest
  if (manifest === undefined || tidyBaseUrl(patch.baseUrl) === row.base_url) return
  refuse(patchFaults(manifest, patch))
  await reach.check(userId, manifest, patch.baseUrl)
}

type Role = 'admin' | 'user' | 'guest'

interface Changed {
  readonly row: Row
  /** Whether it is to be told to everybody. */
  readonly everybody: boolean
}

/** Runs a change under the user's lock and tells the user's pages, or everybody's when it concerns a shared connection. */
function createChange({ db, events }: Pick<ConnectionDependencies, 'db' | 'events'>) {
  return (userId: string, work: (trx: Trx, role: Role) => Promise<Changed>): Promise<Connection> =>
    inTransaction(db, async (trx) => {
      const { role } = await lockUser(trx, userId)
      const { row, everybody } = await work(trx, role)
      for (const id of everybody ? await allUsers(trx) : [userId]) {
        await events.append(trx, id, [{ type: 'connections.changed' }])
      }
      return toConnection(row, userId)
    })
}

function checkSharing(role: Role, shared: boolean | undefined): void {
  if (shared === true && role !== 'admin') {
    throw new EaselError('forbidden', 'Only administrators can share a connection with everybody')
  }
}

/** What of somebody else's connection is the user's own business. */
function patchesOnlyChoice(patch: ConnectionPatch): boolean {
  return Object.entries(patch).every(([field, value]) => field === 'isDefault' || value === undefined)
}

function patchFaults(manifest: Manifest, patch: ConnectionPatch) {
  return [
    ...(patch.baseUrl === undefined ? [] : baseUrlFaults(manifest, patch.baseUrl)),
    // Taking a key away is always allowed.
    ...(patch.key === undefined || patch.key === '' ? [] : keyFaults(manifest, patch.key)),
    ...(patch.settings === undefined ? [] : settingsFaults(manifest, patch.settings)),
  ]
}

interface Change {
  readonly row: Row
  readonly patch: ConnectionPatch
  readonly manifest: Manifest | undefined
}

async function changesOf({ secrets }: ConnectionDependencies, trx: Trx, { row, patch, manifest }: Change) {
  const usual = manifest?.defaultBaseUrl ?? null
  const baseUrl = patch.baseUrl === undefined ? row.base_url : tidyBaseUrl(patch.baseUrl)
  const moved = originOf(baseUrl ?? usual) !== originOf(row.base_url ?? usual)
  const key = patch.key ?? (moved ? '' : undefined)
  return {
    name:
      patch.name === undefined ? row.name : await freeName(trx, row.user_id, { text: patch.name, exceptId: row.id }),
    base_url: baseUrl,
    ...(key === undefined ? {} : await sealedKey(secrets, trx, { row, key })),
    settings: JSON.stringify(patch.settings ?? row.settings),
    default_model: patch.defaultModel === undefined ? row.default_model : patch.defaultModel || null,
    concurrency: patch.concurrency ?? row.concurrency,
    is_default: patch.isDefault ?? row.is_default,
    shared: patch.shared ?? row.shared,
    prices: JSON.stringify(patch.prices ?? row.prices),
    fallback_id: patch.fallbackId === undefined ? row.fallback_id : patch.fallbackId,
  }
}

async function freeName(trx: Trx, userId: string, name: { text: string; exceptId?: string }): Promise<string> {
  const text = name.text.trim()
  if (await isNameTaken(trx, userId, { ...name, text })) {
    throw new EaselError('conflict', `There is another connection with the name ${JSON.stringify(text)}`)
  }
  return text
}
