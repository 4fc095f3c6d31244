import type { Webhook, WebhookCreate, WebhookDelivery, WebhookEvent, WebhookOff } from '@easel/contract'
import { count, duration } from '#parts/format.ts'

export const eventWords: Readonly<Record<WebhookEvent, { readonly label: string; readonly help: string }>> = {
  'generation.succeeded': { label: 'Generation finished', help: 'With all of its pictures.' },
  'generation.failed': { label: 'Generation failed', help: 'With the reason.' },
  'generation.cancelled': { label: 'Generation cancelled', help: 'By you, or by another program of yours.' },
  'image.added': { label: 'Picture added', help: 'Made, uploaded or imported: each picture by itself.' },
  'share.created': { label: 'Link made', help: 'To a picture, an album or a selection.' },
}

export interface WebhookValues {
  readonly name: string
  readonly url: string
  readonly events: readonly WebhookEvent[]
}

export const newWebhookValues: WebhookValues = {
  name: '',
  url: '',
  events: ['generation.succeeded', 'generation.failed'],
}

export const webhookBody = ({ name, url, events }: WebhookValues): WebhookCreate => ({
  name: name.trim(),
  url: url.trim(),
  events: [...events],
})

const offWords: Readonly<Record<WebhookOff, string>> = {
  owner: 'Off',
  gone: 'Off: the receiver says that it is gone',
  failing: 'Off: nothing got through for five days',
  'key-lost': 'Off: its secret is lost and has to be renewed',
}

/** How it is, where that is worth a word. */
export function webhookState({ off, failingSince }: Webhook): string | null {
  if (off !== null) return offWords[off.reason]
  return failingSince === null ? null : 'Failing'
}

/** @param words writes a time in milliseconds */
export function webhookFacts(webhook: Webhook, words: (time: number) => string): readonly string[] {
  const { url, events, off, failingSince, oldSecretUntil } = webhook
  const failing =
    off === null && failingSince !== null ? `nothing got through since ${words(Date.parse(failingSince))}` : ''
  const old = oldSecretUntil === null ? '' : `the old secret counts until ${words(Date.parse(oldSecretUntil))}`
  return [url, events.map((event) => eventWords[event].label).join(', '), failing, old]
}

const deliveryStates: Readonly<Record<WebhookDelivery['state'], string>> = {
  waiting: 'Waiting',
  delivered: 'Delivered',
  failed: 'Failed',
  dropped: 'Not sent',
}

export const deliveryName = ({ type }: WebhookDelivery): string =>
  type === 'webhook.test' ? 'Test' : eventWords[type].label

export function deliveryState({ state, attempts, nextAttemptAt }: WebhookDelivery): string {
  if (state === 'waiting' && nextAttemptAt === null) return 'Being sent'
  return state === 'waiting' && attempts > 0 ? 'Trying again' : deliveryStates[state]
}

/** @param words writes a time in milliseconds */
export function deliveryFacts(delivery: WebhookDelivery, words: (time: number) => string): readonly string[] {
  const { happenedAt, attempts, message, durationMs, nextAttemptAt, status } = delivery
  const next = nextAttemptAt === null || attempts === 0 ? '' : `next attempt ${words(Date.parse(nextAttemptAt))}`
  return [
    words(Date.parse(happenedAt)),
    attempts === 0 ? '' : count(attempts, 'attempt', 'attempts'),
    status === null || message !== null ? '' : `answered ${status}`,
    durationMs === null || message !== null ? '' : `in ${duration(durationMs)}`,
    message ?? '',
    next,
  ]
}
