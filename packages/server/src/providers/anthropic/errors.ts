import { ProviderError } from '../spec/provider-error.ts'

/** Why there is nothing to list and nothing to draw. The kind is what clients are told as "does not support image generation". */
export function drawsNothing(): ProviderError {
  return new ProviderError(
    'unsupported',
    'Anthropic has no model that draws: Claude looks at pictures and answers in words. Take another engine for pictures',
  )
}
