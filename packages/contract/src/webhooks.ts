// Other programs that are told what happens in a library. Messages and signatures: https://www.standardwebhooks.com
import { z } from 'zod'
import { Id, PlainText } from './primitives.ts'

/** What a webhook can be told of. */
export const WebhookEvent = z.enum([
  'generation.succeeded',
  'generation.failed',
  'generation.cancelled',
  'image.added',
  'share.created',
])
export type WebhookEvent = z.infer<typeof WebhookEvent>

/**
 * Why a webhook is off. `owner`: its owner wanted it. `gone`: the receiver answered 410. `failing`: nothing got through for five days.
 * `key-lost`: its secret cannot be opened any more and has to be renewed.
 */
export const WebhookOff = z.enum(['owner', 'gone', 'failing', 'key-lost'])
export type WebhookOff = z.infer<typeof WebhookOff>

/** Its secret is told on creation and on renewal only. */
export const Webhook = z.object({
  id: Id,
  name: z.string(),
  url: z.string(),
  events: z.array(WebhookEvent),
  enabled: z.boolean(),
  /** Null while it is on. */
  off: z.object({ reason: WebhookOff, at: z.iso.datetime() }).nullable(),
  /** Since then every attempt has failed; null: the last one got through, or there was none. */
  failingSince: z.iso.datetime().nullable(),
  /** Until then messages are signed with the secret from before its renewal too; null: only with the one it has. */
  oldSecretUntil: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
})
export type Webhook = z.infer<typeof Webhook>

/** A webhook with the secret that its messages are signed with, `whsec_` and base64. */
export const NewWebhook = Webhook.extend({ secret: z.string() })
export type NewWebhook = z.infer<typeof NewWebhook>

export const WebhookCreate = z.strictObject({
  name: PlainText(100).refine((name) => name.trim().length > 0, 'must not be empty'),
  /** http or https, without credentials. */
  url: z
    .url({ protocol: /^https?$/, error: 'must be a whole address with http or https' })
    .max(2000)
    .refine((url) => url.isWellFormed() && !url.includes('\u0000'), 'must be well-formed Unicode')
    .refine((url) => !/^[a-z]+:\/\/[^/?#\\]*@/i.test(url), 'must not hold a user name or password'),
  events: z.array(WebhookEvent).min(1).max(20),
  /** Absent: it is on. */
  enabled: z.boolean().optional(),
})
export type WebhookCreate = z.infer<typeof WebhookCreate>

/** What is absent stays as it is. */
export const WebhookChange = WebhookCreate.partial()
export type WebhookChange = z.infer<typeof WebhookChange>

/** `dropped`: there was nothing left to tell, or the webhook was switched off first. */
export const DeliveryState = z.enum(['waiting', 'delivered', 'failed', 'dropped'])
export type DeliveryState = z.infer<typeof DeliveryState>

/** One message and what became of it. Its id is the `webhook-id` of every attempt. */
export const WebhookDelivery = z.object({
  id: Id,
  webhookId: Id,
  type: z.union([WebhookEvent, z.literal('webhook.test')]),
  /** The generation, picture or link that it tells of; null of a test. */
  subjectId: Id.nullable(),
  state: DeliveryState,
  /** Made so far, the one that is under way included. */
  attempts: z.int(),
  /** HTTP status of the last answer; null: there was none. */
  status: z.int().nullable(),
  /** What went wrong, in words; null: nothing. */
  message: z.string().nullable(),
  /** Milliseconds that the last attempt took. */
  durationMs: z.int().nullable(),
  attemptedAt: z.iso.datetime().nullable(),
  /** When it is tried next; null where that is over, and while it is being tried. */
  nextAttemptAt: z.iso.datetime().nullable(),
  /** When what it tells of happened. */
  happenedAt: z.iso.datetime(),
})
export type WebhookDelivery = z.infer<typeof WebhookDelivery>

/** The body of a message. `data` is a generation, a picture or a link as the API gives it; of a test, the webhook. */
export const WebhookMessage = z.object({
  type: WebhookDelivery.shape.type,
  timestamp: z.iso.datetime(),
  data: z.record(z.string(), z.unknown()),
})
export type WebhookMessage = z.infer<typeof WebhookMessage>
