import { z } from 'zod'

/** The connection's own settings. */
export const settings = z.object({
  sources: z.enum(['auto', 'change', 'refer']).default('auto').meta({
    title: 'What a source picture is',
    description:
      'Changed by a strength (SD, SDXL, FLUX), or referred to by the prompt (FLUX Kontext, FLUX.2, Qwen Image Edit). Auto goes by the name of the model.',
  }),
})

/** One request's extra options. */
export const options = z.object({
  scheduler: z.string().min(1).max(100).optional().meta({ title: 'Scheduler' }),
  distilled_guidance: z
    .number()
    .min(0)
    .max(30)
    .optional()
    .meta({ title: 'Distilled guidance', description: 'For FLUX.' }),
  img_cfg: z.number().min(0).max(30).optional().meta({ title: 'Guidance by the picture' }),
  eta: z.number().min(0).max(1).optional().meta({ title: 'Eta' }),
  flow_shift: z.number().min(0).max(20).optional().meta({ title: 'Flow shift' }),
  clip_skip: z.int().min(-1).max(12).optional().meta({ title: 'Clip skip' }),
  output_compression: z.int().min(0).max(100).optional().meta({ title: 'Compression', description: 'JPEG and WebP.' }),
  lora: z
    .array(z.object({ path: z.string().min(1).max(500), multiplier: z.number().min(-10).max(10).default(1) }))
    .max(20)
    .optional()
    .meta({ title: 'LoRAs', description: 'The server takes none from the words of the prompt.' }),
  hires: z
    .object({
      upscaler: z.string().min(1).max(200).optional(),
      scale: z.number().min(1).max(4).optional(),
      steps: z.int().min(0).max(150).optional(),
      denoising_strength: z.number().min(0).max(1).optional(),
    })
    .optional()
    .meta({ title: 'High resolution', description: 'Draws small, then enlarges.' }),
  vae_tiling: z.boolean().optional().meta({ title: 'VAE in tiles', description: 'Needs less memory.' }),
})
