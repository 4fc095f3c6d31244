import { z } from 'zod'
import { listed } from '../kit/images-api.ts'
import { sentPicture } from '../kit/sent-picture.ts'
import { enginesRatio } from '../kit/whole-ratios.ts'
import type { Cost, ImageRequest, SourceImage } from '../spec/provider.ts'
import { isTier, options, type Settings } from './options.ts'

const words = z.array(z.string()).nullish().catch(undefined)
const architecture = z.object({ input_modalities: words, output_modalities: words }).nullish().catch(undefined)

/** What a model takes for one parameter. Kinds that are not known yet count as yes. */
const descriptor = z.object({
  type: z.string().optional(),
  values: z
    .array(z.union([z.string(), z.number().transform(String)]))
    .optional()
    .catch(undefined),
  max: z.number().optional().catch(undefined),
})

/** /images/models */
export const imageModelsAnswer = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      name: z.string().nullish(),
      architecture,
      supported_parameters: z.record(z.string(), descriptor.catch({})).catch({}),
      supports_streaming: z.boolean().nullish().catch(undefined),
    }),
  ),
})
export type ImageModel = z.infer<typeof imageModelsAnswer>['data'][number]

/** /models, of servers and times without the Images API. */
export const chatModelsAnswer = z.object({
  data: z.array(z.object({ id: z.string(), name: z.string().nullish(), architecture, supported_parameters: words })),
})
export type ChatModel = z.infer<typeof chatModelsAnswer>['data'][number]

/** What was used. A server that counts strangely gives no usage rather than a wrong cost. */
const usage = z
  .object({
    cost: z.number().nonnegative(),
    is_byok: z.boolean().nullish(),
    cost_details: z.object({ upstream_inference_cost: z.number().nonnegative().nullish() }).nullish(),
  })
  .nullish()
  .catch(undefined)
export type Usage = z.infer<typeof usage>

const picture = sentPicture.extend({ media_type: z.string().nullish() })
export type Picture = z.infer<typeof picture>

export const imagesAnswer = z.object({
  data: z.array(picture.nullable()).nullish(),
  usage,
  /** What goes wrong after the model began comes with status 200. */
  error: z.unknown().optional(),
})

export const streamEvent = z.object({
  ...picture.shape,
  type: z.string().optional(),
  partial_image_index: z.int().nonnegative().optional(),
  usage,
  error: z.unknown().optional(),
})

const choice = z.object({
  finish_reason: z.string().nullish(),
  native_finish_reason: z.string().nullish(),
  error: z.unknown().optional(),
  message: z
    .object({
      content: z.string().nullish().catch(undefined),
      refusal: z.string().nullish(),
      images: z.array(z.object({ image_url: z.object({ url: z.string() }) })).nullish(),
    })
    .nullish(),
})

export const chatAnswer = z.object({
  choices: z
    .array(choice)
    .nullish()
    .transform((choices) => choices ?? []),
  usage,
  error: z.unknown().optional(),
})
export type ChatAnswer = z.infer<typeof chatAnswer>

/** The exact cost in dollars. With a key of one's own at the provider most of it is paid there. */
export function costOf(used: Usage): Cost | null {
  if (!used) return null
  const elsewhere = used.is_byok === true ? (used.cost_details?.upstream_inference_cost ?? 0) : 0
  return { amount: used.cost + elsewhere, currency: 'USD' }
}

/** The body of /images, with nothing that was not asked for: a model refuses what it does not list. */
export function imagesBody(request: ImageRequest, chosen: Settings): Record<string, unknown> {
  const { model, prompt, n, aspectRatio, quality, background, outputFormat, seed, sources } = request
  const { output_compression, resolution = isTier(quality) ? quality : undefined } = options.parse(request.options)
  return {
    model,
    prompt,
    ...(n > 1 && { n }),
    ...(aspectRatio !== undefined && { aspect_ratio: enginesRatio(aspectRatio) }),
    ...(resolution !== undefined && { resolution }),
    ...(quality !== undefined && !isTier(quality) && { quality }),
    ...(background !== undefined && { background }),
    ...(outputFormat !== undefined && { output_format: outputFormat }),
    ...(output_compression !== undefined && { output_compression }),
    ...(seed !== undefined && { seed }),
    ...(sources.length > 0 && { input_references: sources.map(pictureOf) }),
    ...routing(chosen),
    // With several pictures the stream does not tell which a preview belongs to. Models without streaming ignore it.
    ...(chosen.previews && n === 1 && { stream: true }),
  }
}

/**
 * The body of /chat/completions, or null where it has no words for what is asked.
 * @param modalities what the answer may hold: models that only draw refuse to be asked for text
 */
export function chatBody(
  request: ImageRequest,
  chosen: Settings,
  modalities: readonly string[],
): Record<string, unknown> | null {
  const { model, prompt, n, aspectRatio, quality, background, outputFormat, seed, sources } = request
  const { output_compression, resolution = isTier(quality) ? quality : undefined } = options.parse(request.options)
  const wordless = [background, outputFormat, output_compression, isTier(quality) ? undefined : quality]
  if (n > 1 || wordless.some((value) => value !== undefined)) return null
  const imageConfig = {
    ...(aspectRatio !== undefined && { aspect_ratio: enginesRatio(aspectRatio) }),
    ...(resolution !== undefined && { image_size: resolution }),
  }
  const content = sources.length === 0 ? prompt : [{ type: 'text', text: prompt }, ...sources.map(pictureOf)]
  return {
    model,
    messages: [{ role: 'user', content }],
    modalities,
    ...(Object.keys(imageConfig).length > 0 && { image_config: imageConfig }),
    ...(seed !== undefined && { seed }),
    ...routing(chosen),
  }
}

function pictureOf({ mimeType, bytes }: SourceImage): Record<string, unknown> {
  const url = `data:${mimeType};base64,${Buffer.from(bytes).toString('base64')}`
  return { type: 'image_url', image_url: { url } }
}

export function routing(chosen: Settings): { provider?: Record<string, unknown> } {
  const [only, ignore] = [listed(chosen.only), listed(chosen.ignore)]
  const provider = {
    ...(only.length > 0 && { only }),
    ...(ignore.length > 0 && { ignore }),
    ...(!chosen.fallbacks && { allow_fallbacks: false }),
  }
  return Object.keys(provider).length > 0 ? { provider } : {}
}
