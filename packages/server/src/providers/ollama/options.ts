import { z } from 'zod'

/** The connection's own settings. */
export const settings = z.object({
  keepAlive: z
    .string()
    .regex(/^-?\d+(?:ms|s|m|h)?$/, 'must look like 5m, 30s, 0 or -1')
    .optional()
    .meta({
      title: 'Keep the model loaded for',
      description:
        "Such as 5m or 1h after the last picture; 0 frees the memory at once, -1 never. Empty: the server's own rule.",
    }),
})

/** One request's extra options: Ollama has none that other engines have not. */
export const options = z.object({})
