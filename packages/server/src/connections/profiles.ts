// What a person does with connections: look, add, change, remove.
import type { Connection, ConnectionCreate } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Manifest } from '#providers/spec/provider.ts'
import type { ConnectionDependencies } from './dependencies.ts'
import { clearDefault, isNameTaken, lockUser, rowOf, rowsOf, toConnection, type Row } from './records.ts'
import { baseUrlFaults, keyFaults, refuse, settingsFaults, tidyBaseUrl } from './rules.ts'
import { insertConnection, originOf, sealedKey } from './storing.ts'

/** What may change of a connection; an absent field stays, an empty `key` or `defaultModel` is removed. */
export type ConnectionPatch = {
  readonly [Field in keyof Omit<ConnectionCreate, 'provider'>]?: ConnectionCreate[Field] | undefined
}

export interface Profiles {
  /** A user's connections, the default first. */
  list(userId: string): Promise<readonly Connection[]>
  /** @throws EaselError `not-found`, also when it is somebody else's */
  get(userId: string, id: string): Promise<Connection>
  /** @throws EaselError `validation-failed`, or `conflict` when the name is taken */
  create(userId: string, input: ConnectionCreate): Promise<Connection>
  /**
   * Changes a connection. A stored key is dropped when the address moves to another origin and no key comes along, so that it is
   * never sent to a server that it was not given for.
   * @throws EaselError `not-found`, `validation-failed`, `conflict`
   */
  update(userId: string, id: string, patch: ConnectionPatch): Promise<Connection>
  /** Removes a connection and erases its key. Work that still waits for it fails. @throws EaselError `not-found` */
  remove(userId: string, id: string): Promise<void>
}

export function createProfiles(dependencies: ConnectionDependencies): Profiles {
  const { db, jobs, events, providers } = dependencies

  /** Runs a change under the user's lock and tells the user's pages. */
  function change<T>(userId: string, work: (trx: Trx) => Promise<T>): Promise<T> {
    return inTransaction(db, async (trx) => {
      await lockUser(trx, userId)
      const result = await work(trx)
      await events.append(trx, userId, [{ type: 'connections.changed' }])
      return result
    })
  }

  return {
    async list(userId) {
      return (await rowsOf(db, userId)).map(toConnection)
    },

    async get(userId, id) {
      return toConnection(await rowOf(db, userId, id))
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
      return await change(userId, async (trx) => {
        const name = await freeName(trx, userId, { text: input.name })
        if (input.isDefault === true) await clearDefault(trx, userId)
        const row = await insertConnection(dependencies, trx, { ...input, name, userId, key, manifest })
        return toConnection(row)
      })
    },

    async update(userId, id, patch) {
      return await change(userId, async (trx) => {
        const row = await rowOf(trx, userId, id)
        const manifest = providers.get(row.provider)?.manifest
        refuse(manifest === undefined ? [] : patchFaults(manifest, patch))
        if (patch.isDefault === true) await clearDefault(trx, userId)
        const changes = await changesOf(dependencies, trx, { row, patch, manifest })
        const query = trx.updateTable('connections').set(changes).where('id', '=', id).returningAll()
        if (patch.concurrency !== undefined) await jobs.setLane(trx, id, patch.concurrency)
        return toConnection(await query.executeTakeFirstOrThrow())
      })
    },

    async remove(userId, id) {
      await change(userId, async (trx) => {
        await rowOf(trx, userId, id)
        await trx
          .updateTable('connections')
          .set({ deleted_at: new Date(dependencies.clock.now()), is_default: false, secret: null, key_hint: null })
          .where('id', '=', id)
          .execute()
      })
    },
  }
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
  }
}

async function freeName(trx: Trx, userId: string, name: { text: string; exceptId?: string }): Promise<string> {
  const text = name.text.trim()
  if (await isNameTaken(trx, userId, { ...name, text })) {
    throw new EaselError('conflict', `There is another connection with the name ${JSON.stringify(text)}`)
  }
  return text
}
