import { z } from 'zod'

/** The services behind the router that Easel speaks to, by the names that Hugging Face gives them. */
export const backendNames = [
  'fal-ai',
  'hf-inference',
  'replicate',
  'together',
  'nscale',
  'deepinfra',
  'wavespeed',
] as const
export type BackendName = (typeof backendNames)[number]

const names = backendNames.join('|')

/** The connection's own settings. */
export const settings = z.object({
  backends: z
    .string()
    .max(200)
    .regex(new RegExp(`^\\s*(?:(?:${names})\\s*(?:,\\s*|$))*$`), `must be some of ${backendNames.join(', ')}`)
    .default('')
    .meta({
      title: 'Services',
      description: `Those that may draw, first choice first, with commas between them: ${backendNames.join(', ')}. Empty: all, in the order of Hugging Face.`,
    }),
  // It goes out as a header value.
  billTo: z
    .string()
    .regex(/^[\w.-]{0,100}$/, 'must be the name of an organization')
    .default('')
    .meta({ title: 'Bill to', description: 'The organization that pays. Empty: the owner of the key.' }),
})

/** One request's extra options. */
export const options = z.object({
  scheduler: z
    .string()
    .max(100)
    .optional()
    .meta({ title: 'Scheduler', description: 'By the name of its class; for hf-inference, from words only.' }),
  safety_checker: z
    .boolean()
    .optional()
    .meta({ title: 'Safety checker', description: 'Whether pictures are checked, and blackened; for fal-ai.' }),
})
