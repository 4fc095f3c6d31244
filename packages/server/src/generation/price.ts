import type { ModelInfo, Price } from '@easel/contract'
import type { Fitted } from './fitted.ts'

const sizeOf = ({ width, height, aspectRatio }: Fitted): string | undefined =>
  width === undefined || height === undefined ? aspectRatio : `${width}x${height}`

/**
 * What a picture costs by a connection's price list, in US dollars, or null where the list does not say. Of several prices that fit
 * the one that names most counts: the model before the size, the size before the quality.
 */
export function priceOf(prices: readonly Price[], { id, capabilities }: ModelInfo, fitted: Fitted): number | null {
  const is = { model: id, size: sizeOf(fitted), quality: fitted.quality ?? capabilities.quality?.default }
  const fits = (price: Price) =>
    (['model', 'size', 'quality'] as const).every((name) => price[name] === undefined || price[name] === is[name])
  const detail = ({ model, size, quality }: Price) =>
    (model === undefined ? 0 : 4) + (size === undefined ? 0 : 2) + (quality === undefined ? 0 : 1)
  const [best] = prices.filter(fits).toSorted((a, b) => detail(b) - detail(a))
  return best?.amount ?? null
}
