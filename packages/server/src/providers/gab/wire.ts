import { z } from 'zod'
import type { ImageRequest } from '../spec/provider.ts'

export const modelsAnswer = z.object({ data: z.array(z.object({ id: z.string() })) })

/** The body of /images/generations: what is known to be taken, and nothing else. */
export function generationBody({ model, prompt, n, width, height }: ImageRequest): Record<string, unknown> {
  return { model, prompt, n, ...(width !== undefined && height !== undefined && { size: `${width}x${height}` }) }
}
