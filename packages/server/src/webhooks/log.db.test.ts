// The log of deliveries, tests, and sending again.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sql } from 'kysely'
import { added, eventually, openHookWorld, type HookWorld } from './testing/open.ts'
import { isSignedWith, startReceiver, type Receiver } from './testing/receiver.ts'

let world: HookWorld
let receiver: Receiver
beforeAll(async () => {
  // Pauses are so long that nothing is tried again by itself, however busy the machine is.
  world = await openHookWorld({ random: () => 5000 })
})
afterAll(() => world.close())
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(async () => {
  await world.db.deleteFrom('webhooks').execute()
  await receiver.close()
})

const came = (count: number) => eventually(() => expect(receiver.received).toHaveLength(count))

describe('the log', () => {
  it('WH18: shows every delivery, newest first, a page at a time', async () => {
    const { webhooks, userId } = world
    const { id } = await world.add(receiver.url)
    for (let i = 0; i < 5; i++) await world.happen([added()])
    await came(5)
    await world.settled()
    const whole = await world.log(id)
    expect(whole).toHaveLength(5)
    for (const one of whole) {
      expect(one).toMatchObject({ webhookId: id, type: 'image.added', state: 'delivered', attempts: 1, status: 204 })
      expect(one).toMatchObject({ message: null, nextAttemptAt: null })
    }
    const times = whole.map(({ happenedAt }) => happenedAt)
    expect(times).toEqual(times.toSorted().toReversed())
    const first = await webhooks.deliveries(userId, id, { limit: 3 })
    const second = await webhooks.deliveries(userId, id, { limit: 3, cursor: first.nextCursor ?? '' })
    expect([...first.data, ...second.data]).toEqual(whole)
    expect(second.nextCursor).toBeNull()
    await expect(webhooks.deliveries(userId, id, { limit: 3, cursor: 'x' })).rejects.toMatchObject({
      fields: [{ field: 'query.cursor' }],
    })
  })

  it('WH18: forgets what is older than it may be', async () => {
    const { id } = await world.add(receiver.url)
    await world.happen([added(), added()])
    await came(2)
    await world.settled()
    const [newest] = await world.log(id)
    await world.db
      .updateTable('webhook_deliveries')
      .set({ happened_at: sql<Date>`happened_at - interval '31 days'` })
      .where('id', '!=', newest?.id ?? '')
      .execute()
    await world.webhooks.prune(new Date(Date.now() - 30 * 86_400_000))
    expect(await world.log(id)).toEqual([newest])
  })
})

describe('sending again', () => {
  it('WH19: sends the same message, with the same id', async () => {
    const { webhooks, userId } = world
    const { id, secret } = await world.add(receiver.url)
    await world.happen([added()])
    await came(1)
    await world.settled()
    const [delivery] = await world.log(id)
    const again = await webhooks.resend(userId, delivery?.id ?? '')
    expect(again).toMatchObject({ id: delivery?.id, type: 'image.added' })
    await came(2)
    expect(receiver.received[1]?.id).toBe(receiver.received[0]?.id)
    expect(receiver.received[1]?.message).toEqual(receiver.received[0]?.message)
    expect(receiver.received[1] && isSignedWith(receiver.received[1].request, secret)).toBe(true)
  })

  it('WH19: one that waits for its time goes at once, one that had failed begins anew', async () => {
    const { webhooks, userId } = world
    receiver.onMessage((reply) => reply.send(500, ''))
    const { id } = await world.add(receiver.url)
    await world.happen([added()])
    await came(1)
    await world.settled()
    const [delivery] = await world.log(id)
    await webhooks.resend(userId, delivery?.id ?? '')
    await came(2)
    await world.settled()
    expect(await world.log(id)).toMatchObject([{ state: 'waiting', attempts: 2 }])
    await world.db.updateTable('webhook_deliveries').set({ state: 'failed', attempts: 8 }).execute()
    await webhooks.resend(userId, delivery?.id ?? '')
    await came(3)
    await world.settled()
    expect(await world.log(id)).toMatchObject([{ state: 'waiting', attempts: 1 }])
  })

  it('WH19: one that is on its way is left alone, and of a webhook that is off nothing is sent', async () => {
    const { webhooks, userId } = world
    receiver.onMessage(() => {})
    const { id } = await world.add(receiver.url)
    await world.happen([added()])
    await came(1)
    const [delivery] = await world.log(id)
    expect(delivery).toMatchObject({ state: 'waiting', attempts: 1, nextAttemptAt: null })
    for (let i = 0; i < 5; i++) await webhooks.resend(userId, delivery?.id ?? '')
    await world.pass(0)
    expect(receiver.received).toHaveLength(1)
    await webhooks.update(userId, id, { enabled: false })
    await expect(webhooks.resend(userId, delivery?.id ?? '')).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('a test', () => {
  it('WH20: tells of the webhook itself, once, also where it is off', async () => {
    const { webhooks, userId } = world
    const { id, secret } = await world.add(receiver.url, { enabled: false })
    expect(await webhooks.test(userId, id)).toMatchObject({ type: 'webhook.test', state: 'waiting', subjectId: null })
    await came(1)
    const [one] = receiver.received
    expect(one).toMatchObject({ type: 'webhook.test', message: { data: { id, enabled: false, url: receiver.url } } })
    expect(one && isSignedWith(one.request, secret)).toBe(true)
    expect(one?.request.body.toString()).not.toContain(secret)
    await eventually(async () => expect(await world.log(id)).toMatchObject([{ state: 'delivered', attempts: 1 }]))
  })

  it('WH20: is not tried again and counts for nothing but 410', async () => {
    const { webhooks, userId } = world
    receiver.onMessage((reply) => reply.send(500, ''))
    const { id } = await world.add(receiver.url)
    await webhooks.test(userId, id)
    await eventually(async () => expect(await world.log(id)).toMatchObject([{ state: 'failed', status: 500 }]))
    expect(await webhooks.get(userId, id)).toMatchObject({ failingSince: null, enabled: true })
    receiver.onMessage((reply) => reply.send(410, ''))
    await webhooks.test(userId, id)
    await eventually(async () => expect(await webhooks.get(userId, id)).toMatchObject({ off: { reason: 'gone' } }))
  })

  it('WH20: a second one waits for the first', async () => {
    const { webhooks, userId } = world
    receiver.onMessage(() => {})
    const { id } = await world.add(receiver.url)
    const tries = await Promise.allSettled(Array.from({ length: 5 }, () => webhooks.test(userId, id)))
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await expect(webhooks.test(userId, id)).rejects.toMatchObject({ code: 'conflict' })
  })
})
