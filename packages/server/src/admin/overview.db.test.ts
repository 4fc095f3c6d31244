import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { InstanceDefaults } from '@easel/contract'
import { newId } from '#base/ids.ts'
import type { Database } from '#db/database.ts'
import { addUser, openTestDatabase, type TestDatabase } from '#db/testing.ts'
import { listAudit, pruneAudit } from './audit-list.ts'
import { openDefaults } from './defaults.ts'
import { readOverview } from './overview.ts'

let test: TestDatabase
let database: Database
let userId: string

beforeAll(async () => {
  test = await openTestDatabase()
  database = test.database
  userId = await addUser(database, 'Ada')
})
afterAll(() => database.close())

async function addGeneration(
  connectionId: string,
  state: 'queued' | 'running' | 'succeeded' | 'failed',
  at = Date.now(),
  id = newId(),
) {
  await database.db
    .insertInto('generations')
    .values({
      id,
      user_id: userId,
      connection_id: connectionId,
      connection_name: 'Engine',
      provider: 'paint',
      model: 'one',
      state,
      request: JSON.stringify({ prompt: 'a secret prompt' }),
      fitted: '{}',
      resolved_prompt: 'a secret prompt',
      n: 1,
      origin: 'easel',
      created_at: new Date(at),
    })
    .execute()
}

describe('the overview', () => {
  it('AD6: counts users, storage and queue, without a word of anybody', async () => {
    const { db } = database
    await db.insertInto('users').values({ id: newId(), name: 'Gone', role: 'user', disabled_at: new Date() }).execute()
    await db.insertInto('usage_totals').values({ user_id: userId, bytes: 5_000_000_000, images: 7 }).execute()
    const connectionId = newId()
    await db
      .insertInto('connections')
      .values({ id: connectionId, user_id: userId, name: 'Engine', provider: 'paint', concurrency: 2 })
      .execute()
    const waiting = Date.now() - 60_000
    const before = Date.now() - 3 * 86_400_000
    const hex = before.toString(16).padStart(12, '0')
    await addGeneration(connectionId, 'succeeded', before, `${hex.slice(0, 8)}-${hex.slice(8)}-7abc-8abc-0123456789ab`)
    await addGeneration(connectionId, 'queued', waiting)
    await addGeneration(connectionId, 'queued')
    await addGeneration(connectionId, 'running')
    await addGeneration(connectionId, 'failed')
    await addGeneration(connectionId, 'succeeded')
    const found = await readOverview({
      db,
      version: '1.2.3',
      mode: 'accounts',
      database: database.kind,
      freeBytes: async () => 42,
    })
    expect(found).toEqual({
      version: '1.2.3',
      mode: 'accounts',
      database: database.kind,
      users: { admin: 1, user: 0, guest: 0, disabled: 1 },
      storage: { images: 7, bytes: 5_000_000_000, freeBytes: 42, trashed: 0, damaged: 0, withoutThumbnail: 0 },
      queue: [
        {
          connectionId,
          name: 'Engine',
          owner: 'Ada',
          concurrency: 2,
          queued: 2,
          running: 1,
          oldestAt: new Date(waiting).toISOString(),
        },
      ],
      lastDay: { succeeded: 1, failed: 1, cancelled: 0 },
    })
    expect(JSON.stringify(found)).not.toContain('secret')
  })
})

describe('the audit log', () => {
  it('AD8: is newest first, by page, and can be narrowed to somebody or something', async () => {
    const other = newId()
    const add = (action: string, actor: string | null, subject: string | null) =>
      database.db
        .insertInto('audit')
        .values({ id: newId(), action, actor_id: actor, subject_id: subject, detail: JSON.stringify({ of: action }) })
        .execute()
    await add('sign-in', userId, null)
    await add('user-disabled', userId, other)
    await add('sign-in-failed', null, other)
    const first = await listAudit(database.db, { limit: 2 })
    expect(first.data.map(({ action, actor, subject }) => [action, actor?.name, subject])).toEqual([
      ['sign-in-failed', undefined, { id: other, name: null }],
      ['user-disabled', 'Ada', { id: other, name: null }],
    ])
    const second = await listAudit(database.db, { limit: 2, cursor: first.nextCursor ?? '' })
    expect([second.data.map(({ action }) => action), second.nextCursor]).toEqual([['sign-in'], null])
    const of = async (query: object) => (await listAudit(database.db, { limit: 9, ...query })).data.length
    expect([await of({ userId: other }), await of({ userId }), await of({ action: 'sign-in' })]).toEqual([2, 2, 1])
    await expect(listAudit(database.db, { limit: 2, cursor: "x' or 1=1" })).rejects.toMatchObject({
      code: 'validation-failed',
    })
    expect(await pruneAudit(database.db, new Date(Date.now() + 1000))).toBe(3)
  })
})

describe('the defaults', () => {
  const none = { bytes: null, imagesADay: null, atOnce: null, moneyAMonth: null }
  const environment: InstanceDefaults = {
    signUp: 'invite',
    guests: false,
    guestDays: 7,
    gallery: false,
    quota: none,
    guestQuota: { ...none, imagesADay: 20 },
  }

  it('AD7: come from the environment until an administrator decides, and then hold everywhere and after a restart', async () => {
    const another = await test.openAnother()
    const [here, there] = [await openDefaults(database, environment), await openDefaults(another, environment)]
    expect(here.current()).toEqual(environment)
    const decided = { signUp: 'open', quota: { ...none, imagesADay: 50 } } as const
    const wrote: string[] = []
    expect(await here.update(decided, async () => void wrote.push('audit'))).toEqual({ ...environment, ...decided })
    expect(wrote).toEqual(['audit'])
    await vi.waitFor(() => expect(there.current()).toEqual({ ...environment, ...decided }), { timeout: 10_000 })
    await Promise.all([here.update({ guests: true }, async () => {}), there.update({ guestDays: 3 }, async () => {})])
    const restarted = await openDefaults(database, { ...environment, guestQuota: none })
    const all = { ...environment, ...decided, guests: true, guestDays: 3 }
    expect(restarted.current()).toEqual({ ...all, guestQuota: none })
    await vi.waitFor(() => expect([here.current(), there.current()]).toEqual([all, all]), { timeout: 10_000 })
    await Promise.all([here.close(), there.close(), restarted.close()])
    if (another !== database) await another.close()
  })

  it('AD5: nothing changes when it cannot be written down', async () => {
    const defaults = await openDefaults(database, environment)
    const before = defaults.current()
    const refuse = () => Promise.reject(new RangeError('no audit'))
    await expect(defaults.update({ signUp: 'closed' }, refuse)).rejects.toThrow('no audit')
    expect(defaults.current()).toEqual(before)
    await defaults.close()
  })
})
