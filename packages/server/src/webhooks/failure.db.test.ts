// Receivers that are slow, dead or lie.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sql } from 'kysely'
import { added, eventually, openHookWorld, type HookWorld } from './testing/open.ts'
import { startReceiver, type Receiver } from './testing/receiver.ts'

/** With it pauses are a thousand and one times as long. */
const patience = 5000
const longer = 1001

let world: HookWorld
let receiver: Receiver
beforeAll(async () => {
  // Pauses are so long that nothing is tried again by itself, however busy the machine is.
  world = await openHookWorld({ random: () => patience })
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

/** One delivery after its first attempt. */
async function attempted(url = receiver.url) {
  const webhook = await world.add(url, { events: ['image.added'] })
  await world.happen([added()])
  const delivery = await eventually(async () => {
    const [one] = await world.log(webhook.id)
    expect(one?.attempts).toBeGreaterThan(0)
    expect(one?.durationMs).not.toBeNull()
    return one
  })
  return { webhook, delivery }
}

/** Seconds between the beginning of an attempt and the next one, as the database has it. */
async function pauseOf(webhookId: string): Promise<number> {
  const { rows } = await sql<{ seconds: number }>`
    select extract(epoch from due_at - attempted_at)::float8 as seconds from webhook_deliveries
    where webhook_id = ${webhookId} and state = 'waiting'`.execute(world.db)
  return rows[0]?.seconds ?? Number.NaN
}

describe('failures', () => {
  it.each([
    [
      '500',
      (r: Receiver) => r.onMessage((reply) => reply.send(500, 'no')),
      { status: 500, message: 'It answered 500' },
    ],
    ['404', (r: Receiver) => r.onMessage((reply) => reply.send(404, '')), { status: 404 }],
    [
      'a redirect, which is not followed',
      (r: Receiver) => r.onMessage((reply) => reply.send(302, '', { location: `${r.engine.baseUrl}/other` })),
      { status: 302, message: expect.stringContaining('another address') },
    ],
    [
      'a redirect that keeps the method',
      (r: Receiver) => r.onMessage((reply) => reply.send(308, '', { location: '/other' })),
      { status: 308 },
    ],
    ['a line that is cut', (r: Receiver) => r.onMessage((reply) => reply.drop()), { status: null }],
  ] as const)('WH13, WH14: %s is one, and is tried again', async (_, answers, wanted) => {
    answers(receiver)
    const { webhook, delivery } = await attempted()
    expect(delivery).toMatchObject({ state: 'waiting', attempts: 1, ...wanted })
    expect(delivery?.nextAttemptAt).not.toBeNull()
    expect(receiver.received).toHaveLength(1)
    expect(receiver.engine.requests.every(({ path }) => path === '/hook')).toBe(true)
    expect((await world.webhooks.get(world.userId, webhook.id)).failingSince).not.toBeNull()
    receiver.onMessage((reply) => reply.send(200, ''))
    await world.pass(60 * longer)
    await came(2)
    await eventually(async () => {
      expect(await world.log(webhook.id)).toMatchObject([
        { state: 'delivered', attempts: 2, status: 200, message: null },
      ])
    })
    expect(receiver.received[1]?.id).toBe(receiver.received[0]?.id)
    expect((await world.webhooks.get(world.userId, webhook.id)).failingSince).toBeNull()
  })

  it('WH13: so is silence', async () => {
    receiver.onMessage(() => {})
    const hasty = await openHookWorld({ timeoutMs: 500, random: () => patience })
    const { id } = await hasty.add(receiver.url)
    await hasty.happen([added()])
    await eventually(async () => {
      expect(await hasty.log(id)).toMatchObject([
        { state: 'waiting', attempts: 1, status: null, message: 'There was no answer within 0.5 seconds' },
      ])
    })
    await hasty.close()
  })

  it('WH13: nobody at the address', async () => {
    const dead = await startReceiver()
    await dead.close()
    const { delivery } = await attempted(dead.url)
    expect(delivery).toMatchObject({
      state: 'waiting',
      status: null,
      message: expect.stringContaining('No connection'),
    })
  })

  it('WH13: success is the status, whatever the body does', async () => {
    receiver.onMessage((reply) => reply.flood(200))
    const { delivery } = await attempted()
    expect(delivery).toMatchObject({ state: 'delivered', status: 200 })
    await eventually(() => expect(receiver.engine.inFlight()).toBe(0))
  })

  it('WH14: waits longer each time, and gives up after the eighth', async () => {
    receiver.onMessage((reply) => reply.send(500, ''))
    const { webhook } = await attempted()
    const waits = [10, 60, 300, 1800, 7200, 21_600, 86_400]
    for (const [index, seconds] of waits.entries()) {
      const pause = await pauseOf(webhook.id)
      expect(pause).toBeGreaterThanOrEqual(seconds * longer)
      expect(pause).toBeLessThan(seconds * longer * 3)
      await world.db.updateTable('webhooks').set({ failing_since: null }).execute()
      await world.pass(seconds * longer)
      await came(index + 2)
      await world.settled()
    }
    expect(await world.log(webhook.id)).toMatchObject([{ state: 'failed', attempts: 8, nextAttemptAt: null }])
    await world.pass(1_000_000_000)
    await world.settled()
    expect(receiver.received).toHaveLength(8)
  })

  it.each([429, 503])('WH14: comes no earlier than Retry-After of %i says', async (status) => {
    receiver.onMessage((reply) => reply.send(status, '', { 'retry-after': '3600' }))
    const usual = await openHookWorld()
    const { id } = await usual.add(receiver.url)
    await usual.happen([added()])
    await eventually(async () => expect(await usual.log(id)).toMatchObject([{ state: 'waiting', status }]))
    const [delivery] = await usual.log(id)
    const pauseMs = Date.parse(delivery?.nextAttemptAt ?? '') - Date.parse(delivery?.attemptedAt ?? '')
    expect(pauseMs).toBeGreaterThanOrEqual(3_600_000)
    await usual.close()
  })

  it('WH16: 410 switches it off, and what waits is dropped', async () => {
    receiver.onMessage((reply) => reply.send(500, ''))
    const { webhook } = await attempted()
    receiver.onMessage((reply) => reply.send(410, ''))
    await world.happen([added()])
    await eventually(async () => {
      expect(await world.webhooks.get(world.userId, webhook.id)).toMatchObject({
        enabled: false,
        off: { reason: 'gone' },
      })
    })
    expect(await world.log(webhook.id)).toMatchObject([{ state: 'failed', status: 410 }, { state: 'dropped' }])
    await world.happen([added()])
    await world.webhooks.note()
    expect(await world.log(webhook.id)).toHaveLength(2)
    expect(await world.webhooks.update(world.userId, webhook.id, { enabled: true })).toMatchObject({ off: null })
  })

  it('WH16: five days of failures switch it off, and no success less', async () => {
    receiver.onMessage((reply) => reply.send(500, ''))
    const { webhook } = await attempted()
    await world.pass(4.9 * 86_400)
    await came(2)
    await world.settled()
    expect(await world.webhooks.get(world.userId, webhook.id)).toMatchObject({ enabled: true })
    await world.pass(0.8 * 86_400)
    await eventually(async () => {
      expect(await world.webhooks.get(world.userId, webhook.id)).toMatchObject({ off: { reason: 'failing' } })
    })
    expect(await world.log(webhook.id)).toMatchObject([{ state: 'failed', attempts: 3, status: 500 }])
  })
})

describe('private networks', () => {
  it('WH3: are refused to whom they are not allowed, when the address is given and at each attempt', async () => {
    const other = await openHookWorld({ allowed: 'admins' })
    const user = await other.addUser('user')
    const hook = { name: 'Hook', events: ['image.added' as const] }
    await expect(other.webhooks.create(user, { ...hook, url: receiver.url })).rejects.toMatchObject({
      code: 'validation-failed',
      fields: [{ field: 'body.url', message: expect.stringContaining('private network') }],
    })
    const { id } = await other.webhooks.create(user, { ...hook, url: 'https://93.184.216.34/hook' })
    await expect(other.webhooks.update(user, id, { url: 'http://[::ffff:127.0.0.1]/' })).rejects.toMatchObject({
      code: 'validation-failed',
    })
    // An administrator made it, and is none any more.
    const mine = await other.add(receiver.url)
    await other.db.updateTable('users').set({ role: 'user' }).where('id', '=', other.userId).execute()
    await other.happen([added()])
    await eventually(async () => {
      expect(await other.log(mine.id)).toMatchObject([
        { attempts: 1, status: null, message: expect.stringContaining('not on the public internet') },
      ])
    })
    expect(receiver.engine.requests).toEqual([])
    await other.close()
  })

  it('WH3: a name that turns out private leads nowhere', async () => {
    const { port } = new URL(receiver.url)
    const other = await openHookWorld({
      allowed: 'nobody',
      resolve: async () => [{ address: addresses.shift() ?? '127.0.0.1', family: 4 }],
    })
    const addresses = ['93.184.216.34']
    const { id } = await other.add(`http://rebinding.example:${port}/hook`)
    await other.happen([added()])
    await eventually(async () => {
      expect(await other.log(id)).toMatchObject([
        { attempts: 1, status: null, message: expect.stringContaining('not on the public internet') },
      ])
    })
    expect(receiver.engine.requests).toEqual([])
    await other.close()
  })
})
