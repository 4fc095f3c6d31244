import { expect } from 'vitest'
import { newId } from '#base/ids.ts'
import { absent, invalid, noId, type Scenarios, type World } from './scenario.ts'

type Name =
  | 'listWebhooks'
  | 'createWebhook'
  | 'getWebhook'
  | 'updateWebhook'
  | 'deleteWebhook'
  | 'renewWebhookSecret'
  | 'testWebhook'
  | 'listWebhookDeliveries'
  | 'resendWebhookDelivery'

const hook = { name: 'Hook', url: 'http://127.0.0.1:9/hook', events: ['image.added' as const] }
const nobody = { status: 404, code: 'not-found' } as const

/** One webhook and no more, so that there is always room for another. */
async function webhook({ server }: World, of = server.pipeline.userId): Promise<string> {
  for (const { id } of await server.webhooks.list(of)) await server.webhooks.remove(of, id)
  return (await server.webhooks.create(of, hook)).id
}

async function delivery(world: World, of = world.server.pipeline.userId): Promise<string> {
  const id = newId()
  const row = { id, webhook_id: await webhook(world, of), user_id: of, type: 'image.added', subject_id: newId() }
  await world.server.pipeline.db
    .insertInto('webhook_deliveries')
    .values({ ...row, happened_at: new Date(), state: 'failed', message: 'It answered 500' })
    .execute()
  return id
}

const theirs = (more: object = {}) => ({
  name: 'somebody else’s',
  request: async (world: World) => ({ params: { id: await webhook(world, world.theirs.userId) }, ...more }),
  ...nobody,
})

const wrong = (name: string, change: object, field: string) => ({
  name,
  request: async (world: World) => {
    await webhook(world)
    return { body: { ...hook, ...change } }
  },
  ...invalid,
  fields: [field],
})

const secret = expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/)

export const webhookScenarios: Scenarios<Name> = {
  listWebhooks: [
    {
      name: 'success',
      request: async (world) => {
        await webhook(world)
        return {}
      },
      status: 200,
      shape: { data: [{ name: 'Hook', enabled: true, off: null, failingSince: null, oldSecretUntil: null }] },
    },
  ],
  createWebhook: [
    {
      name: 'success',
      request: async (world) => {
        await webhook(world)
        return { body: { ...hook, name: 'Füchse 🦊', events: ['share.created', 'generation.failed'] } }
      },
      status: 201,
      shape: { data: { name: 'Füchse 🦊', events: ['share.created', 'generation.failed'], enabled: true, secret } },
    },
    {
      name: 'one that is off',
      request: async (world) => {
        await webhook(world)
        return { body: { ...hook, enabled: false } }
      },
      status: 201,
      shape: { data: { enabled: false, off: { reason: 'owner' } } },
    },
    {
      name: 'one too many',
      request: async (world) => {
        await webhook(world)
        for (let i = 0; i < 19; i++) await world.server.webhooks.create(world.server.pipeline.userId, hook)
        return { body: hook }
      },
      status: 403,
      code: 'quota-exceeded',
    },
    wrong('no name', { name: ' ' }, 'body.name'),
    wrong('a huge name', { name: 'x'.repeat(101) }, 'body.name'),
    wrong('NUL', { name: 'a\u0000' }, 'body.name'),
    wrong('another scheme', { url: 'javascript:alert(1)' }, 'body.url'),
    wrong('a path', { url: '../hook' }, 'body.url'),
    wrong('credentials', { url: 'https://user:password@hook.example/' }, 'body.url'),
    wrong('a huge address', { url: `https://hook.example/${'x'.repeat(2000)}` }, 'body.url'),
    wrong('nothing to tell', { events: [] }, 'body.events'),
    wrong('an event that there is not', { events: ['image.exploded'] }, 'body.events.0'),
  ],
  getWebhook: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await webhook(world) } }),
      status: 200,
      shape: { data: { name: 'Hook', url: hook.url } },
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    theirs(),
  ],
  updateWebhook: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await webhook(world) }, body: { name: 'Other', enabled: false } }),
      status: 200,
      shape: { data: { name: 'Other', url: hook.url, enabled: false, off: { reason: 'owner' } } },
    },
    {
      name: 'a field that is not valid',
      request: async (world) => ({ params: { id: await webhook(world) }, body: { url: 'ftp://hook.example' } }),
      ...invalid,
      fields: ['body.url'],
    },
    { name: 'absent', request: async () => ({ params: { id: newId() }, body: {} }), ...nobody },
    theirs({ body: { name: 'Mine' } }),
  ],
  deleteWebhook: [
    { name: 'success', request: async (world) => ({ params: { id: await webhook(world) } }), status: 204 },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    theirs(),
  ],
  renewWebhookSecret: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await webhook(world) } }),
      status: 200,
      shape: { data: { name: 'Hook', secret, oldSecretUntil: expect.any(String) } },
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    theirs(),
  ],
  testWebhook: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await webhook(world) } }),
      status: 202,
      shape: { data: { type: 'webhook.test', state: 'waiting', attempts: 0, subjectId: null } },
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    theirs(),
  ],
  listWebhookDeliveries: [
    {
      name: 'success',
      request: async (world) => {
        await delivery(world)
        const [one] = await world.server.webhooks.list(world.server.pipeline.userId)
        return { params: { id: one?.id ?? '' }, query: 'limit=1' }
      },
      status: 200,
      shape: { data: [{ type: 'image.added', state: 'failed', message: 'It answered 500' }], nextCursor: null },
    },
    {
      name: 'a cursor of somebody’s own',
      request: async (world) => ({ params: { id: await webhook(world) }, query: 'cursor=x' }),
      ...invalid,
      fields: ['query.cursor'],
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    theirs(),
  ],
  resendWebhookDelivery: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await delivery(world) } }),
      status: 202,
      shape: { data: { type: 'image.added', state: 'waiting' } },
    },
    {
      name: 'of a webhook that is off',
      request: async (world) => {
        const id = await delivery(world)
        const { userId } = world.server.pipeline
        const [one] = await world.server.webhooks.list(userId)
        await world.server.webhooks.update(userId, one?.id ?? '', { enabled: false })
        return { params: { id } }
      },
      status: 409,
      code: 'conflict',
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    {
      name: 'somebody else’s',
      request: async (world) => ({ params: { id: await delivery(world, world.theirs.userId) } }),
      ...nobody,
    },
  ],
}
