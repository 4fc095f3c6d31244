import { z } from 'zod'

/** Resolutions from lowest to best. Where a model has no other quality, the quality is that. */
export const tiers = ['512', '1K', '2K', '4K'] as const
type Tier = (typeof tiers)[number]

export function isTier(quality: string | undefined): quality is Tier {
  return tiers.some((tier) => tier === quality)
}

const slugs = z
  .string()
  .regex(/^[\w./,\s-]*$/, 'must be names such as google-vertex, black-forest-labs')
  .max(1000)
  .default('')

/** The connection's own settings. */
export const settings = z.object({
  api: z.enum(['auto', 'images', 'chat']).default('auto').meta({
    title: 'Way to ask',
    description:
      'images: the Images API alone; chat: chat completions alone; auto: the second where the first is missing.',
  }),
  previews: z.boolean().default(true).meta({
    title: 'Previews',
    description: 'Lets models that can show a single picture while it is drawn; each preview may cost a little.',
  }),
  only: slugs.meta({
    title: 'Only these providers',
    description: 'Their names at OpenRouter, with commas between them.',
  }),
  ignore: slugs.meta({ title: 'Never these providers', description: 'The same.' }),
  fallbacks: z.boolean().default(true).meta({
    title: 'Other providers',
    description: 'Whether OpenRouter may turn to another provider of the same model when the first fails.',
  }),
})
export type Settings = z.infer<typeof settings>

/** One request's extra options, by the names of the API. */
export const options = z.object({
  resolution: z.enum(tiers).optional().meta({
    title: 'Resolution',
    description: 'For models that have it besides a quality.',
  }),
  output_compression: z.int().min(0).max(100).optional().meta({
    title: 'Compression',
    description: 'Quality of JPEG and WebP, 0 to 100, for models that have it.',
  }),
})
