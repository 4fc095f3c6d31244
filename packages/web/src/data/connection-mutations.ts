import { routes, type Connection, type ConnectionCreate, type ModelDefaultChange } from '@easel/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from './client.ts'
import { keys } from './queries.ts'

function useRefresh() {
  const client = useQueryClient()
  return async () => {
    void client.invalidateQueries({ queryKey: keys.allModels })
    await client.invalidateQueries({ queryKey: keys.connections })
  }
}

export type ConnectionPatch = Partial<Omit<ConnectionCreate, 'provider'>>

/** Creates the connection, or changes it when an id is given. */
export function useSaveConnection() {
  const refresh = useRefresh()
  return useMutation({
    mutationFn: async (input: { id: string; body: ConnectionPatch } | { id: null; body: ConnectionCreate }) => {
      const answer =
        input.id === null
          ? await call(routes.createConnection, { body: input.body })
          : await call(routes.updateConnection, { params: { id: input.id }, body: input.body })
      return answer.data
    },
    onSuccess: refresh,
  })
}

export function useMakeDefault() {
  const refresh = useRefresh()
  return useMutation({
    mutationFn: (id: string) => call(routes.updateConnection, { params: { id }, body: { isDefault: true } }),
    onSuccess: refresh,
  })
}

export function useDeleteConnection() {
  const refresh = useRefresh()
  return useMutation({
    mutationFn: (connection: Connection) => call(routes.deleteConnection, { params: { id: connection.id } }),
    onSuccess: refresh,
  })
}

/** Chooses the model that serves a family, for the caller or for all who chose nothing. */
export function useChooseModel(whose: 'own' | 'instance') {
  const refresh = useRefresh()
  const route = whose === 'own' ? routes.chooseModelDefault : routes.chooseInstanceModelDefault
  return useMutation({ mutationFn: (body: ModelDefaultChange) => call(route, { body }), onSuccess: refresh })
}

/** One cheap call to the engine. The answer, good or bad, is data; only an unreachable server is an error. */
export function useTestConnection() {
  return useMutation({
    mutationFn: async (id: string) => (await call(routes.testConnection, { params: { id } })).data,
  })
}
