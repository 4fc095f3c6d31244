import { WebhookCreate, type Webhook, type WebhookDelivery } from '@easel/contract'
import { describe, expect, it } from 'vitest'
import {
  deliveryFacts,
  deliveryName,
  deliveryState,
  newWebhookValues,
  webhookBody,
  webhookFacts,
  webhookState,
} from './webhook-words.ts'

const id = '0198a000-0000-7000-8000-000000000001'
const at = '2026-11-20T12:00:00.000Z'
const words = (time: number) => new Date(time).toISOString().slice(0, 10)
const webhook: Webhook = {
  id,
  name: 'Bot',
  url: 'https://bot.example/hook',
  events: ['image.added', 'generation.failed'],
  enabled: true,
  off: null,
  failingSince: null,
  oldSecretUntil: null,
  createdAt: at,
}
const delivery: WebhookDelivery = {
  id,
  webhookId: id,
  type: 'image.added',
  subjectId: id,
  state: 'delivered',
  attempts: 1,
  status: 204,
  message: null,
  durationMs: 120,
  attemptedAt: at,
  nextAttemptAt: null,
  happenedAt: at,
}

describe('a webhook', () => {
  it('is made of what was typed', () => {
    const body = webhookBody({ ...newWebhookValues, name: ' Bot ', url: ' https://bot.example/hook ' })
    expect(body).toMatchObject({ name: 'Bot', url: 'https://bot.example/hook' })
    expect(WebhookCreate.safeParse(body).success).toBe(true)
  })

  it('says where it leads, what it is told and how it is', () => {
    expect(webhookFacts(webhook, words).filter(Boolean)).toEqual([
      'https://bot.example/hook',
      'Picture added, Generation failed',
    ])
    expect(webhookState(webhook)).toBeNull()
    const failing = { ...webhook, failingSince: at, oldSecretUntil: at }
    expect(webhookState(failing)).toBe('Failing')
    expect(webhookFacts(failing, words)).toContain('nothing got through since 2026-11-20')
    expect(webhookFacts(failing, words)).toContain('the old secret counts until 2026-11-20')
    for (const reason of ['owner', 'gone', 'failing', 'key-lost'] as const) {
      expect(webhookState({ ...webhook, enabled: false, off: { reason, at } })).toMatch(/^Off/)
    }
  })
})

describe('a delivery', () => {
  it('says what became of it', () => {
    expect(deliveryName(delivery)).toBe('Picture added')
    expect(deliveryState(delivery)).toBe('Delivered')
    expect(deliveryFacts(delivery, words).filter(Boolean)).toEqual([
      '2026-11-20',
      '1 attempt',
      'answered 204',
      'in 0.1 s',
    ])
  })

  it('says what went wrong and when it is tried again', () => {
    const failed = {
      ...delivery,
      state: 'waiting',
      attempts: 2,
      status: 500,
      message: 'It answered 500',
      nextAttemptAt: at,
    } as const
    expect(deliveryState(failed)).toBe('Trying again')
    expect(deliveryFacts(failed, words).filter(Boolean)).toEqual([
      '2026-11-20',
      '2 attempts',
      'It answered 500',
      'next attempt 2026-11-20',
    ])
    expect(deliveryState({ ...failed, nextAttemptAt: null })).toBe('Being sent')
    const waiting = { ...failed, attempts: 0, status: null, message: null, durationMs: null } as const
    expect(deliveryState(waiting)).toBe('Waiting')
    expect(deliveryFacts(waiting, words).filter(Boolean)).toEqual(['2026-11-20'])
    expect(deliveryName({ ...delivery, type: 'webhook.test' })).toBe('Test')
  })
})
