// Which connection and which model a request means.
import { ModelFamily, retirementWords, type Connection, type ModelInfo } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Provider } from '#providers/spec/provider.ts'
import { createAsking, type Answer, type Asking } from './asking.ts'
import type { ConnectionDependencies } from './dependencies.ts'
import type { EngineRows } from './engines.ts'
import { chosenFor, isOfFamily, noEngineFor } from './model-defaults.ts'
import { rowOf, toConnection, type Row } from './records.ts'

/** The engine that a request goes to. */
export interface Resolved {
  readonly connection: Connection
  readonly provider: Provider
  readonly model: ModelInfo
}

/** What a request names. */
export interface Wanted {
  /** Counts where no connection is named: the model that was chosen for the family serves. */
  readonly family?: ModelFamily | undefined
  readonly connectionId?: string | undefined
  readonly model?: string | undefined
}

/** What a request names, that an engine did not take. */
export interface Refused extends Wanted {
  /** Where the connection has no fallback, the next in the user's order that draws is asked. */
  readonly orNext?: boolean
}

export interface Fallback {
  /** What was wanted. */
  readonly first: Connection
  /** What is to be asked instead. */
  readonly engine: Resolved
}

/** A model by the name that {@link Choice.findModel} takes. */
export interface NamedModel extends Resolved {
  readonly name: string
}

export interface Choice {
  /**
   * The connection and the model that a request means. No `connectionId`: the default connection, else the first, else the built-in
   * one. No `model`: the connection's default model, else the first that it has.
   * @throws EaselError `not-found`, `unknown-model`
   * @throws ProviderError when the engine cannot be asked
   */
  resolve(userId: string, wanted: Wanted): Promise<Resolved>
  /**
   * The connection that a request names, and the engine that its owner wants asked where that one does not take the work: with the
   * same model where it has it, else with its own default model, else with its first. Without one, `orNext` means the next in the
   * user's order that draws. Null: there is none that this user can use.
   * @throws EaselError `not-found` when there is no such connection
   * @throws ProviderError when the fallback cannot be asked
   */
  fallbackOf(userId: string, refused: Refused): Promise<Fallback | null>
  /**
   * Finds a model by a name of {@link Choice.allModelNames}: bare, which means the first connection that has it, or
   * `connection/model`.
   * @throws EaselError `unknown-model`
   * @throws ProviderError when none that answered has it and another could not be asked
   */
  findModel(userId: string, name: string): Promise<Resolved>
  /** Names of all models of all connections that can be asked: bare, and also `connection/model` where two have it. */
  allModelNames(userId: string): Promise<readonly string[]>
  /** The same names with what they stand for. */
  allModels(userId: string): Promise<readonly NamedModel[]>
}

type WithModels = Pick<Answer, 'row' | 'models'>

/** The first of these that an engine has, else the first that it has. */
const nearestModel = (models: readonly ModelInfo[], wanted: readonly (string | null)[]): ModelInfo | undefined =>
  wanted.map((id) => models.find((model) => model.id === id)).find((model) => model !== undefined) ?? models[0]

/** What may be asked instead of a connection, in order. */
async function candidates(
  { usableRows, askAll, modelsOf }: Asking & Pick<EngineRows, 'modelsOf'>,
  userId: string,
  { first, orNext }: { readonly first: Row; readonly orNext: boolean },
): Promise<readonly WithModels[]> {
  const usable = await usableRows(userId)
  const row = usable.find(({ id }) => id === first.fallback_id)
  if (row !== undefined) return [{ row, models: await modelsOf(userId, row) }]
  const place = usable.findIndex(({ id }) => id === first.id)
  return orNext ? await askAll(userId, usable.slice(place + 1)) : []
}

