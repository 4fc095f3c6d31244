import { z } from 'zod'

/** Nothing has to be set up. */
export const settings = z.object({})

/** What decides over the words of the prompt. */
export const options = z.object({
  time: z.enum(['auto', 'dawn', 'day', 'sunset', 'dusk', 'night']).default('auto').meta({ title: 'Time of day' }),
  season: z.enum(['auto', 'spring', 'summer', 'autumn', 'winter']).default('auto').meta({ title: 'Season' }),
})
