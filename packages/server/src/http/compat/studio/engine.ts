// Which engine serves a family. Rule CB3 in docs/spec/old-clients.md.
import { EaselError } from '#base/errors.ts'
import type { AppPorts } from '../../app.ts'
import type { Family } from './fields.ts'

type Ports = Pick<AppPorts, 'connections' | 'providers'>

export interface Server {
  readonly connectionId: string
  /** Absent: the connection's own default. */
  readonly model?: string
  /** Names of the options that the provider has beside what all have. */
  readonly options: ReadonlySet<string>
}

/**
 * What serves a family: what was chosen for it, also where that cannot be asked now, since it may have a fallback; else the first model
 * of it that any connection has.
 * @throws EaselError `unknown-model` when there is none; ProviderError
 */
export async function serverOf({ connections, providers }: Ports, userId: string, family: Family): Promise<Server> {
  const optionsOf = (provider: string) => new Set(Object.keys(providers.get(provider)?.manifest.options.shape ?? {}))
  const defaults = (await connections.modelDefaults(userId)).find((one) => one.family === family)
  const chosen = defaults?.own ?? defaults?.instance ?? null
  if (chosen !== null) {
    const connection = (await connections.list(userId)).find(({ id }) => id === chosen.connectionId)
    if (connection !== undefined) {
      const model = chosen.model === null ? {} : { model: chosen.model }
      return { connectionId: connection.id, ...model, options: optionsOf(connection.provider) }
    }
  }
  const { connection, provider, model } = await connections.resolve(userId, { family })
  return { connectionId: connection.id, model: model.id, options: optionsOf(provider.manifest.id) }
}

/** Whether a family can be drawn now. */
export async function isServed({ connections }: Ports, userId: string, family: Family): Promise<boolean> {
  try {
    await connections.resolve(userId, { family })
    return true
  } catch (error) {
    if (error instanceof EaselError) return false
    throw error
  }
}
