// Which connection and which model a request means.
import type { Connection, ModelInfo } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import { ProviderError } from '#providers/spec/provider-error.ts'
import type { Provider } from '#providers/spec/provider.ts'
import type { ConnectionDependencies } from './dependencies.ts'
import type { EngineRows } from './engines.ts'
import { instanceRowsOf, rowOf, rowsOf, toConnection, type Row } from './records.ts'

/** The engine that a request goes to. */
export interface Resolved {
  readonly connection: Connection
  readonly provider: Provider
  readonly model: ModelInfo
}

export interface Choice {
  /**
   * The connection and the model that a request means. No `connectionId`: the default connection, else the first, else the built-in
   * one. No `model`: the connection's default model, else the first that it has.
   * @throws EaselError `not-found`, `unknown-model`
   * @throws ProviderError when the engine cannot be asked
   */
  resolve(
    userId: string,
    wanted: { readonly connectionId?: string | undefined; readonly model?: string | undefined },
  ): Promise<Resolved>
  /**
   * Finds a model by a name of {@link Choice.allModelNames}: bare, which means the first connection that has it, or
   * `connection/model`.
   * @throws EaselError `unknown-model`
   * @throws ProviderError when none that answered has it and another could not be asked
   */
  findModel(userId: string, name: string): Promise<Resolved>
  /** Names of all models of all connections that can be asked: bare, and also `connection/model` where two have it. */
  allModelNames(userId: string): Promise<readonly string[]>
}

interface Answer {
  readonly row: Row
  readonly models: readonly ModelInfo[]
  /** Why it could not be asked, or null. */
  readonly failure: ProviderError | null
}

const quietMs = 60_000

export function createChoice({ db, providers, log, clock }: ConnectionDependencies, engines: EngineRows): Choice {
  const loggedAt = new Map<string, number>()

  /** What a user can use, in order. Who has removed everything still has the built-in one. */
  async function usableRows(userId: string): Promise<readonly Row[]> {
    const rows = await rowsOf(db, userId)
    if (rows.length > 0) return rows
    const made = await instanceRowsOf(db, userId)
    return made.filter((row) => providers.get(row.provider)?.manifest.builtIn === true).slice(0, 1)
  }

  async function ask(userId: string, row: Row): Promise<Answer> {
    try {
      return { row, models: await engines.modelsOf(userId, row), failure: null }
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error
      logFailure(row, error)
      return { row, models: [], failure: error }
    }
  }

  function logFailure(row: Row, { kind, status }: ProviderError): void {
    const last = loggedAt.get(row.id)
    if (last !== undefined && clock.now() - last < quietMs) return
    loggedAt.set(row.id, clock.now())
    log.warn(
      { connectionId: row.id, provider: row.provider, kind, status },
      'a connection cannot be asked for its models',
    )
  }

  async function askAll(userId: string): Promise<readonly Answer[]> {
    return await Promise.all((await usableRows(userId)).map((row) => ask(userId, row)))
  }

  function resolved(userId: string, row: Row, model: ModelInfo): Resolved {
    return { connection: toConnection(row, userId), provider: engines.providerOf(row), model }
  }

  return {
    async resolve(userId, { connectionId, model: wanted }) {
      const row = connectionId === undefined ? (await usableRows(userId))[0] : await rowOf(db, userId, connectionId)
      if (row === undefined) throw new EaselError('not-found', 'There is no connection yet. Add one first')
      const models = await engines.modelsOf(userId, row)
      const id = wanted ?? row.default_model
      const model = id === null ? models[0] : models.find((candidate) => candidate.id === id)
      if (model !== undefined) return resolved(userId, row, model)
      const what = id === null ? 'no model that makes pictures' : `no model ${JSON.stringify(id)}`
      throw new EaselError('unknown-model', `The connection "${row.name}" has ${what}`)
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
      throw failure ?? new EaselError('unknown-model', `No connection has a model ${JSON.stringify(name)}`)
    },

    async allModelNames(userId) {
      const answers = await askAll(userId)
      const owners = new Map<string, string[]>()
      for (const { row, models } of answers) {
        for (const { id } of models) owners.set(id, [...(owners.get(id) ?? []), row.name])
      }
      const qualified = [...owners]
        .filter(([, names]) => names.length > 1)
        .flatMap(([id, names]) => names.map((name) => `${name}/${id}`))
      return [...new Set([...owners.keys(), ...qualified])]
    },
  }
}
