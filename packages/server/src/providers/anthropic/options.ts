import { z } from 'zod'

/** The connection has nothing to set. */
export const settings = z.object({})

/** Without pictures there is nothing to choose. */
export const options = z.object({})
