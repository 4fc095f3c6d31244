import { z } from 'zod'

/** The connection's own settings. Gab publishes no list of what its models can do. */
export const settings = z.object({
  models: z.string().max(4000).default('').meta({
    title: 'Image models',
    description: 'Names with commas between them. Empty: those of the list whose names look like it.',
  }),
  sizes: z
    .string()
    .regex(
      /^\s*[1-9]\d{1,4}x[1-9]\d{1,4}\s*(?:,\s*[1-9]\d{1,4}x[1-9]\d{1,4}\s*)*$/,
      'must look like 1024x1024, 1536x1024',
    )
    .max(1000)
    .default('1024x1024')
    .meta({ title: 'Sizes', description: 'Such as 1024x1024, 1536x1024, the first being the usual one.' }),
})
export type Settings = z.infer<typeof settings>

/** One request's extra options: none are known. */
export const options = z.object({})
