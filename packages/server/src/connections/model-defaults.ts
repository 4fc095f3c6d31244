// Which connection and which model serve whoever names only a family of models, or nothing at all.
import { ModelFamily, type ModelDefault, type ModelDefaultChange, type ModelInfo } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Db, Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { ConnectionDependencies } from './dependencies.ts'
import { allUsers } from './everybody.ts'
import { choose, clearDefault, lockUser, rowOf, rowsOf, type Row } from './records.ts'
import { refuse } from './rules.ts'

/** A model that was picked by programs that know one engine with one model loaded. */
export interface Checkpoint {
  readonly connectionId: string
  readonly model: string
}

/** What such a program picks counts for programs of its kind alone. */
const checkpointFamily = 'sdapi'
type Family = ModelFamily | typeof checkpointFamily

export interface ModelDefaults {
  /** The checkpoint that a user's programs picked last, of what they can use; null: none. */
  checkpointOf(userId: string): Promise<Checkpoint | null>
  /** @throws EaselError `not-found` */
  pickCheckpoint(userId: string, checkpoint: Checkpoint): Promise<void>
  /** What a user chose, and what the instance offers where they chose nothing: of what they can use. */
  modelDefaults(userId: string): Promise<readonly ModelDefault[]>
  /** The user's own choice; without a connection it is taken back. @throws EaselError `not-found` */
  chooseModel(userId: string, change: ModelDefaultChange): Promise<readonly ModelDefault[]>
  /**
   * What holds for everybody who chose nothing.
   * @throws EaselError `not-found`, `validation-failed` when not everybody can use that connection
   */
  chooseForEverybody(userId: string, change: ModelDefaultChange): Promise<readonly ModelDefault[]>
}

/** A connection and a model on it; `model` null: the connection's own default. */
export interface Chosen {
  readonly row: Row
  readonly model: string | null
  readonly by: 'person' | 'instance'
}

/** What was chosen for a family, the user's own choice before the instance's. Null: nothing that this user can use. */
export async function chosenFor(db: Db, userId: string, family: ModelFamily): Promise<Chosen | null> {
  const all = await chosenOf(db, userId)
  const found = (by: Chosen['by']) => all.find((one) => one.family === family && one.by === by)
  return found('person') ?? found('instance') ?? null
}

async function chosenOf(db: Db, userId: string): Promise<readonly (Chosen & { readonly family: Family })[]> {
  const usable = await rowsOf(db, userId)
  const rows = await db
    .selectFrom('model_defaults')
    .selectAll()
    .where((eb) => eb.or([eb('user_id', '=', userId), eb('user_id', 'is', null)]))
    .execute()
  return rows.flatMap(({ user_id: of, family, connection_id: id, model }) => {
    const row = usable.find((candidate) => candidate.id === id)
    if (row === undefined) return []
    // Whoever made another connection the default has chosen anew.
    if (family === 'any' && of !== null && !row.is_default) return []
    return [{ row, model, family, by: of === null ? ('instance' as const) : ('person' as const) }]
  })
}

/** Whether a model is of a family, by its name: servers that hold models of all kinds say nothing else about them. */
export function isOfFamily({ id, label }: Pick<ModelInfo, 'id' | 'label'>, family: ModelFamily): boolean {
  if (family === 'any') return true
  const name = `${id} ${label}`
  const flux = /flux/i.test(name)
  return family === 'flux' ? flux : !flux && /sd[-_. ]?xl|(?:^|[^a-z])xl(?:[^a-z]|$)|[a-z]xl(?:[-_. ]|$)/i.test(name)
}

type Change = Omit<ModelDefaultChange, 'family'> & { readonly family: Family }

async function write(trx: Trx, userId: string | null, { family, connectionId, model }: Change) {
  await trx
    .deleteFrom('model_defaults')
    .where('family', '=', family)
    .where('user_id', 'is not distinct from', userId)
    .execute()
  if (connectionId === null) return
  await trx
    .insertInto('model_defaults')
    .values({ user_id: userId, family, connection_id: connectionId, model: model ?? null })
    .execute()
}

/** The family of everything is the default connection itself. */
async function makeDefault(trx: Trx, userId: string, connectionId: string | null): Promise<void> {
  await clearDefault(trx, userId)
  if (connectionId === null) return
  const { user_id: owner } = await rowOf(trx, userId, connectionId)
  if (owner !== userId) return await choose(trx, userId, { id: connectionId, isDefault: true })
  await trx.updateTable('connections').set({ is_default: true }).where('id', '=', connectionId).execute()
}

export function createModelDefaults({ db, events }: Pick<ConnectionDependencies, 'db' | 'events'>): ModelDefaults {
  async function modelDefaults(userId: string): Promise<readonly ModelDefault[]> {
    const chosen = await chosenOf(db, userId)
    return ModelFamily.options.map((family) => {
      const of = (by: Chosen['by']) => {
        const found = chosen.find((one) => one.family === family && one.by === by)
        return found === undefined ? null : { connectionId: found.row.id, model: found.model }
      }
      return { family, own: of('person'), instance: of('instance') }
    })
  }

  return {
    modelDefaults,

    async checkpointOf(userId) {
      const picked = (await chosenOf(db, userId)).find(({ family }) => family === checkpointFamily)
      if (picked === undefined || picked.model === null) return null
      return { connectionId: picked.row.id, model: picked.model }
    },

    async pickCheckpoint(userId, { connectionId, model }) {
      await inTransaction(db, async (trx) => {
        await lockUser(trx, userId)
        await rowOf(trx, userId, connectionId)
        await write(trx, userId, { family: checkpointFamily, connectionId, model })
      })
    },

    async chooseModel(userId, change) {
      await inTransaction(db, async (trx) => {
        await lockUser(trx, userId)
        if (change.connectionId !== null) await rowOf(trx, userId, change.connectionId)
        if (change.family === 'any') await makeDefault(trx, userId, change.connectionId)
        await write(trx, userId, change)
        await events.append(trx, userId, [{ type: 'connections.changed' }])
      })
      return await modelDefaults(userId)
    },

    async chooseForEverybody(userId, change) {
      await inTransaction(db, async (trx) => {
        await lockUser(trx, userId)
        const row = change.connectionId === null ? null : await rowOf(trx, userId, change.connectionId)
        if (row !== null && row.shared !== true) {
          refuse([{ field: 'body.connectionId', message: 'must be offered to everybody' }])
        }
        await write(trx, null, change)
        for (const id of await allUsers(trx)) await events.append(trx, id, [{ type: 'connections.changed' }])
      })
      return await modelDefaults(userId)
    },
  }
}

export const noEngineFor = (family: ModelFamily): EaselError =>
  new EaselError('unknown-model', `No engine is chosen for the family "${family}", and none has a model of it`)
