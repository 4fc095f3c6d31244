import { z } from 'zod'

/** The connection's own settings: there are none. */
export const settings = z.object({})

/** One request's extra options. */
export const options = z.object({
  resolution: z.enum(['1k', '2k']).optional().meta({
    title: 'Resolution',
    description: 'About one or two thousand pixels on a side; 1k where nothing is said.',
  }),
})
