import { z } from 'zod'
import { sentPicture } from '../kit/sent-picture.ts'
import { enginesRatio } from '../kit/whole-ratios.ts'
import type { Cost, ImageRequest } from '../spec/provider.ts'
import { options } from './options.ts'

const words = z.array(z.string()).nullish().catch(undefined)

export const modelsAnswer = z.object({
  models: z
    .array(z.object({ id: z.string(), image_price: z.number().nullish().catch(undefined), output_modalities: words }))
    .nullish()
    .transform((models) => models ?? []),
})

/** /language-models, the list of those that write. */
export const textModelsAnswer = z.object({
  models: z.array(z.object({ id: z.string(), input_modalities: words, output_modalities: words })),
})

const picture = sentPicture.extend({
  revised_prompt: z.string().nullish(),
  /** False: drawn, but held back. */
  respect_moderation: z.boolean().nullish(),
})

export const imagesAnswer = z.object({
  data: z.array(picture.nullable()).nullish(),
  /** A server that counts strangely gives no usage rather than a wrong cost. */
  usage: z.object({ cost_in_usd_ticks: z.number().nonnegative() }).nullish().catch(undefined),
  /** Some proxies send failures as success. */
  error: z.unknown().optional(),
})
export type ImagesAnswer = z.infer<typeof imagesAnswer>

/** The body of /images/generations and of /images/edits, which is JSON with xAI, too. */
export function imagesBody(request: ImageRequest): Record<string, unknown> {
  const { model, prompt, n, aspectRatio, quality } = request
  const isTier = quality === '1k' || quality === '2k'
  const { resolution = isTier ? quality : undefined } = options.parse(request.options)
  const [first, ...others] = request.sources.map(({ mimeType, bytes }) => ({
    url: `data:${mimeType};base64,${Buffer.from(bytes).toString('base64')}`,
    type: 'image_url',
  }))
  return {
    model,
    prompt,
    n,
    // The other form, an address, is good for a while only.
    response_format: 'b64_json',
    ...(aspectRatio !== undefined && { aspect_ratio: enginesRatio(aspectRatio) }),
    ...(resolution !== undefined && { resolution }),
    ...(quality !== undefined && !isTier && { quality }),
    ...(first !== undefined && (others.length === 0 ? { image: first } : { images: [first, ...others] })),
  }
}

const ticksPerDollar = 1e10

/** The cost as xAI reckons it, or null where it says none. */
export function costOf({ usage }: ImagesAnswer): Cost | null {
  return usage ? { amount: usage.cost_in_usd_ticks / ticksPerDollar, currency: 'USD' } : null
}
