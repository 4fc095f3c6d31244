// From a stored connection to its engine: open a context, ask for models, try it.
import type { Connection, ConnectionTest, ModelInfo } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import { ProviderError } from '#providers/spec/provider-error.ts'
import type { CallContext, Provider } from '#providers/spec/provider.ts'
import type { ConnectionDependencies } from './dependencies.ts'
import { createModelCache } from './model-cache.ts'
import { findOwnRow, rowOf, rowsOf, toConnection, type Row } from './records.ts'

/** A connection that is ready to be called. The context holds the key in clear: keep it no longer than the call. */
export interface OpenConnection {
  readonly connection: Connection
  readonly provider: Provider
  readonly context: CallContext
}

export interface Engines {
  /**
   * Opens a connection for a worker; a shared one with its owner's key.
   * @throws EaselError `not-found` when it was removed, or is somebody else's and not shared (any more)
   * @throws ProviderError `auth` when its key is missing or cannot be opened, `bad-request`, `unsupported`
   */
  openContext(userId: string, connectionId: string, signal: AbortSignal): Promise<OpenConnection>
  /**
   * The models that the engine has now; what it said less than a minute ago counts, unless `refresh` asks anew.
   * @throws EaselError `not-found`
   * @throws ProviderError when the engine cannot be asked
   */
  models(
    userId: string,
    id: string,
    options?: { readonly refresh?: boolean | undefined },
  ): Promise<readonly ModelInfo[]>
  /** Asks the engine for its models, which spends nothing. @throws EaselError `not-found` */
  test(userId: string, id: string): Promise<ConnectionTest>
}

/** What the other files of this folder need beside. */
export interface EngineRows extends Engines {
  /** For this user, who learns no address from an error of a connection of somebody else's. */
  modelsOf(userId: string, row: Row, refresh?: boolean): Promise<readonly ModelInfo[]>
  providerOf(row: Row): Provider
  /** Drops what is remembered of a connection. */
  forget(connectionId: string): void
}

export function createEngines(dependencies: ConnectionDependencies): EngineRows {
  const { db, providers, http, reach, clock, askTimeoutMs } = dependencies
  const cache = createModelCache(clock)

  function providerOf(row: Row): Provider {
    const provider = providers.get(row.provider)
    if (provider !== undefined) return provider
    throw new ProviderError('unsupported', `This version of Easel has no provider "${row.provider}"`)
  }

  async function open(userId: string, row: Row, signal: AbortSignal): Promise<OpenConnection> {
    const provider = providerOf(row)
    const { manifest } = provider
    const parsed = manifest.settings.safeParse(row.settings)
    if (!parsed.success) {
      const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
      throw new ProviderError('bad-request', `The settings of the connection "${row.name}" do not fit (${faults})`)
    }
    const baseUrl = row.base_url ?? manifest.defaultBaseUrl ?? ''
    const context = {
      baseUrl,
      key: await openKey(dependencies, row, provider),
      settings: parsed.data,
      signal,
      http: http({
        baseUrl,
        signal,
        allowPrivateBase: await reach.allowsPrivate(row, baseUrl),
        ...(row.user_id === userId ? {} : { called: `The engine of "${row.name}"` }),
      }),
    }
    return { connection: toConnection(row, userId), provider, context }
  }

  function modelsOf(userId: string, row: Row, refresh = false): Promise<readonly ModelInfo[]> {
    const signature = JSON.stringify([row.provider, row.base_url, row.secret, row.settings])
    // Errors are kept too, and the owner's tell where the engine is.
    const connectionId = row.user_id === userId ? row.id : forOthers(row.id)
    return cache.get({ connectionId, signature, refresh }, async () => {
      const { provider, context } = await open(userId, row, AbortSignal.timeout(askTimeoutMs))
      return await provider.listModels(context)
    })
  }

  return {
    providerOf,
    modelsOf,
    forget(connectionId) {
      cache.drop(connectionId)
      cache.drop(forOthers(connectionId))
    },

    async openContext(userId, connectionId, signal) {
      const row =
        (await findOwnRow(db, userId, connectionId)) ??
        (await rowsOf(db, userId)).find((candidate) => candidate.id === connectionId)
      if (row === undefined) throw new EaselError('not-found', 'The connection was removed, or is shared no longer')
      // The built-in one has nothing to forget, and draws for those who have removed everything.
      const usable = row.deleted_at === null || providers.get(row.provider)?.manifest.builtIn === true
      if (!usable) throw new EaselError('not-found', `The connection "${row.name}" was removed`)
      return await open(userId, row, signal)
    },

    async models(userId, id, { refresh = false } = {}) {
      return await modelsOf(userId, await rowOf(db, userId, id), refresh)
    },

    async test(userId, id) {
      const row = await rowOf(db, userId, id)
      try {
        const { length } = await modelsOf(userId, row, true)
        return {
          ok: true,
          message: `It answers and has ${length} usable ${length === 1 ? 'model' : 'models'}`,
          models: length,
        }
      } catch (error) {
        if (error instanceof ProviderError) return { ok: false, message: error.message, models: null }
        throw error
      }
    },
  }
}

const forOthers = (connectionId: string) => `${connectionId} for others`

async function openKey(
  { db, secrets }: ConnectionDependencies,
  row: Row,
  { manifest }: Provider,
): Promise<string | null> {
  if (row.secret === null) {
    if (manifest.key !== 'required') return null
    throw new ProviderError('auth', `The connection "${row.name}" has no key. Enter one in its settings`)
  }
  const key = await secrets.open(db, { userId: row.user_id, connectionId: row.id }, row.secret)
  if (key !== null) return key
  throw new ProviderError('auth', `The stored key of the connection "${row.name}" cannot be opened. Enter it again`)
}