export function createChoice(dependencies: ConnectionDependencies, engines: EngineRows): Choice {
  const { db, providers } = dependencies
  const asking = { ...createAsking(dependencies, engines), modelsOf: engines.modelsOf }
  const { usableRows, askAll } = asking

  async function wantedRow(userId: string, connectionId: string | undefined): Promise<Row> {
    const row = connectionId === undefined ? (await usableRows(userId))[0] : await rowOf(db, userId, connectionId)
    if (row === undefined) throw new EaselError('not-found', 'There is no connection yet. Add one first')
    return row
  }

  function resolved(userId: string, row: Row, model: ModelInfo): Resolved {
    return { connection: toConnection(row, userId), provider: engines.providerOf(row), model }
  }

  /** The model that was chosen for a family, else the first of it that any connection has. */
  async function ofFamily(userId: string, family: ModelFamily): Promise<Resolved> {
    const chosen = await chosenFor(db, userId, family)
    if (chosen !== null) {
      const models = await engines.modelsOf(userId, chosen.row)
      const id = chosen.model ?? chosen.row.default_model
      const model = id === null ? models[0] : models.find((candidate) => candidate.id === id)
      if (model !== undefined) return resolved(userId, chosen.row, model)
      const gone = `The model that was chosen for the family "${family}" is gone from "${chosen.row.name}"`
      throw new EaselError('unknown-model', `${gone}${insteadOf(providers, [chosen.row], id)}`)
    }
    const answers = await askAll(userId)
    for (const { row, models } of answers) {
      const model = models.find((candidate) => isOfFamily(candidate, family))
      if (model !== undefined) return resolved(userId, row, model)
    }
    throw answers.find(({ failure }) => failure !== null)?.failure ?? noEngineFor(family)
  }

  return {
    async resolve(userId, { connectionId, model: wanted, family }) {
      const named = ModelFamily.safeParse(family ?? wanted)
      if (connectionId === undefined && named.success && named.data !== 'any') return await ofFamily(userId, named.data)
      const row = await wantedRow(userId, connectionId)
      const models = await engines.modelsOf(userId, row)
      const chosen = wanted === undefined && connectionId === undefined ? await chosenFor(db, userId, 'any') : null
      const id = wanted ?? (chosen?.row.id === row.id ? chosen.model : null) ?? row.default_model
      const model = id === null ? models[0] : models.find((candidate) => candidate.id === id)
      if (model !== undefined) return resolved(userId, row, model)
      throw hasNone(providers, row, id)
    },

    async fallbackOf(userId, { connectionId, model, orNext = false }) {
      const first = await wantedRow(userId, connectionId)
      for (const { row, models } of await candidates(asking, userId, { first, orNext })) {
        const nearest = nearestModel(models, [model ?? first.default_model, row.default_model])
        if (nearest !== undefined) return { first: toConnection(first, userId), engine: resolved(userId, row, nearest) }
      }
      return null
    },

    async findModel(userId, name) {
      const answers = await askAll(userId)
      for (const { row, models } of answers) {
        const model = models.find((candidate) => candidate.id === name)
        if (model !== undefined) return resolved(userId, row, model)
      }
      for (const { row, models } of answers) {
        const model = models.find((candidate) => `${row.name}/${candidate.id}` === name)
        if (model !== undefined) return resolved(userId, row, model)
      }
      // It may be there: that the engine is down is the better news.
      const failure = answers.find((answer) => answer.failure !== null)?.failure
      const family = ModelFamily.safeParse(name)
      if (family.success && family.data !== 'any') return await ofFamily(userId, family.data)
      const rows = answers.map(({ row }) => row)
      const unknown = `No connection has a model ${JSON.stringify(name)}${insteadOf(providers, rows, name)}`
      throw failure ?? new EaselError('unknown-model', unknown)
    },

    async allModelNames(userId) {
      return [...namesOf(await askAll(userId)).keys()]
    },

    async allModels(userId) {
      const named = namesOf(await askAll(userId))
      return [...named].map(([name, { row, model }]) => ({ name, ...resolved(userId, row, model) }))
    },
  }
}

interface Owned {
  readonly row: Row
  readonly model: ModelInfo
}

/** Every bare name once, for the first connection that has it, and, where two have it, every long one. */
function namesOf(answers: readonly Answer[]): ReadonlyMap<string, Owned> {
  const owners = new Map<string, Owned[]>()
  for (const { row, models } of answers) {
    for (const model of models) owners.set(model.id, [...(owners.get(model.id) ?? []), { row, model }])
  }
  const bare = [...owners].flatMap(([id, owned]) => owned.slice(0, 1).map((one) => [id, one] as const))
  const qualified = [...owners]
    .filter(([, owned]) => owned.length > 1)
    .flatMap(([id, owned]) => owned.map((one) => [`${one.row.name}/${id}`, one] as const))
  const named = new Map<string, Owned>()
  // Whatever findModel finds first by a name is what it stands for.
  for (const [name, one] of [...bare, ...qualified]) if (!named.has(name)) named.set(name, one)
  return named
}

function hasNone(providers: ConnectionDependencies['providers'], row: Row, id: string | null): EaselError {
  const what = id === null ? 'no model that makes pictures' : `no model ${JSON.stringify(id)}`
  return new EaselError('unknown-model', `The connection "${row.name}" has ${what}${insteadOf(providers, [row], id)}`)
}

/** What to take instead of a model that its maker has switched off, or nothing. */
function insteadOf(providers: ConnectionDependencies['providers'], rows: readonly Row[], id: string | null): string {
  if (id === null) return ''
  for (const row of rows) {
    const retired = providers.get(row.provider)?.retirement?.(id) ?? null
    if (retired !== null) return `. ${retirementWords(id, retired)}`
  }
  return ''
}
