import { routes } from '@easel/contract'
import type { FastifyInstance } from 'fastify'
import type { Caller } from '#auth/caller.ts'
import { EaselError } from '#base/errors.ts'
import type { Webhooks } from '#webhooks/webhooks.ts'
import { serve } from '../serve.ts'

interface Ports {
  readonly webhooks: Webhooks
}

/** What a webhook tells is for those who may read: a key that may only write must not have it sent to itself. */
function checkReading({ scopes }: Caller): void {
  if (!scopes.has('read')) throw new EaselError('forbidden', 'This API key does not have the scope "read".')
}

export function registerWebhooks(app: FastifyInstance, { webhooks }: Ports): void {
  serve(app, routes.listWebhooks, async ({ caller }) => ({ data: await webhooks.list(caller.userId) }))
  serve(app, routes.createWebhook, async ({ caller, body, reply }) => {
    checkReading(caller)
    reply.header('cache-control', 'no-store')
    return { data: await webhooks.create(caller.userId, body) }
  })
  serve(app, routes.getWebhook, async ({ caller, params }) => ({ data: await webhooks.get(caller.userId, params.id) }))
  serve(app, routes.updateWebhook, async ({ caller, params, body }) => {
    checkReading(caller)
    return { data: await webhooks.update(caller.userId, params.id, body) }
  })
  serve(app, routes.deleteWebhook, ({ caller, params }) =>
    webhooks.remove(caller.userId, params.id).then(() => undefined),
  )
  serve(app, routes.renewWebhookSecret, async ({ caller, params, reply }) => {
    checkReading(caller)
    reply.header('cache-control', 'no-store')
    return { data: await webhooks.renewSecret(caller.userId, params.id) }
  })
  serve(app, routes.testWebhook, async ({ caller, params }) => ({
    data: await webhooks.test(caller.userId, params.id),
  }))
  serve(app, routes.listWebhookDeliveries, ({ caller, params, query }) =>
    webhooks.deliveries(caller.userId, params.id, query),
  )
  serve(app, routes.resendWebhookDelivery, async ({ caller, params }) => ({
    data: await webhooks.resend(caller.userId, params.id),
  }))
}
