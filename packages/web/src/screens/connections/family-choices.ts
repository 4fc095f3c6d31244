import { retirementWords, type Connection, type ModelDefault, type ModelInfo } from '@easel/contract'

type Chosen = NonNullable<ModelDefault['own']>

/** A choice as the value of a list: the connection's id and, after a space, the model. */
export const valueOf = ({ connectionId, model }: Chosen): string => `${connectionId} ${model ?? ''}`

/** What the value of a list means; nothing chosen takes the choice back. */
export function wantedOf(value: string | null): { connectionId: string | null; model: string | null } {
  if (value === null) return { connectionId: null, model: null }
  const at = value.indexOf(' ')
  return { connectionId: value.slice(0, at), model: value.slice(at + 1) || null }
}

interface For {
  readonly whose: 'own' | 'instance'
  readonly current: Chosen | null
}

/**
 * What can be chosen, by engine: for everybody only what everybody can use. What is chosen is always among it, also while its engine
 * cannot be asked.
 */
export function choicesOf(
  connections: readonly Connection[],
  models: readonly (readonly ModelInfo[])[],
  { whose, current }: For,
) {
  const usable = connections.flatMap((connection, index) =>
    whose === 'instance' && !connection.shared ? [] : [{ connection, models: models[index] ?? [] }],
  )
  return usable.map(({ connection: { id, name }, models: listed }) => {
    const items = listed.map((model) => ({
      value: valueOf({ connectionId: id, model: model.id }),
      label: model.retired === undefined ? model.label : retirementWords(model.label, model.retired),
    }))
    const own = { value: valueOf({ connectionId: id, model: null }), label: `${name}: its default` }
    const missing =
      current?.connectionId === id && current.model !== null && listed.every((model) => model.id !== current.model)
        ? [{ value: valueOf(current), label: current.model }]
        : []
    return { group: name, items: [own, ...items, ...missing] }
  })
}
