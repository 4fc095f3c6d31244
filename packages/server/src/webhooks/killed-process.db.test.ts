// Processes that die or stop between sending and noting. Nobody sends but who is started for it.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { claimDue } from './claim.ts'
import { settle, type Outcome } from './settle.ts'
import { added, eventually, openHookWorld, type HookWorld } from './testing/open.ts'
import { startReceiver, type Receiver } from './testing/receiver.ts'

let world: HookWorld
let receiver: Receiver
beforeAll(async () => {
  world = await openHookWorld({ sends: false })
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
const settling = () => ({ db: world.db, random: () => 0 })
const answered: Outcome = { status: 204, message: null, retryAfterMs: null, dropped: false, durationMs: 5 }

describe('processes that die', () => {
  it('WH15: what one of them had begun is sent again, with the same id', async () => {
    const { id } = await world.add(receiver.url)
    await world.happen([added()])
    await world.webhooks.note()
    const [claimed] = await claimDue(world.db, 10)
    expect(claimed?.delivery).toMatchObject({ attempts: 1, state: 'waiting' })
    const process = await world.startProcess({ sends: true })
    await world.pass(30)
    await world.webhooks.note()
    expect(receiver.received).toEqual([])
    await world.pass(31)
    await came(1)
    expect(receiver.received[0]?.id).toBe(claimed?.delivery.id)
    await eventually(async () => expect(await world.log(id)).toMatchObject([{ state: 'delivered', attempts: 2 }]))
    // The one that was thought dead comes back too late.
    if (claimed !== undefined) expect(await settle(settling(), claimed, { ...answered, status: 410 })).toBeNull()
    expect(await world.log(id)).toMatchObject([{ state: 'delivered', status: 204 }])
    expect(await world.webhooks.get(world.userId, id)).toMatchObject({ enabled: true })
    await process.stop()
  })

  it('WH15: two at once never claim the same', async () => {
    const { id } = await world.add(receiver.url)
    await world.happen([added(), added(), added()])
    await world.webhooks.note()
    const claims = await Promise.all(Array.from({ length: 6 }, () => claimDue(world.db, 2)))
    const ids = claims.flat().map(({ delivery }) => delivery.id)
    expect(new Set(ids).size).toBe(3)
    expect(ids).toHaveLength(3)
    for (const claimed of claims.flat()) await settle(settling(), claimed, answered)
    expect((await world.log(id)).every(({ state }) => state === 'delivered')).toBe(true)
  })

  it('WH15: one that stops hands back what it was at, as if it had not begun', async () => {
    const process = await world.startProcess({ sends: true })
    receiver.onMessage(() => {})
    const { id } = await world.add(receiver.url)
    await world.happen([added()])
    await process.webhooks.note()
    await came(1)
    await process.stop(0)
    expect(await world.log(id)).toMatchObject([{ state: 'waiting', attempts: 0 }])
    receiver.onMessage((reply) => reply.send(204, ''))
    const next = await world.startProcess({ sends: true })
    await came(2)
    expect(receiver.received[1]?.id).toBe(receiver.received[0]?.id)
    await next.stop()
  })
})
