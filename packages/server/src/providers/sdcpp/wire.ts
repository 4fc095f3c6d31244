import { z } from 'zod'
import type { ImageRequest } from '../spec/provider.ts'
import { options } from './options.ts'

const defaults = z.object({
  width: z.int().optional().catch(undefined),
  height: z.int().optional().catch(undefined),
  strength: z.number().optional().catch(undefined),
  output_format: z.string().optional().catch(undefined),
  sample_params: z
    .object({
      sample_method: z.string().optional().catch(undefined),
      sample_steps: z.number().optional().catch(undefined),
      guidance: z
        .object({ txt_cfg: z.number().optional().catch(undefined) })
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
})
const flag = z.boolean().optional().catch(undefined)
const features = z.object({
  init_image: flag,
  mask_image: flag,
  ref_images: flag,
  cancel_queued: flag,
  cancel_generating: flag,
})
const bound = z.int().positive().optional().catch(undefined)

/** What the server can do. The fields by mode are newer than the plain ones beside them, which are about the current mode. */
export const capabilitiesAnswer = z.object({
  model: z.object({ name: z.string().nullish(), stem: z.string().nullish() }),
  current_mode: z.string().optional(),
  supported_modes: z.array(z.string()).optional(),
  defaults: defaults.optional().catch(undefined),
  defaults_by_mode: z.object({ img_gen: defaults.optional() }).optional(),
  output_formats: z.array(z.string()).optional(),
  output_formats_by_mode: z.object({ img_gen: z.array(z.string()).optional() }).optional(),
  features: features.optional().catch(undefined),
  features_by_mode: z.object({ img_gen: features.optional() }).optional(),
  samplers: z.array(z.string()).optional(),
  schedulers: z.array(z.string()).optional(),
  limits: z
    .object({
      min_width: bound,
      max_width: bound,
      min_height: bound,
      max_height: bound,
      max_batch_count: bound,
    })
    .optional(),
})
export type ServerCapabilities = z.infer<typeof capabilitiesAnswer>

export const submitAnswer = z.object({ id: z.string().min(1), queue_position: z.int().nonnegative().optional() })

export const jobAnswer = z.object({
  status: z.enum(['queued', 'generating', 'completed', 'failed', 'cancelled']),
  queue_position: z.int().nullish(),
  result: z
    .object({ images: z.array(z.object({ index: z.int().nonnegative().optional(), b64_json: z.string() })) })
    .nullish(),
  error: z.object({ code: z.string().nullish(), message: z.string().nullish() }).nullish(),
})
export type Job = z.infer<typeof jobAnswer>

/** All that is needed to look at a job again, also after a crash. */
export const savedJob = z.object({
  id: z.string().regex(/^[\w.:-]{1,200}$/),
  n: z.int().positive(),
  seed: z.int().nonnegative().nullable(),
  /** The longest queue before it that was seen. */
  ahead: z.int().nonnegative(),
})
export type SavedJob = z.infer<typeof savedJob>

export interface BodyExtras {
  /** Sources are what the prompt refers to, not what is changed. */
  readonly refer: boolean
  /** White is repainted, base64. */
  readonly mask?: string
}

/** The body of /sdcpp/v1/img_gen. */
export function jobBody(request: ImageRequest, { refer, mask }: BodyExtras): Record<string, unknown> {
  const extra = options.parse(request.options)
  const sources = request.sources.map(({ bytes }) => Buffer.from(bytes).toString('base64'))
  return {
    prompt: request.prompt,
    negative_prompt: request.negativePrompt ?? '',
    batch_count: request.n,
    ...given({
      width: request.width,
      height: request.height,
      seed: request.seed,
      clip_skip: extra.clip_skip,
      strength: request.strength,
      init_image: refer ? undefined : sources[0],
      mask_image: mask,
      ref_images: refer && sources.length > 0 ? sources : undefined,
      sample_params: sampling(request),
      lora: extra.lora,
      hires: extra.hires && { enabled: true, ...extra.hires },
      vae_tiling_params: extra.vae_tiling === undefined ? undefined : { enabled: extra.vae_tiling },
      output_format: request.outputFormat,
      output_compression: extra.output_compression,
    }),
  }
}

function sampling(request: ImageRequest): Record<string, unknown> | undefined {
  const { scheduler, eta, flow_shift, distilled_guidance, img_cfg } = options.parse(request.options)
  const guidance = given({ txt_cfg: request.guidance, img_cfg, distilled_guidance })
  const params = given({
    sample_method: request.sampler,
    scheduler,
    sample_steps: request.steps,
    eta,
    flow_shift,
    guidance: Object.keys(guidance).length > 0 ? guidance : undefined,
  })
  return Object.keys(params).length > 0 ? params : undefined
}

/** The fields that have a value. */
function given(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
