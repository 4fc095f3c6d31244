import { z } from 'zod'
import { sentPicture } from '../kit/sent-picture.ts'
import type { TokenUsage } from '../kit/token-usage.ts'
import type { Cost, ImageRequest, SourceImage } from '../spec/provider.ts'
import { isDallE, pricesOf } from './models.ts'
import { options } from './options.ts'

export const modelsAnswer = z.object({ data: z.array(z.object({ id: z.string() })) })

const tokens = z.number().nonnegative()

/** What was used. A server that counts strangely gives no usage rather than a wrong cost. */
const usage = z
  .object({
    input_tokens: tokens,
    input_tokens_details: z.object({ text_tokens: tokens, image_tokens: tokens }).optional(),
    output_tokens: tokens,
  })
  .nullish()
  .catch(undefined)

const picture = sentPicture.extend({ revised_prompt: z.string().nullish() })
export type Picture = z.infer<typeof picture>

export const imagesAnswer = z.object({
  data: z.array(picture.nullable()).nullish(),
  usage,
  /** Some proxies send failures as success. */
  error: z.unknown().optional(),
})

export const streamEvent = z.object({
  ...picture.shape,
  type: z.string().optional(),
  partial_image_index: z.int().nonnegative().optional(),
  usage,
  error: z.unknown().optional(),
})

export function usageOf(used: z.infer<typeof usage>): TokenUsage | undefined {
  if (!used) return undefined
  const { input_tokens: inputTokens, output_tokens: outputTokens, input_tokens_details: details } = used
  const apart = details && { inputTextTokens: details.text_tokens, inputImageTokens: details.image_tokens }
  return { inputTokens, ...apart, outputTokens }
}

/** The cost by list price, or null where price or use is not known. */
export function costOf(model: string, used: z.infer<typeof usage>): Cost | null {
  const prices = pricesOf(model)
  if (!prices || !used) return null
  const imageIn = used.input_tokens_details?.image_tokens ?? 0
  const textIn = used.input_tokens_details?.text_tokens ?? used.input_tokens
  const amount = (textIn * prices.textIn + imageIn * prices.imageIn + used.output_tokens * prices.imageOut) / 1e6
  return { amount, currency: 'USD' }
}

/**
 * The fields that drawing and editing share, without those that are not asked for. `response_format` is for dall-e alone:
 * the others always send base64 and refuse the parameter.
 */
function fieldsOf(request: ImageRequest, previews: number): Record<string, string | number | boolean> {
  const { model, prompt, n, width, height, quality, style, background, outputFormat } = request
  const extra = options.parse(request.options)
  return {
    model,
    prompt,
    n,
    ...(width !== undefined && height !== undefined && { size: `${width}x${height}` }),
    ...(quality !== undefined && { quality }),
    ...(style !== undefined && { style }),
    ...(background !== undefined && { background }),
    ...(outputFormat !== undefined && { output_format: outputFormat }),
    ...(isDallE(model) && { response_format: 'b64_json' }),
    ...(extra.output_compression !== undefined && { output_compression: extra.output_compression }),
    ...(previews > 0 && { stream: true, partial_images: previews }),
  }
}

/** The body of /images/generations. `previews` of 0 asks for the answer in one piece. */
export function generationBody(request: ImageRequest, previews: number): Record<string, unknown> {
  const { moderation } = options.parse(request.options)
  return { ...fieldsOf(request, previews), ...(moderation !== undefined && { moderation }) }
}

/** The form of /images/edits: one source as `image`, several as `image[]`. */
export function editForm(request: ImageRequest, previews: number): FormData {
  const { input_fidelity } = options.parse(request.options)
  const form = new FormData()
  for (const [name, value] of Object.entries(fieldsOf(request, previews))) form.append(name, String(value))
  if (input_fidelity !== undefined) form.append('input_fidelity', input_fidelity)
  const name = request.sources.length === 1 ? 'image' : 'image[]'
  request.sources.forEach((source, i) => form.append(name, blobOf(source), `source-${i + 1}.${extensionOf(source)}`))
  if (request.mask) form.append('mask', blobOf(request.mask), 'mask.png')
  return form
}

function blobOf(source: SourceImage): Blob {
  // A copy: the bytes may lie in shared memory as far as their type says.
  return new Blob([new Uint8Array(source.bytes)], { type: source.mimeType })
}

function extensionOf(source: SourceImage): string {
  return source.mimeType.replace(/^image\//, '').replace('jpeg', 'jpg')
}
