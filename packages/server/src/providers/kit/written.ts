import { ProviderError } from '../spec/provider-error.ts'

/** Models that reason write their thoughts before the answer, where the server does not keep them apart. */
const thoughts = /^\s*<(think|thinking|reasoning)>[\s\S]*?<\/\1>/i

/**
 * The words of an answer, without what the model thought aloud.
 * @param cutOff whether the engine says that the model was stopped at its limit
 * @throws ProviderError `malformed-response` when it was, or when there are no words
 */
export function writtenText(
  text: string,
  { engine, cutOff }: { readonly engine: string; readonly cutOff: boolean },
): string {
  if (cutOff)
    throw new ProviderError('malformed-response', `${engine}: the answer was longer than allowed and broke off`)
  const words = text.replace(thoughts, '').trim()
  if (words === '') throw new ProviderError('malformed-response', `${engine} reported success without a word`)
  return words
}
