// What a user can use, and what all of it says about its models.
import type { ModelInfo } from '@easel/contract'
import { ProviderError } from '#providers/spec/provider-error.ts'
import type { ConnectionDependencies } from './dependencies.ts'
import type { EngineRows } from './engines.ts'
import { instanceRowsOf, rowsOf, type Row } from './records.ts'

export interface Answer {
  readonly row: Row
  readonly models: readonly ModelInfo[]
  /** Why it could not be asked, or null. */
  readonly failure: ProviderError | null
}

export interface Asking {
  /** What a user can use, in order. Who has removed everything still has the built-in one. */
  usableRows(userId: string): Promise<readonly Row[]>
  /** Asks every one of them, or these alone; one that cannot be asked is logged once a minute. */
  askAll(userId: string, rows?: readonly Row[]): Promise<readonly Answer[]>
}

const quietMs = 60_000

export function createAsking(
  { db, providers, log, clock }: ConnectionDependencies,
  engines: Pick<EngineRows, 'modelsOf'>,
): Asking {
  const loggedAt = new Map<string, number>()

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

  async function askAll(userId: string, rows?: readonly Row[]): Promise<readonly Answer[]> {
    return await Promise.all((rows ?? (await usableRows(userId))).map((row) => ask(userId, row)))
  }

  return { usableRows, askAll }
}
