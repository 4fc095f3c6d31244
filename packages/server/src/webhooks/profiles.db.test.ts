// Webhooks as their owners have them: what is kept, shown and refused.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { WebhookCreate } from '@easel/contract'
import { newId } from '#base/ids.ts'
import { eventually, added, finished, openHookWorld, type HookWorld } from './testing/open.ts'
import { isSignedWith, startReceiver, type Receiver } from './testing/receiver.ts'

let world: HookWorld
let receiver: Receiver
beforeAll(async () => {
  world = await openHookWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(async () => {
  await world.db.deleteFrom('webhooks').execute()
  await receiver.close()
})

const hook: WebhookCreate = { name: 'Hook', url: 'https://hook.example/a', events: ['image.added'] }
const missing = { code: 'not-found' }

async function refusedAll(calls: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(calls)) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: missing })
  }
}

describe('a webhook', () => {
  it('WH1: is its owner’s; to everybody else it is not there', async () => {
    const { webhooks, userId } = world
    const { id } = await webhooks.create(userId, hook)
    const other = await world.addUser()
    expect(await webhooks.list(other)).toEqual([])
    await refusedAll([
      webhooks.get(other, id),
      webhooks.update(other, id, { name: 'Mine' }),
      webhooks.remove(other, id),
      webhooks.renewSecret(other, id),
      webhooks.test(other, id),
      webhooks.deliveries(other, id, { limit: 10 }),
    ])
    const { id: delivery } = await webhooks.test(userId, id)
    await expect(webhooks.resend(other, delivery)).rejects.toMatchObject(missing)
    expect(await webhooks.get(userId, id)).toMatchObject({ name: 'Hook', enabled: true, off: null })
  })

  it('WH1: there are twenty at most, however many are made at once', async () => {
    const made = await Promise.allSettled(Array.from({ length: 25 }, () => world.webhooks.create(world.userId, hook)))
    const refused = made.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(refused).toHaveLength(5)
    for (const reason of refused) expect(reason).toMatchObject({ code: 'quota-exceeded' })
    expect(await world.webhooks.list(world.userId)).toHaveLength(20)
  })

  it('WH2: keeps what it is told of, each once', async () => {
    const { webhooks, userId } = world
    const { id } = await webhooks.create(userId, { ...hook, events: ['image.added', 'image.added'] })
    expect((await webhooks.get(userId, id)).events).toEqual(['image.added'])
    const changed = await webhooks.update(userId, id, { name: ' Füchse 🦊 ', events: ['share.created'] })
    expect(changed).toMatchObject({ name: 'Füchse 🦊', url: hook.url, events: ['share.created'] })
    expect(await webhooks.update(userId, id, {})).toEqual(changed)
  })

  it('WH2: is told nothing of what happened before it was made, or while it was off', async () => {
    const before = added()
    await world.happen([before])
    const { id } = await world.add(receiver.url)
    await world.webhooks.update(world.userId, id, { enabled: false })
    const meanwhile = added()
    await world.happen([meanwhile])
    await world.webhooks.note()
    expect(await world.webhooks.update(world.userId, id, { enabled: true })).toMatchObject({ enabled: true, off: null })
    const after = added()
    await world.happen([after])
    await eventually(() => expect(receiver.received).toHaveLength(1))
    expect(receiver.received[0]?.message.data['id']).toBe('imageId' in after ? after.imageId : null)
  })

  it('WH4: removing it ends it and takes its log along; so does removing its owner', async () => {
    const { webhooks, db } = world
    const someone = await world.addUser()
    const [first, second] = [await world.add(receiver.url, {}, someone), await world.add(receiver.url, {}, someone)]
    await world.happen([added()], someone)
    await eventually(() => expect(receiver.received).toHaveLength(2))
    await webhooks.remove(someone, first.id)
    await expect(webhooks.deliveries(someone, first.id, { limit: 10 })).rejects.toMatchObject(missing)
    const left = () => db.selectFrom('webhook_deliveries').select('webhook_id').where('user_id', '=', someone).execute()
    expect(await left()).toEqual([{ webhook_id: second.id }])
    await world.happen([added()], someone)
    await eventually(() => expect(receiver.received).toHaveLength(3))
    await db.deleteFrom('users').where('id', '=', someone).execute()
    expect(await left()).toEqual([])
  })
})

describe('its secret', () => {
  it('WH5: is told when it is made and renewed, and nowhere else', async () => {
    const { webhooks, userId, db } = world
    const made = await webhooks.create(userId, hook)
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const renewed = await webhooks.renewSecret(userId, made.id)
    expect(renewed.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(renewed.secret).not.toBe(made.secret)
    const row = await db.selectFrom('webhooks').selectAll().where('id', '=', made.id).executeTakeFirstOrThrow()
    expect(row.secret).toMatch(/^v1\./)
    const seen = JSON.stringify([await webhooks.list(userId), await webhooks.get(userId, made.id), row, world.lines])
    for (const { secret } of [made, renewed]) {
      expect(seen).not.toContain(secret)
      expect(seen).not.toContain(secret.slice(6))
    }
  })

  it('WH6: the old one signs along for a day', async () => {
    const { webhooks, userId, db } = world
    const made = await world.add(receiver.url)
    const renewed = await webhooks.renewSecret(userId, made.id)
    expect(renewed.oldSecretUntil).not.toBeNull()
    await world.happen([finished()])
    await eventually(() => expect(receiver.received).toHaveLength(1))
    const [first] = receiver.received
    expect(first && isSignedWith(first.request, renewed.secret)).toBe(true)
    expect(first && isSignedWith(first.request, made.secret)).toBe(true)
    await db
      .updateTable('webhooks')
      .set({ old_secret_until: new Date(Date.now() - 1) })
      .execute()
    await world.happen([finished()])
    await eventually(() => expect(receiver.received).toHaveLength(2))
    const second = receiver.received[1]
    expect(second && isSignedWith(second.request, renewed.secret)).toBe(true)
    expect(second && isSignedWith(second.request, made.secret)).toBe(false)
    expect((await webhooks.get(userId, made.id)).oldSecretUntil).toBeNull()
  })

  it('WH7: one that is lost keeps the webhook off until it is renewed', async () => {
    const { webhooks, userId, db } = world
    const { id } = await world.add(receiver.url)
    await db.updateTable('webhooks').set({ secret: null, off_at: new Date(), off_reason: 'key-lost' }).execute()
    await expect(webhooks.update(userId, id, { enabled: true })).rejects.toMatchObject({ code: 'conflict' })
    expect(await webhooks.get(userId, id)).toMatchObject({ enabled: false, off: { reason: 'key-lost' } })
    const { secret, enabled } = await webhooks.renewSecret(userId, id)
    expect(enabled).toBe(true)
    await world.happen([added()])
    await eventually(() => expect(receiver.received).toHaveLength(1))
    expect(receiver.received[0] && isSignedWith(receiver.received[0].request, secret)).toBe(true)
  })
})

it('WH1: a webhook that nobody has is missing, whatever is asked of it', async () => {
  const { webhooks, userId } = world
  await refusedAll([
    webhooks.get(userId, newId()),
    webhooks.update(userId, newId(), { enabled: false }),
    webhooks.remove(userId, newId()),
    webhooks.renewSecret(userId, newId()),
    webhooks.test(userId, newId()),
    webhooks.resend(userId, newId()),
  ])
})
