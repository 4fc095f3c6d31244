import type { ProducedImage } from '../spec/provider.ts'

/** Tokens of one call, as the engine counted them. */
export interface TokenUsage {
  readonly inputTokens: number
  /** Of them; absent: the engine does not tell them apart. */
  readonly inputTextTokens?: number
  readonly inputImageTokens?: number
  readonly outputTokens: number
}

/**
 * Keeps what a call used with the first of its pictures, as the parameter `usage`: engines count by the call, so that the sum over a
 * generation's pictures is what all of its calls used.
 * @param usage undefined: the engine did not say
 */
export function withUsage(images: readonly ProducedImage[], usage: TokenUsage | undefined): readonly ProducedImage[] {
  if (usage === undefined) return images
  return images.map((image, at) =>
    at === 0 ? { ...image, parameters: { ...image.parameters, usage: { ...usage } } } : image,
  )
}
