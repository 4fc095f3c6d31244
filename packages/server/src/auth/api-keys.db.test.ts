import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Scope } from '@easel/contract'
import { sql } from 'kysely'
import { openLog } from '#base/log.ts'
import { newId } from '#base/ids.ts'
import { openTestDatabase } from '#db/testing.ts'
import { createApiKeys, findApiKey, type ApiKeys, type Person } from './api-keys.ts'

type Opened = Awaited<ReturnType<typeof openTestDatabase>>
let opened: Opened
let keys: ApiKeys
const log = openLog('silent')
beforeAll(async () => {
  opened = await openTestDatabase()
  keys = createApiKeys({ db: opened.database.db })
})
afterAll(() => opened.database.close())

async function person(role: Person['role'] = 'user'): Promise<Person> {
  const userId = newId()
  await opened.database.db.insertInto('users').values({ id: userId, name: 'Ann', role }).execute()
  return { userId, role, address: '192.0.2.1' }
}

const find = (token: string, clock?: { now(): number }) =>
  findApiKey(opened.database.db, token, clock === undefined ? { log } : { log, clock })
const make = (of: Person, scopes: Scope[] = ['read'], more: object = {}) =>
  keys.create(of, { name: 'Script', scopes, ...more })
const row = (id: string) =>
  opened.database.db.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst()

describe('making a key', () => {
  it('AF1: the key is random, shown once and kept as a digest', async () => {
    const ann = await person()
    const [made, another] = [await make(ann), await make(ann)]
    expect(made.key).toMatch(/^easel_[A-Za-z0-9_-]{43}$/)
    expect(another.key).not.toBe(made.key)
    expect(made.hint).toBe(made.key.slice(-4))
    expect(JSON.stringify(await row(made.id))).not.toContain(made.key.slice(6))
    const listed = await keys.list(ann.userId)
    expect(listed.map(({ id }) => id)).toEqual([another.id, made.id])
    expect(JSON.stringify(listed)).not.toContain(made.key.slice(6))
    const audit = await opened.database.db
      .selectFrom('audit')
      .selectAll()
      .where('actor_id', '=', ann.userId)
      .orderBy('id')
      .execute()
    expect(audit).toMatchObject([
      { action: 'key-created', address: '192.0.2.1', detail: { name: 'Script', scopes: ['read'] } },
      { action: 'key-created' },
    ])
    expect(JSON.stringify(audit)).not.toContain(made.key.slice(6))
  })

  it('AF2: the scope admin is an administrator’s to give, and no key is a guest’s', async () => {
    await expect(make(await person('user'), ['read', 'admin'])).rejects.toMatchObject({ code: 'forbidden' })
    await expect(make(await person('guest'))).rejects.toMatchObject({ code: 'forbidden' })
    expect((await make(await person('admin'), ['admin', 'admin', 'read'])).scopes).toEqual(['admin', 'read'])
  })

  it('AF2: a key cannot end before it begins', async () => {
    await expect(make(await person(), ['read'], { expiresAt: '2020-01-01T00:00:00.000Z' })).rejects.toMatchObject({
      code: 'validation-failed',
      fields: [{ field: 'body.expiresAt' }],
    })
  })

  it('AF3: there are a hundred keys at most, also when several are made at once', async () => {
    const ann = await person()
    const values = Array.from({ length: 98 }, () => {
      const id = newId()
      return { id, user_id: ann.userId, name: 'Script', scopes: '["read"]', digest: id, hint: 'abcd' }
    })
    await opened.database.db.insertInto('api_keys').values(values).execute()
    const made = await Promise.allSettled([make(ann), make(ann), make(ann), make(ann)])
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
    expect(made.filter(({ status }) => status === 'rejected')).toMatchObject([
      { reason: { code: 'conflict' } },
      { reason: { code: 'conflict' } },
    ])
  })
})

