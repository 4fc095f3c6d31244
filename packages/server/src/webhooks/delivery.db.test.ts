// From what happens to what a receiver is sent, over real HTTP.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '#base/ids.ts'
import { added, eventually, finished, gone, openHookWorld, shared, type HookWorld } from './testing/open.ts'
import { isSignedWith, startReceiver, type Receiver } from './testing/receiver.ts'

let world: HookWorld
let receiver: Receiver
beforeAll(async () => {
  world = await openHookWorld({ publicUrl: 'https://pictures.example', random: () => 5000 })
})
afterAll(() => world.close())
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(async () => {
  world.showAs()
  // What nobody answers ends with its receiver.
  await world.db.deleteFrom('webhooks').execute()
  await receiver.close()
})

const everything = [
  'generation.succeeded',
  'generation.failed',
  'generation.cancelled',
  'image.added',
  'share.created',
] as const

const types = () => receiver.received.map(({ type }) => type)
const came = (count: number) => eventually(() => expect(receiver.received).toHaveLength(count))

describe('messages', () => {
  it('WH2, WH8: tell of what happened, as it is shown, and when it was', async () => {
    await world.add(receiver.url, { events: [...everything] })
    const events = [finished('succeeded'), finished('failed'), finished('cancelled'), added(), shared()]
    await world.happen(events)
    await came(5)
    expect(new Set(types())).toEqual(new Set(everything))
    const image = receiver.received.find(({ type }) => type === 'image.added')?.message
    const [event] = events.filter(({ type }) => type === 'image.added')
    const id = event !== undefined && 'imageId' in event ? event.imageId : ''
    expect(image?.data).toEqual({ id, url: `https://pictures.example/api/images/${id}/file` })
    const row = await world.db
      .selectFrom('events')
      .select('created_at')
      .orderBy('seq', 'desc')
      .executeTakeFirstOrThrow()
    expect(image?.timestamp).toBe(row.created_at.toISOString())
    const { method, path, headers } = receiver.received[0]?.request ?? {}
    expect({ method, path }).toEqual({ method: 'POST', path: '/hook' })
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'Easel' })
  })

  it('WH2: tell nothing that was not asked for, and nobody of what happens to others', async () => {
    await world.add(receiver.url, { events: ['generation.failed'] })
    const other = await world.addUser()
    await world.happen([finished('failed')], other)
    await world.happen([finished('succeeded'), added(), { type: 'connections.changed' }, finished('failed')])
    await came(1)
    await world.webhooks.note()
    await world.settled()
    expect(types()).toEqual(['generation.failed'])
  })

  it('WH8: make the addresses of a generation’s pictures whole', async () => {
    const image = { id: newId(), url: '/api/images/1/file', thumbnailUrl: '/api/images/1/thumbnail', prompt: '/api/x' }
    world.showAs({ generation: async (_, id) => ({ id, previewUrl: '/api/p', images: [image] }) })
    await world.add(receiver.url)
    await world.happen([finished()])
    await came(1)
    expect(receiver.received[0]?.message.data).toMatchObject({
      previewUrl: 'https://pictures.example/api/p',
      images: [
        {
          url: 'https://pictures.example/api/images/1/file',
          thumbnailUrl: 'https://pictures.example/api/images/1/thumbnail',
          prompt: '/api/x',
        },
      ],
    })
  })

  it('WH9: are signed with the secret, over the bytes that were sent', async () => {
    const { secret } = await world.add(receiver.url)
    const begun = Math.floor(Date.now() / 1000)
    await world.happen([added(), finished()])
    await came(2)
    for (const { request, id } of receiver.received) {
      expect(isSignedWith(request, secret)).toBe(true)
      expect(isSignedWith(request, `whsec_${Buffer.alloc(32).toString('base64')}`)).toBe(false)
      expect(id).toMatch(/^[0-9a-f-]{36}$/)
      const seconds = Number(request.headers['webhook-timestamp'])
      expect(seconds).toBeGreaterThanOrEqual(begun)
      expect(seconds).toBeLessThanOrEqual(Math.ceil(Date.now() / 1000))
    }
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(2)
  })

  it('WH10: are not sent of what was deleted first, nor after the webhook was switched off', async () => {
    world.showAs({ image: gone })
    const first = await world.add(receiver.url)
    await world.happen([added()])
    await eventually(async () => {
      expect(await world.log(first.id)).toMatchObject([{ state: 'dropped', status: null, nextAttemptAt: null }])
    })
    await world.webhooks.remove(world.userId, first.id)
    world.showAs()
    receiver.onMessage((reply) => reply.send(500, ''))
    const second = await world.add(receiver.url)
    await world.happen([added()])
    await came(1)
    await world.settled()
    await world.webhooks.update(world.userId, second.id, { enabled: false })
    expect(await world.log(second.id)).toMatchObject([{ state: 'dropped', attempts: 1 }])
    await world.pass(100)
    await world.settled()
    expect(receiver.received).toHaveLength(1)
  })
})

