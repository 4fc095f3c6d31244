import { z } from 'zod'
import { Cursor, Id, Page } from './primitives.ts'
import type { Route } from './route.ts'
import { NewWebhook, Webhook, WebhookChange, WebhookCreate, WebhookDelivery } from './webhooks.ts'

const byId = z.object({ id: Id })
const data = <T extends z.ZodType>(item: T) => z.object({ data: item })
const limit = z.coerce.number().int().min(1).max(200).default(50)

export const webhookRoutes = {
  listWebhooks: {
    method: 'GET',
    path: '/api/webhooks',
    summary: "The caller's webhooks, in the order in which they were made.",
    access: 'read',
    guests: 'refused',
    status: 200,
    response: data(z.array(Webhook)),
  },
  createWebhook: {
    method: 'POST',
    path: '/api/webhooks',
    summary: 'Have another program told what happens. The secret is in this answer and in no other.',
    access: 'write',
    guests: 'refused',
    body: WebhookCreate,
    status: 201,
    response: data(NewWebhook),
  },
  getWebhook: {
    method: 'GET',
    path: '/api/webhooks/:id',
    summary: 'One webhook.',
    access: 'read',
    guests: 'refused',
    params: byId,
    status: 200,
    response: data(Webhook),
  },
  updateWebhook: {
    method: 'PATCH',
    path: '/api/webhooks/:id',
    summary: 'Change a webhook, or switch it on or off. What happened while it was off is not told later.',
    access: 'write',
    guests: 'refused',
    params: byId,
    body: WebhookChange,
    status: 200,
    response: data(Webhook),
  },
  deleteWebhook: {
    method: 'DELETE',
    path: '/api/webhooks/:id',
    summary: 'Remove a webhook and its log.',
    access: 'write',
    guests: 'refused',
    params: byId,
    status: 204,
  },
  renewWebhookSecret: {
    method: 'POST',
    path: '/api/webhooks/:id/secret',
    summary: 'Give a webhook another secret, told in this answer only. The old one signs along for a day.',
    access: 'write',
    guests: 'refused',
    params: byId,
    status: 200,
    response: data(NewWebhook),
  },
  testWebhook: {
    method: 'POST',
    path: '/api/webhooks/:id/test',
    summary: 'Send a message of type `webhook.test`. What becomes of it is in the log.',
    access: 'write',
    guests: 'refused',
    params: byId,
    status: 202,
    response: data(WebhookDelivery),
  },
  listWebhookDeliveries: {
    method: 'GET',
    path: '/api/webhooks/:id/deliveries',
    summary: 'What a webhook was told in the last 30 days, newest first.',
    access: 'read',
    guests: 'refused',
    params: byId,
    query: z.object({ limit, cursor: Cursor.optional() }),
    status: 200,
    response: Page(WebhookDelivery),
  },
  resendWebhookDelivery: {
    method: 'POST',
    path: '/api/webhooks/deliveries/:id/resend',
    summary: 'Send a message again, with the same id.',
    access: 'write',
    guests: 'refused',
    params: byId,
    status: 202,
    response: data(WebhookDelivery),
  },
} as const satisfies Record<string, Route>
