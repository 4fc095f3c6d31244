import { useQuery } from '@tanstack/react-query'
import type { Draft } from '#data/draft.ts'
import { estimateQuery } from '#data/queries.ts'
import type { Engine } from '#data/use-engine.ts'
import { dollars } from '#parts/format.ts'
import classes from './cost-hint.module.css'
import { toRequest } from './to-request.ts'

interface CostHintProps {
  readonly engine: Engine
  readonly draft: Draft
}

/** What the next pictures cost by the engine's price list, and whether there is money for them. Nothing where it has none. */
export function CostHint({ engine: { connection, model, provider }, draft }: CostHintProps) {
  const priced = connection !== null && model !== null && connection.prices.length > 0
  const target = {
    connectionId: connection?.id ?? '',
    model: model?.id ?? null,
    options: provider?.options ?? {},
  }
  // The words cost nothing: without them the answer holds while somebody types.
  const wordless = { ...draft, prompt: '-', refinement: null, negativePrompt: '', styles: [] }
  const request = model === null ? null : toRequest(wordless, { ...target, capabilities: model.capabilities })
  const { data } = useQuery({ ...estimateQuery(request ?? { prompt: '-' }), enabled: priced })
  if (!priced || data === undefined || data.cost === null) return null
  return (
    <span
      className={classes['cost']}
      data-refused={data.refusal !== null || undefined}
      title={data.refusal ?? undefined}
    >
      {data.refusal === null ? 'About ' : 'Over your limit: '}
      {dollars(data.cost.amount)}
    </span>
  )
}
