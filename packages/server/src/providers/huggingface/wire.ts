import { z } from 'zod'

export type Task = 'text-to-image' | 'image-to-image'

/** How one service serves one model of the Hub. */
export interface Route {
  /** The service; not all are known here. */
  readonly backend: string
  /** What the service calls the model. */
  readonly providerId: string
  readonly task: string
  /** `live`, `staging` or `error`. */
  readonly status: string
  /** Where an adapter's weights lie in its repository; null for a model that stands by itself. */
  readonly adapter: { readonly weights: string | null } | null
}

// Goes into an address: no segment may lead elsewhere.
const idOfService = z.string().regex(/^[\w~][\w.~:@-]*(?:\/[\w~][\w.~:@-]*)*$/)

const entry = z.object({
  provider: z.string(),
  providerId: idOfService,
  status: z.string(),
  task: z.string(),
  adapter: z.string().nullish(),
  adapterWeightsPath: z.string().nullish(),
})

/** The routes to a model in the Hub's order. What cannot be read is left out: one strange service must not hide the others. */
export function routesOf(mapping: unknown): readonly Route[] {
  if (typeof mapping !== 'object' || mapping === null) return []
  // Until 2025 an object by service.
  const entries: readonly unknown[] = Array.isArray(mapping)
    ? mapping
    : Object.entries(mapping).map(([provider, value]: [string, unknown]) =>
        typeof value === 'object' ? { provider, ...value } : null,
      )
  return entries.flatMap((one) => {
    const { data } = entry.safeParse(one)
    if (data === undefined) return []
    const { provider: backend, providerId, task, status, adapter, adapterWeightsPath: weights = null } = data
    return [{ backend, providerId, task, status, adapter: adapter ? { weights } : null }]
  })
}

export const modelAnswer = z.object({ inferenceProviderMapping: z.unknown().optional() })
export const modelsAnswer = z.array(z.object({ id: z.string(), inferenceProviderMapping: z.unknown().optional() }))

/** The router's own list, of the models that write. */
export const textModelsAnswer = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      architecture: z
        .object({ input_modalities: z.array(z.string()), output_modalities: z.array(z.string()) })
        .nullish()
        .catch(null),
      providers: z
        .array(z.object({ status: z.string() }))
        .nullish()
        .catch(null),
    }),
  ),
})

const flags = z.array(z.boolean()).nullish().catch(null)

export const falTicket = z.object({ request_id: z.string().min(1), response_url: z.string() })
export const falStatus = z.object({
  status: z.enum(['IN_QUEUE', 'IN_PROGRESS', 'COMPLETED']),
  queue_position: z.int().nonnegative().nullish().catch(null),
})
export const falResult = z.object({
  images: z.array(z.object({ url: z.string() })).default([]),
  seed: z.int().nonnegative().nullish().catch(null),
  has_nsfw_concepts: flags,
})

export const prediction = z.object({
  id: z.string().optional(),
  status: z.enum(['starting', 'processing', 'succeeded', 'failed', 'canceled', 'aborted']).optional(),
  output: z.union([z.string(), z.array(z.string())]).nullish(),
  error: z.unknown().optional(),
})
export type Prediction = z.infer<typeof prediction>

export const wavespeedTicket = z.object({ data: z.object({ urls: z.object({ get: z.string() }) }) })
export const wavespeedResult = z.object({
  data: z.object({
    status: z.enum(['created', 'processing', 'completed', 'failed']),
    outputs: z.array(z.string()).nullish(),
    has_nsfw_contents: flags,
    error: z.string().nullish(),
  }),
})

/** What hf-inference answers where it does not answer with the picture itself. */
export const inferenceAnswer = z.looseObject({ output: z.array(z.string()).nullish() })

/** All that is needed to look at a job again, also after a crash. */
export const savedJob = z.object({
  backend: z.enum(['fal-ai', 'replicate', 'wavespeed']),
  /** Where the service keeps it. */
  path: z.string().regex(/^(?:\/[\w~][\w.~:@-]*)+$/),
  seed: z.int().nonnegative().nullable(),
  /** The longest queue before it that was seen. */
  ahead: z.int().nonnegative(),
})
export type SavedJob = z.infer<typeof savedJob>
