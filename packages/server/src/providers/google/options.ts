import { z } from 'zod'

/** The connection's own settings. */
export const settings = z.object({
  outputPrice: z.number().min(0).optional().meta({
    title: 'Price of output',
    description: 'US dollars for a million tokens of output, to reckon costs by; Google does not send them.',
  }),
  inputPrice: z.number().min(0).optional().meta({
    title: 'Price of input',
    description: 'US dollars for a million tokens of prompt.',
  }),
})

/** One request's extra options. */
export const options = z.object({
  temperature: z.number().min(0).max(2).optional().meta({ title: 'Temperature', description: 'Not for Imagen.' }),
  threshold: z
    .enum(['OFF', 'BLOCK_NONE', 'BLOCK_ONLY_HIGH', 'BLOCK_MEDIUM_AND_ABOVE', 'BLOCK_LOW_AND_ABOVE'])
    .optional()
    .meta({
      title: 'Safety threshold',
      description: 'From where on content is blocked, in every category. Not for Imagen.',
    }),
  commentary: z.boolean().optional().meta({
    title: 'Commentary',
    description: 'Lets the model write beside the picture. Not for Imagen.',
  }),
})