describe('deliveries', () => {
  it('WH11: are made once for each webhook and event, whoever looks and however often', async () => {
    const first = await world.add(receiver.url)
    const second = await world.add(receiver.url, { events: ['image.added'] })
    const another = await world.startProcess({ sends: false })
    const looking = Array.from({ length: 5 }, () => [another.webhooks.note(), world.webhooks.note()]).flat()
    for (let i = 0; i < 10; i++) await world.happen([added(), finished()])
    await Promise.all(looking)
    await another.webhooks.note()
    await came(30)
    await world.settled()
    expect(receiver.received).toHaveLength(30)
    expect(await world.log(first.id)).toHaveLength(20)
    expect(await world.log(second.id)).toHaveLength(10)
    await another.stop()
  })

  it('WH2, WH11: are made from the moment on that a webhook is made or switched on, though nobody was told before', async () => {
    const owner = await world.addUser()
    const another = await world.startProcess({ sends: false })
    const happen = async (count: number) => {
      for (let i = 0; i < count; i++) await world.happen([added()], owner)
    }
    await happen(3)
    const { id } = await another.webhooks.create(owner, { name: 'Late', url: receiver.url, events: ['image.added'] })
    await happen(2)
    await came(2)
    await another.webhooks.update(owner, id, { enabled: false })
    await happen(3)
    await another.webhooks.update(owner, id, { enabled: true })
    await happen(1)
    await came(3)
    await world.settled()
    expect(await world.log(id, owner)).toHaveLength(3)
    await another.stop()
  })

  it('WH11: are made without any notification, also of more than a page of the log', async () => {
    const { id } = await world.add(receiver.url, { events: ['image.added'] })
    receiver.onMessage(() => {})
    const values = Array.from({ length: 520 }, () => ({ user_id: world.userId, event: JSON.stringify(added()) }))
    await world.db.insertInto('events').values(values).execute()
    expect(await world.log(id)).toEqual([])
    await world.webhooks.note()
    const { count } = await world.db
      .selectFrom('webhook_deliveries')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    expect(count).toBe(520)
  })

  it('WH11, WH12: begin in the order of the log, four at a time', async () => {
    const held: (() => void)[] = []
    receiver.onMessage((reply) => void held.push(() => reply.send(200, '')))
    await world.add(receiver.url, { events: ['image.added'] })
    const ids = Array.from({ length: 12 }, () => newId())
    await world.happen(ids.map((id) => added(id)))
    for (let first = 0; first < ids.length; first += 4) {
      await came(first + 4)
      const four = receiver.received.slice(first).map(({ message }) => message.data['id'])
      expect(new Set(four)).toEqual(new Set(ids.slice(first, first + 4)))
      expect(receiver.engine.inFlight()).toBe(4)
      for (const answer of held.splice(0)) answer()
    }
    expect(receiver.engine.mostInFlight()).toBe(4)
  })

  it('WH12: the limit holds over processes; of one user eight are under way', async () => {
    const another = await world.startProcess()
    const held: (() => void)[] = []
    receiver.onMessage((reply) => void held.push(() => reply.send(200, '')))
    for (let i = 0; i < 3; i++) await world.add(receiver.url, { events: ['image.added'] })
    await world.happen(Array.from({ length: 6 }, () => added()))
    await came(8)
    await Promise.all([world.webhooks.note(), another.webhooks.note()])
    expect(receiver.received).toHaveLength(8)
    receiver.onMessage((reply) => reply.send(200, ''))
    for (const answer of held.splice(0)) answer()
    await came(18)
    expect(receiver.engine.mostInFlight()).toBe(8)
    await world.settled()
    await another.stop()
  })

  it('WH12: who does not answer holds up nobody else', async () => {
    const slow = await startReceiver()
    slow.onMessage(() => {})
    await world.add(slow.url)
    const other = await world.addUser()
    await world.add(receiver.url, {}, other)
    const mine = await world.add(receiver.url)
    await world.happen(Array.from({ length: 6 }, () => added()))
    await eventually(() => expect(slow.received).toHaveLength(4))
    await world.happen([added()], other)
    await came(7)
    expect(slow.received).toHaveLength(4)
    await eventually(async () => {
      expect((await world.log(mine.id)).every(({ state }) => state === 'delivered')).toBe(true)
    })
    await slow.close()
  })

  it('WH17: wait while the owner is disabled, and go out afterwards', async () => {
    const { id } = await world.add(receiver.url)
    const disable = (at: Date | null) => world.db.updateTable('users').set({ disabled_at: at }).execute()
    await disable(new Date())
    await world.happen([added()])
    await eventually(async () => expect(await world.log(id)).toMatchObject([{ state: 'waiting', attempts: 0 }]))
    await world.pass(1)
    expect(receiver.received).toEqual([])
    await disable(null)
    await world.pass(1)
    await came(1)
  })
})
