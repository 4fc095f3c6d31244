import { routes, type ProviderInfo } from '@easel/contract'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Caller } from '#auth/caller.ts'
import { EaselError } from '#base/errors.ts'
import type { Connections } from '#connections/connections.ts'
import type { Provider } from '#providers/spec/provider.ts'
import { serve } from '../serve.ts'

interface Ports {
  readonly connections: Connections
  readonly providers: ReadonlyMap<string, Provider>
}

function toProviderInfo({ manifest, writes }: Provider): ProviderInfo {
  const { id, label, description, ai, key, defaultBaseUrl, settings, options } = manifest
  const schemas = { settings: z.toJSONSchema(settings), options: z.toJSONSchema(options) }
  return { id, label, description, ai, writes: writes !== undefined, key, defaultBaseUrl, ...schemas }
}

/** An administrator's key that was not given this scope must not act for everybody. */
function checkSharing(caller: Caller, shared: boolean | undefined): void {
  if (shared === undefined || caller.role !== 'admin' || caller.scopes.has('admin')) return
  throw new EaselError('forbidden', 'This API key does not have the scope "admin".')
}

export function registerConnections(app: FastifyInstance, { connections, providers }: Ports): void {
  serve(app, routes.listProviders, async () => ({ data: [...providers.values()].map(toProviderInfo) }))
  serve(app, routes.listConnections, async ({ caller }) => ({ data: [...(await connections.list(caller.userId))] }))
  serve(app, routes.createConnection, async ({ caller, body }) => {
    checkSharing(caller, body.shared)
    return { data: await connections.create(caller.userId, body) }
  })
  serve(app, routes.updateConnection, async ({ caller, params, body }) => {
    checkSharing(caller, body.shared)
    return { data: await connections.update(caller.userId, params.id, body) }
  })
  serve(app, routes.deleteConnection, ({ caller, params }) =>
    connections.remove(caller.userId, params.id).then(() => undefined),
  )
  serve(app, routes.testConnection, async ({ caller, params }) => ({
    data: await connections.test(caller.userId, params.id),
  }))
  serve(app, routes.listModelDefaults, async ({ caller }) => ({
    data: [...(await connections.modelDefaults(caller.userId))],
  }))
  serve(app, routes.chooseModelDefault, async ({ caller, body }) => ({
    data: [...(await connections.chooseModel(caller.userId, body))],
  }))
  serve(app, routes.chooseInstanceModelDefault, async ({ caller, body }) => ({
    data: [...(await connections.chooseForEverybody(caller.userId, body))],
  }))
  serve(app, routes.listModels, async ({ caller, params, query }) => ({
    data: [...(await connections.models(caller.userId, params.id, query))],
  }))
}
