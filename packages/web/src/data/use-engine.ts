import type { Connection, ModelInfo, ProviderInfo } from '@easel/contract'
import { useQuery } from '@tanstack/react-query'
import { selectionStore } from './preferences.ts'
import { connectionsQuery, modelsQuery, providersQuery } from './queries.ts'
import { useStored } from './stored.ts'

export interface Engine {
  readonly connections: readonly Connection[]
  /** The chosen one, else the default; null until they are loaded. */
  readonly connection: Connection | null
  readonly model: ModelInfo | null
  readonly provider: ProviderInfo | null
  /** Why the list of models is not there, or null. */
  readonly error: unknown
  readonly choose: (connectionId: string, model: string) => void
}

/** The model that was chosen last, or the connection's own, or its first. */
export function modelAmong(models: readonly ModelInfo[], wanted: readonly (string | null)[]): ModelInfo | null {
  for (const id of wanted) {
    const model = models.find((one) => one.id === id)
    if (model) return model
  }
  return models[0] ?? null
}

/** The engine and the model that the next picture is asked of. */
export function useEngine(): Engine {
  const [selection, setSelection] = useStored(selectionStore)
  const connections = useQuery(connectionsQuery())
  const providers = useQuery(providersQuery())
  const list = connections.data ?? []
  const connection =
    list.find((one) => one.id === selection?.connectionId) ?? list.find((one) => one.isDefault) ?? list[0] ?? null
  const models = useQuery({ ...modelsQuery(connection?.id ?? ''), enabled: connection !== null })
  const remembered = selection?.connectionId === connection?.id ? (selection?.model ?? null) : null
  return {
    connections: list,
    connection,
    model: modelAmong(models.data ?? [], [remembered, connection?.defaultModel ?? null]),
    provider: providers.data?.find((one) => one.id === connection?.provider) ?? null,
    error: connections.error ?? models.error,
    choose: (connectionId, model) => setSelection({ connectionId, model }),
  }
}

/** Tells whether a provider's pictures are drawn by rules and not by AI. */
export function useDrawnByRules(): (provider: string | null) => boolean {
  const providers = useQuery(providersQuery())
  return (provider) => providers.data?.find((one) => one.id === provider)?.ai === false
}
