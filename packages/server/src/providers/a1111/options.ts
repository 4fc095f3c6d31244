import { z } from 'zod'

/** The connection's own settings. */
export const settings = z.object({
  server: z.enum(['auto', 'a1111', 'forge', 'sdnext']).default('auto').meta({
    title: 'Server',
    description: 'Which of the three it is. Auto asks before each picture.',
  }),
  previews: z.boolean().default(true).meta({
    title: 'Previews',
    description: 'Show the picture while it is being made, where the server has live previews switched on.',
  }),
  interrupt: z.boolean().default(true).meta({
    title: 'Interrupt on cancel',
    description:
      'The server can only stop whatever it is drawing. Switch this off where others use it too and its per-task progress is not to be had (SD.Next, --nowebui).',
  }),
  restoreModel: z.boolean().default(false).meta({
    title: 'Go back to the model chosen in the server',
    description: 'After each call. Loading a model takes time, so it otherwise stays on the one used last.',
  }),
})

/** One request's extra options, named as the server names them. */
export const options = z.object({
  scheduler: z.string().min(1).max(100).optional().meta({ title: 'Scheduler' }),
  distilled_cfg_scale: z.number().min(0).max(30).optional().meta({
    title: 'Distilled guidance',
    description: 'Forge only, for FLUX.',
  }),
  clip_skip: z.int().min(1).max(12).optional().meta({ title: 'Clip skip' }),
  vae: z.string().min(1).max(300).optional().meta({ title: 'VAE' }),
  styles: z.array(z.string().min(1).max(200)).max(20).optional().meta({ title: 'Prompt styles of the server' }),
  tiling: z.boolean().optional().meta({ title: 'Tiling', description: 'A picture that repeats without a seam.' }),
  restore_faces: z.boolean().optional().meta({ title: 'Restore faces' }),
  enable_hr: z.boolean().optional().meta({
    title: 'High resolution',
    description: 'Draws small, then enlarges by the scale below. Text to image only.',
  }),
  hr_scale: z.number().min(1).max(4).optional().meta({ title: 'High resolution scale' }),
  hr_upscaler: z.string().min(1).max(200).optional().meta({ title: 'High resolution upscaler' }),
  hr_second_pass_steps: z.int().min(0).max(150).optional().meta({ title: 'High resolution steps' }),
  hr_denoising_strength: z.number().min(0).max(1).optional().meta({ title: 'High resolution strength' }),
  mask_blur: z.int().min(0).max(64).optional().meta({ title: 'Mask blur', description: 'In pixels.' }),
  inpainting_fill: z.enum(['fill', 'original', 'latent noise', 'latent nothing']).optional().meta({
    title: 'Under the mask at first',
  }),
  inpaint_full_res: z.boolean().optional().meta({
    title: 'Only the masked part',
    description: 'Repaints the masked part at the full size and puts it back.',
  }),
  inpaint_full_res_padding: z.int().min(0).max(256).optional().meta({ title: 'Room around the masked part' }),
})
