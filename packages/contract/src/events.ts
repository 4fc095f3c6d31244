import { z } from 'zod'
import { GenerationState } from './generations.ts'
import { Id } from './primitives.ts'

/**
 * What reaches an open page. Everything but `generation.progress` stands in the log and carries its sequence number as the
 * SSE event id, so that a page which was away is told what it missed (`Last-Event-ID`). Progress is told only to pages that
 * are there; the generation itself holds the newest.
 */
export const EaselEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('generation.queued'), generationId: Id }),
  z.object({ type: z.literal('generation.running'), generationId: Id }),
  z.object({
    type: z.literal('generation.progress'),
    generationId: Id,
    completed: z.number(),
    total: z.number(),
    /** Path of a preview picture, when there is a newer one. */
    previewUrl: z.string().nullable(),
  }),
  z.object({
    type: z.literal('generation.finished'),
    generationId: Id,
    state: GenerationState.extract(['succeeded', 'failed', 'cancelled']),
  }),
  z.object({ type: z.literal('image.added'), imageId: Id, generationId: Id.nullable() }),
  /** Its thumbnail, tags or words changed, or its file was found damaged. */
  z.object({ type: z.literal('image.changed'), imageId: Id }),
  z.object({ type: z.literal('image.deleted'), imageId: Id }),
  z.object({ type: z.literal('image.restored'), imageId: Id }),
  /** Many pictures changed at once, or what they are kept in: load the lists of this anew. */
  z.object({
    type: z.literal('library.changed'),
    /** `people`: an album that others here see too, or who may see it. */
    what: z.enum(['images', 'tags', 'albums', 'searches', 'prompts', 'shares', 'people']),
  }),
  z.object({ type: z.literal('bulk.changed'), bulkId: Id }),
  z.object({ type: z.literal('connections.changed') }),
  /** Somebody made a link to a picture, an album or a selection. */
  z.object({ type: z.literal('share.created'), shareId: Id }),
  /** The log no longer reaches back to where this page was: load everything anew. */
  z.object({ type: z.literal('reset') }),
])
export type EaselEvent = z.infer<typeof EaselEvent>
export type EaselEventType = EaselEvent['type']
