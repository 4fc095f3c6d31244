import { z } from 'zod'
import { toJson, type Json } from '#base/json.ts'
import type { ImageRequest } from '../spec/provider.ts'
import { defaultsOf } from './models.ts'
import { options } from './options.ts'

export const modelsAnswer = z.array(z.object({ title: z.string().min(1), model_name: z.string().nullish() }))
/** SD.Next's samplers have no `aliases`. */
export const samplersAnswer = z.array(
  z.object({ name: z.string().min(1), aliases: z.array(z.string()).optional(), options: z.unknown().optional() }),
)
export const schedulersAnswer = z.array(z.object({ name: z.string().min(1), label: z.string().nullish() }))

export const picturesAnswer = z.object({ images: z.array(z.string()).nullish(), info: z.unknown().optional() })

/** Progress of the task that has our id. */
export const taskProgress = z.object({
  active: z.boolean(),
  queued: z.boolean(),
  completed: z.boolean(),
  progress: z.number().nullish(),
  live_preview: z.string().nullish(),
  id_live_preview: z.int().nullish(),
})

/** Progress of the whole server, whoever's picture it is. */
export const serverProgress = z.object({
  progress: z.number(),
  state: z
    .object({ interrupted: z.boolean().optional(), skipped: z.boolean().optional(), job_count: z.number().optional() })
    .optional(),
  current_image: z.string().nullish(),
})

/** The text in `info`. A server that says nothing useful in it gives no facts rather than no picture. */
const infoText = z
  .object({
    all_seeds: z.array(z.number()).optional().catch(undefined),
    all_prompts: z.array(z.string()).optional().catch(undefined),
    index_of_first_image: z.int().nonnegative().optional().catch(undefined),
    sampler_name: z.string().optional().catch(undefined),
    cfg_scale: z.number().optional().catch(undefined),
    steps: z.number().optional().catch(undefined),
    sd_model_name: z.string().optional().catch(undefined),
    sd_model_hash: z.string().nullish().catch(undefined),
    sd_vae_name: z.string().nullish().catch(undefined),
    clip_skip: z.number().optional().catch(undefined),
    denoising_strength: z.number().nullish().catch(undefined),
    version: z.string().optional().catch(undefined),
  })
  .catch({})
export type Info = z.infer<typeof infoText>

export function readInfo(info: unknown): Info {
  if (typeof info !== 'string') return infoText.parse(info)
  try {
    return infoText.parse(JSON.parse(info))
  } catch {
    // KoboldCpp and stable-diffusion.cpp leave it empty.
    return {}
  }
}

/** What is worth keeping of `info`. */
export function factsOf(info: Info): Readonly<Record<string, Json>> {
  const facts = {
    sampler: info.sampler_name,
    guidance: info.cfg_scale,
    steps: info.steps,
    model: info.sd_model_name,
    modelHash: info.sd_model_hash,
    vae: info.sd_vae_name,
    clipSkip: info.clip_skip,
    strength: info.denoising_strength,
    version: info.version,
  }
  return Object.fromEntries(
    Object.entries(facts).flatMap(([key, value]) =>
      value === undefined || value === null ? [] : [[key, toJson(value)]],
    ),
  )
}

const fills = ['fill', 'original', 'latent noise', 'latent nothing']

export interface BodyExtras {
  /** Absent: the server knows no task ids. */
  readonly taskId?: string
  /** White is repainted, base64. */
  readonly mask?: string
  readonly restoreModel: boolean
}

/** The body of txt2img, or of img2img where there is a source. */
export function pictureBody(request: ImageRequest, extras: BodyExtras): Record<string, unknown> {
  const extra = options.parse(request.options)
  const usual = defaultsOf(request.model)
  const [source] = request.sources
  return {
    prompt: request.prompt,
    negative_prompt: request.negativePrompt ?? '',
    // One after the other: several at once may not fit into the memory of the card. Seeds count up by one either way.
    batch_size: 1,
    n_iter: request.n,
    steps: request.steps ?? usual.steps,
    cfg_scale: request.guidance ?? usual.guidance,
    ...given({
      width: request.width,
      height: request.height,
      seed: request.seed,
      sampler_name: request.sampler,
      scheduler: extra.scheduler,
      styles: extra.styles,
      tiling: extra.tiling,
      restore_faces: extra.restore_faces,
      distilled_cfg_scale: extra.distilled_cfg_scale,
    }),
    ...(source ? editFields(request, extras.mask) : enlargingFields(request)),
    override_settings: given({
      sd_model_checkpoint: request.model,
      sd_vae: extra.vae,
      CLIP_stop_at_last_layers: extra.clip_skip,
    }),
    override_settings_restore_afterwards: extras.restoreModel,
    send_images: true,
    save_images: false,
    ...given({ force_task_id: extras.taskId }),
  }
}

function enlargingFields(request: ImageRequest): Record<string, unknown> {
  const { enable_hr, hr_scale, hr_upscaler, hr_second_pass_steps, hr_denoising_strength } = options.parse(
    request.options,
  )
  if (enable_hr !== true) return {}
  return given({ enable_hr, hr_scale, hr_upscaler, hr_second_pass_steps, denoising_strength: hr_denoising_strength })
}

function editFields(request: ImageRequest, mask: string | undefined): Record<string, unknown> {
  const extra = options.parse(request.options)
  const init_images = request.sources.map(({ bytes }) => Buffer.from(bytes).toString('base64'))
  const fill = extra.inpainting_fill === undefined ? -1 : fills.indexOf(extra.inpainting_fill)
  return {
    init_images,
    ...given({ denoising_strength: request.strength }),
    ...(mask !== undefined && {
      mask,
      inpainting_mask_invert: 0,
      // The whole picture unless it is asked otherwise, as with every other engine; and what is there to begin with.
      inpaint_full_res: extra.inpaint_full_res ?? false,
      inpainting_fill: fill === -1 ? 1 : fill,
      ...given({ mask_blur: extra.mask_blur, inpaint_full_res_padding: extra.inpaint_full_res_padding }),
    }),
  }
}

/** The fields that have a value. */
function given(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
