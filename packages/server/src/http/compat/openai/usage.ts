// Tokens, where an engine counts them. Rule OA23 in docs/spec/openai.md.
import type { Image } from '@easel/contract'
import { z } from 'zod'

const count = z.int().nonnegative()

/** What providers keep with the first picture of each call. */
const Kept = z.object({
  inputTokens: count,
  inputTextTokens: count.optional(),
  inputImageTokens: count.optional(),
  outputTokens: count,
})

export interface Usage {
  readonly input_tokens: number
  readonly input_tokens_details: { readonly image_tokens: number; readonly text_tokens: number }
  readonly output_tokens: number
  readonly total_tokens: number
}

/** What an engine that counts nothing has used. */
export const noUsage: Usage = {
  input_tokens: 0,
  input_tokens_details: { image_tokens: 0, text_tokens: 0 },
  output_tokens: 0,
  total_tokens: 0,
}

/** What the calls that brought these pictures used, or null where no engine said it. */
export function usageOf(images: readonly Pick<Image, 'parameters'>[]): Usage | null {
  const told = images.flatMap(({ parameters }) => {
    const parsed = Kept.safeParse(parameters['usage'])
    return parsed.success ? [parsed.data] : []
  })
  if (told.length === 0) return null
  let [input, image, text, output] = [0, 0, 0, 0]
  for (const {
    inputTokens,
    inputImageTokens = 0,
    inputTextTokens = inputTokens - inputImageTokens,
    outputTokens,
  } of told) {
    input += inputTokens
    image += inputImageTokens
    text += inputTextTokens
    output += outputTokens
  }
  return {
    input_tokens: input,
    input_tokens_details: { image_tokens: image, text_tokens: text },
    output_tokens: output,
    total_tokens: input + output,
  }
}
