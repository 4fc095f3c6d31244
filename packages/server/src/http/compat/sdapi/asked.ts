// What the bodies of txt2img and img2img ask for. Rules SD10 … in docs/spec/sdapi.md.
import { z } from 'zod'
import { GenerationRequest } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Resolved } from '#connections/choice.ts'

const { prompt, negativePrompt, sampler } = GenerationRequest.shape

/** Numbers are moved into what Easel can ask for, as models move them further. */
const within = (from: number, to: number) => z.number().transform((value) => Math.min(Math.max(value, from), to))
const whole = (from: number, to: number) =>
  z.number().transform((value) => Math.min(Math.max(Math.round(value), from), to))
const flag = z.union([z.boolean(), z.literal([0, 1]).transform((value) => value === 1)])
const name = z.string().max(300)
/** Whatever else is given for it means nothing. */
const extra = z.union([z.boolean(), z.number(), name]).optional().catch(undefined)

/** What a program calls its own task. */
export const TaskId = z
  .string()
  .min(1)
  .max(300)
  .refine((text) => !text.includes('\u0000') && text.isWellFormed(), 'must not contain NUL or half a character')

const Asked = z.object({
  prompt,
  negative_prompt: negativePrompt,
  /** Below 0: any. */
  seed: z.number().refine(Number.isSafeInteger, 'must be a whole number').optional(),
  steps: whole(1, 500).optional(),
  cfg_scale: within(0, 100).optional(),
  width: whole(1, 99_999).optional(),
  height: whole(1, 99_999).optional(),
  sampler_name: sampler,
  sampler_index: sampler,
  scheduler: name.optional(),
  batch_size: whole(1, 10).default(1),
  n_iter: whole(1, 10).default(1),
  denoising_strength: within(0, 1).optional(),
  override_settings: z
    .object({
      sd_model_checkpoint: name.nullish().catch(undefined),
      sd_vae: name.nullish().catch(undefined),
      CLIP_stop_at_last_layers: z.number().nullish().catch(undefined),
    })
    .catch({})
    .default({}),
  send_images: flag.default(true),
  /** As the web UI, which makes one up where it is no name. */
  force_task_id: TaskId.optional().catch(undefined),
  init_images: z.array(z.string()).max(16).optional(),
  mask: z.string().optional(),
  inpainting_mask_invert: flag.default(false),
  // What engines of the same family know beside: see optionsOf.
  tiling: extra,
  restore_faces: extra,
  distilled_cfg_scale: extra,
  enable_hr: extra,
  hr_scale: extra,
  hr_upscaler: extra,
  hr_second_pass_steps: extra,
  mask_blur: extra,
  inpainting_fill: extra,
  inpaint_full_res: extra,
  inpaint_full_res_padding: extra,
})
export type Asked = z.output<typeof Asked>

/** @throws EaselError `validation-failed`, `bad-request` */
export function readAsked(body: unknown): Asked {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new EaselError('bad-request', 'The body must be a JSON object.')
  }
  const parsed = Asked.safeParse(Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)))
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map(({ path, message }) => ({ field: ['body', ...path].join('.'), message }))
  throw new EaselError('validation-failed', fields.map(({ field, message }) => `${field}: ${message}`).join('; '), {
    fields,
  })
}

const fills = ['fill', 'original', 'latent noise', 'latent nothing']

/** What was set, by the names that engines of this family give their own options. What is as it is anyway is not named. */
function extrasOf(asked: Asked, editing: boolean): Record<string, unknown> {
  const { override_settings: override, enable_hr: enlarges } = asked
  const clipSkip = override.CLIP_stop_at_last_layers
  const common = {
    scheduler: /^automatic$/i.test(asked.scheduler ?? 'automatic') ? undefined : asked.scheduler,
    distilled_cfg_scale: asked.distilled_cfg_scale,
    clip_skip: clipSkip === 1 ? undefined : clipSkip,
    vae: /^automatic$/i.test(override.sd_vae ?? 'automatic') ? undefined : override.sd_vae,
    tiling: asked.tiling === true ? true : undefined,
    restore_faces: asked.restore_faces === true ? true : undefined,
  }
  if (editing) {
    if (asked.mask === undefined) return common
    return {
      ...common,
      mask_blur: asked.mask_blur,
      inpainting_fill: fills[Number(asked.inpainting_fill ?? 1)],
      inpaint_full_res: asked.inpaint_full_res,
      inpaint_full_res_padding: asked.inpaint_full_res_padding,
    }
  }
  if (enlarges !== true) return common
  const { hr_scale, hr_upscaler, hr_second_pass_steps, denoising_strength: strength } = asked
  return { ...common, enable_hr: true, hr_scale, hr_upscaler, hr_second_pass_steps, hr_denoising_strength: strength }
}

/** Of the extras those that this engine knows and takes; the others are left out. */
function optionsOf(asked: Asked, { provider }: Pick<Resolved, 'provider'>, editing: boolean) {
  const schema = provider.manifest.options
  const known = Object.entries(extrasOf(asked, editing)).filter(
    ([key, value]) => key in schema.shape && value !== undefined && value !== null,
  )
  const parsed = schema.safeParse(Object.fromEntries(known))
  const refused = new Set(parsed.success ? [] : parsed.error.issues.map(({ path }) => path[0]))
  return Object.fromEntries(known.filter(([key]) => !refused.has(key)))
}

/** The web UI's own, where one of the two is said. */
const usualSide = 512

/** The same in Easel's terms, without the pictures. @param engine null: whichever draws by default */
export function toRequest(asked: Asked, engine: Resolved | null): GenerationRequest {
  const { width, height, seed } = asked
  const editing = asked.init_images !== undefined
  const sized = width !== undefined || height !== undefined
  return {
    ...(engine === null
      ? {}
      : {
          connectionId: engine.connection.id,
          model: engine.model.id,
          options: optionsOf(asked, engine, editing),
        }),
    prompt: asked.prompt,
    negativePrompt: asked.negative_prompt,
    n: Math.min(asked.batch_size * asked.n_iter, 10),
    size: sized ? `${width ?? usualSide}x${height ?? usualSide}` : undefined,
    seed: seed === undefined || seed < 0 ? undefined : seed,
    steps: asked.steps,
    guidance: asked.cfg_scale,
    strength: editing ? asked.denoising_strength : undefined,
    sampler: asked.sampler_name ?? asked.sampler_index,
  }
}