describe('a key that is shown', () => {
  it('AF4: stands for its owner with its scopes', async () => {
    const ann = await person()
    const made = await make(ann, ['read', 'generate'])
    const caller = await find(made.key)
    expect(caller).toEqual({
      userId: ann.userId,
      role: 'user',
      by: 'key',
      scopes: new Set(['read', 'generate']),
      credentialId: made.id,
    })
  })

  it('AF4: that is nobody’s, or no key at all, stands for nobody', async () => {
    const { key } = await make(await person())
    const flipped = key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A')
    for (const token of [flipped, key.slice(0, -1), `${key}A`, key.toUpperCase(), key.slice(6), ` ${key}`, '']) {
      expect(await find(token)).toBeNull()
    }
  })

  it('AF5: stops working when it expires', async () => {
    const expiresAt = new Date(Date.now() + 60_000)
    const { key } = await make(await person(), ['read'], { expiresAt: expiresAt.toISOString() })
    expect(await find(key, { now: () => expiresAt.getTime() - 1 })).not.toBeNull()
    expect(await find(key, { now: () => expiresAt.getTime() })).toBeNull()
  })

  it('AF5: stops working while its owner is disabled, or is over', async () => {
    const ann = await person()
    const { key } = await make(ann)
    const change = (values: { disabled_at?: Date | null; expires_at?: Date | null }) =>
      opened.database.db.updateTable('users').set(values).where('id', '=', ann.userId).execute()
    await change({ disabled_at: new Date() })
    expect(await find(key)).toBeNull()
    await change({ disabled_at: null, expires_at: new Date(Date.now() - 1) })
    expect(await find(key)).toBeNull()
    await change({ expires_at: null })
    expect(await find(key)).not.toBeNull()
  })

  it('AF5: is worth no more than its owner: a former administrator’s has no scope admin', async () => {
    const ann = await person('admin')
    const { key } = await make(ann, ['read', 'admin'])
    expect((await find(key))?.scopes).toEqual(new Set(['read', 'admin']))
    await opened.database.db.updateTable('users').set({ role: 'user' }).where('id', '=', ann.userId).execute()
    expect(await find(key)).toMatchObject({ role: 'user', scopes: new Set(['read']) })
  })

  it('AF6: its last use is written down, once a minute', async () => {
    const { key, id } = await make(await person())
    const used = async () => (await row(id))?.last_used_at?.getTime()
    const start = Date.now()
    await find(key, { now: () => start })
    await vi.waitUntil(async () => (await used()) === start)
    await find(key, { now: () => start + 59_999 })
    await find(key, { now: () => start + 60_000 })
    await vi.waitUntil(async () => (await used()) === start + 60_000)
  })

  it('AF6: a last use that cannot be written is told to the log and refuses nobody', async () => {
    const { key } = await make(await person())
    const told: unknown[] = []
    const { db } = opened.database
    await sql`alter table api_keys add constraint broken check (last_used_at is null) not valid`.execute(db)
    const log = { warn: (...words: unknown[]) => void told.push(words) }
    expect(await findApiKey(db, key, { log })).not.toBeNull()
    await vi.waitUntil(() => told.length === 1)
    await sql`alter table api_keys drop constraint broken`.execute(db)
  })
})

describe('revoking a key', () => {
  it('AF7: ends it at once and tells every process', async () => {
    const ann = await person()
    const { key, id } = await make(ann)
    const heard: string[] = []
    const stop = await opened.database.listen(
      'easel_sessions',
      (payload) => heard.push(payload),
      () => {},
    )
    await keys.revoke(ann, id)
    expect(await find(key)).toBeNull()
    await vi.waitUntil(() => heard.includes(ann.userId))
    await stop()
    expect(
      await opened.database.db
        .selectFrom('audit')
        .selectAll()
        .where('actor_id', '=', ann.userId)
        .where('action', '=', 'key-revoked')
        .execute(),
    ).toMatchObject([{ detail: { name: 'Script' } }])
  })

  it('AF7: somebody else’s is not there', async () => {
    const [ann, bea] = [await person(), await person('admin')]
    const { key, id } = await make(ann)
    await expect(keys.revoke(bea, id)).rejects.toMatchObject({ code: 'not-found' })
    expect(await find(key)).not.toBeNull()
    expect(await keys.list(bea.userId)).toEqual([])
  })
})
