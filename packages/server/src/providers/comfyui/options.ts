import { z } from 'zod'
import { workflowFaults } from './workflow.ts'

const fileName = z.string().trim().min(1).max(300)

/** The connection's own settings. */
export const settings = z
  .object({
    saveOnServer: z.boolean().default(false).meta({
      title: 'Keep pictures on the server, too',
      description: "In ComfyUI's output folder. Otherwise they are in its temporary folder until it restarts.",
    }),
    fluxTextEncoder1: fileName.default('t5xxl_fp16.safetensors').meta({
      title: 'FLUX: first text encoder',
      description: 'A file in models/text_encoders of the server.',
    }),
    fluxTextEncoder2: fileName.default('clip_l.safetensors').meta({ title: 'FLUX: second text encoder' }),
    fluxVae: fileName.default('ae.safetensors').meta({ title: 'FLUX: VAE', description: 'A file in models/vae.' }),
    fluxWeights: z
      .enum(['default', 'fp8_e4m3fn', 'fp8_e4m3fn_fast', 'fp8_e5m2'])
      .default('default')
      .meta({ title: 'FLUX: weights', description: 'The fp8 kinds need half the memory.' }),
    workflow: z.string().max(1_000_000).optional().meta({
      title: 'Own workflow',
      description:
        'A workflow as JSON in API format (in ComfyUI: Workflow, Export (API)). It becomes a model of its own.',
    }),
    inputs: z
      .string()
      .max(10_000)
      .optional()
      .meta({
        title: 'Inputs of the own workflow',
        description:
          'Where values go, such as: prompt = 6.text; negative = 7.text; seed = 3.seed; width = 5.width; height = 5.height. ' +
          'Further names: steps, guidance, sampler, scheduler, strength, image, image2, image3, mask, output.',
      }),
  })
  .superRefine(({ workflow, inputs }, check) => {
    for (const { field, message } of workflowFaults(workflow, inputs)) {
      check.addIssue({ code: 'custom', path: [field], message })
    }
  })

/** One request's extra options. */
export const options = z.object({
  scheduler: z.string().trim().min(1).max(100).optional().meta({
    title: 'Scheduler',
    description: 'How the steps are spaced, such as normal, karras or simple; the model says which this server has.',
  }),
})
