import { z } from 'zod'

/** What every call of a generation is made of, once the model's capabilities were applied. Kept in the generation's row. */
export const Fitted = z.object({
  negativePrompt: z.string().exactOptional(),
  width: z.int().exactOptional(),
  height: z.int().exactOptional(),
  aspectRatio: z.string().exactOptional(),
  /** As asked for or drawn by lot, 0 … 2⁵³−1; null where the model takes none. */
  seed: z.number().nullable(),
  /** Largest seed of the engine; what is sent is the seed modulo one more than this. */
  seedMax: z.number().nullable(),
  steps: z.number().exactOptional(),
  guidance: z.number().exactOptional(),
  strength: z.number().exactOptional(),
  quality: z.string().exactOptional(),
  style: z.string().exactOptional(),
  background: z.string().exactOptional(),
  outputFormat: z.string().exactOptional(),
  sampler: z.string().exactOptional(),
  sources: z.array(z.uuid()),
  mask: z.uuid().exactOptional(),
  /** The picture that is made again or varied. No engine hears of it. */
  parent: z.uuid().exactOptional(),
  options: z.record(z.string(), z.unknown()),
})
export type Fitted = z.infer<typeof Fitted>
