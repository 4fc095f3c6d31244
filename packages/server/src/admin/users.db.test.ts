import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { EaselError } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import type { Database, Trx } from '#db/database.ts'
import { addUser, openTestDatabase } from '#db/testing.ts'
import { finishRemovals } from './remove-user.ts'
import type { Security } from './security.ts'
import { createUsers, type Actor, type Users } from './users.ts'
import { openLog } from '#base/log.ts'

let database: Database
let users: Users
let actor: Actor
let told: string[]

/** Writes down what it was asked, in the transaction that asked. */
const security: Security = {
  async record(trx: Trx, { action, actorId, subjectId = null, address, detail = {} }) {
    await trx
      .insertInto('audit')
      .values({
        id: newId(),
        action,
        actor_id: actorId,
        subject_id: subjectId,
        address,
        detail: JSON.stringify(detail),
      })
      .execute()
  },
  async forget(_trx, userId) {
    told.push(`forget ${userId}`)
  },
  async endSessions(_trx, userId) {
    told.push(`end ${userId}`)
  },
}

const everybody = async () => (await users.list({ limit: 200 })).data
const codeFrom = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
  } catch (error) {
    if (error instanceof EaselError) return error.code
    throw error
  }
  return 'none'
}

async function add(role: 'admin' | 'user' | 'guest', name: string = role): Promise<string> {
  const id = newId()
  await database.db.insertInto('users').values({ id, name, role }).execute()
  return id
}

beforeAll(async () => {
  database = (await openTestDatabase()).database
  users = createUsers(database.db, security)
})
afterAll(() => database.close())
beforeEach(async () => {
  await database.db.deleteFrom('users').execute()
  await database.db.deleteFrom('audit').execute()
  told = []
  actor = { userId: await addUser(database, 'Ada'), address: '192.0.2.1' }
})

describe('the list', () => {
  it('AD8: is newest first, in pages that additions do not move', async () => {
    const ids: string[] = [actor.userId]
    for (let number = 0; number < 5; number++) ids.unshift(await add('user', `u${number}`))
    const first = await users.list({ limit: 2 })
    await add('user', 'late')
    const second = await users.list({ limit: 2, cursor: first.nextCursor ?? '' })
    const third = await users.list({ limit: 9, cursor: second.nextCursor ?? '' })
    const seen = [first, second, third].flatMap(({ data }) => data.map(({ id }) => id))
    expect(seen).toEqual(ids)
    expect(third.nextCursor).toBeNull()
  })

  it('refuses a cursor that is not its own', async () => {
    expect(await codeFrom(users.list({ limit: 2, cursor: 'x' }))).toBe('validation-failed')
  })

  it('AD6: says how much somebody has and when they were seen, and nothing of what it is', async () => {
    const id = await add('user')
    await database.db
      .insertInto('usage_totals')
      .values({ user_id: id, bytes: 2 ** 40, images: 12 })
      .execute()
    const seen = new Date('2026-11-20T10:00:00Z')
    await database.db
      .insertInto('sessions')
      .values({ id: newId(), user_id: id, token: 'the-token', expires_at: new Date(), updated_at: seen })
      .execute()
    const found = (await everybody()).find((user) => user.id === id)
    expect(found).toMatchObject({
      bytes: 2 ** 40,
      images: 12,
      lastSeenAt: seen.toISOString(),
      removal: null,
      quota: {},
    })
    expect(JSON.stringify(found)).not.toContain('the-token')
  })
})

describe('changing somebody', () => {
  it('AD2, AD5: keeps them out at once, and writes down who did it and from where', async () => {
    const id = await add('user')
    const changed = await users.update(actor, id, { disabled: true, quota: { bytes: 10, atOnce: null } })
    expect(changed).toMatchObject({ disabledAt: expect.any(String), quota: { bytes: 10, atOnce: null } })
    expect(told).toEqual([`end ${id}`])
    const entries = await database.db.selectFrom('audit').selectAll().orderBy('id').execute()
    expect(entries.map(({ action, actor_id, subject_id, address }) => [action, actor_id, subject_id, address])).toEqual(
      [
        ['user-disabled', actor.userId, id, '192.0.2.1'],
        ['quota-changed', actor.userId, id, '192.0.2.1'],
      ],
    )
    expect(await users.update(actor, id, { disabled: false })).toMatchObject({ disabledAt: null })
    expect(told.at(-1)).toBe(`forget ${id}`)
  })

  it('AD5: writes nothing down where nothing changed', async () => {
    const id = await add('user')
    await users.update(actor, id, { role: 'user', disabled: false })
    expect(await database.db.selectFrom('audit').selectAll().execute()).toEqual([])
  })

  it('AD1: keeps the last administrator', async () => {
    await add('user')
    for (const change of [{ role: 'user' }, { disabled: true }] as const) {
      expect(await codeFrom(users.update(actor, actor.userId, change))).toBe('conflict')
    }
    expect(await codeFrom(users.remove(actor, actor.userId, { pictures: 'erase' }))).toBe('conflict')
    expect((await everybody()).find(({ id }) => id === actor.userId)).toMatchObject({ role: 'admin', disabledAt: null })
  })

  it('AD1: keeps one of two who demote each other at once', async () => {
    const other = await addUser(database, 'Grace')
    const outcomes = await Promise.all([
      codeFrom(users.update(actor, other, { role: 'user' })),
      codeFrom(users.update({ ...actor, userId: other }, actor.userId, { role: 'user' })),
    ])
    expect(outcomes.toSorted()).toEqual(['conflict', 'none'])
    expect((await everybody()).filter(({ role }) => role === 'admin')).toHaveLength(1)
  })

  it('AD1: does not count an administrator who is kept out', async () => {
    const other = await addUser(database, 'Grace')
    await users.update(actor, other, { disabled: true })
    expect(await codeFrom(users.update(actor, actor.userId, { role: 'user' }))).toBe('conflict')
  })

  it('says that somebody is not there, and leaves guests guests', async () => {
    expect(await codeFrom(users.update(actor, newId(), { disabled: true }))).toBe('not-found')
    expect(await codeFrom(users.update(actor, await add('guest'), { role: 'user' }))).toBe('conflict')
  })
})

describe('removing somebody', () => {
  const ports = () => {
    const done: string[] = []
    return {
      done,
      db: database.db,
      log: openLog('silent'),
      handOver: async (from: string, to: string) => void done.push(`hand ${from} ${to}`),
      exportLibrary: async (id: string) => {
        done.push(`export ${id}`)
        return '/exports/x.zip'
      },
      eraseUser: async (id: string) => {
        await database.db.deleteFrom('users').where('id', '=', id).execute()
        done.push(`erase ${id}`)
      },
    }
  }

  it('AD3: keeps them out at once, and does what was said of the pictures', async () => {
    const [erased, exported, handed] = [await add('user'), await add('user'), await add('guest')]
    expect(await users.remove(actor, erased, { pictures: 'erase' })).toMatchObject({ removal: 'erase' })
    await users.remove(actor, exported, { pictures: 'export' })
    await users.remove(actor, handed, { pictures: 'hand-over', to: actor.userId })
    expect(told).toEqual([erased, exported, handed].map((id) => `end ${id}`))
    expect((await everybody()).filter(({ disabledAt }) => disabledAt !== null)).toHaveLength(3)
    expect(await codeFrom(users.update(actor, erased, { disabled: false }))).toBe('conflict')

    const world = ports()
    expect(await finishRemovals(world)).toBe(3)
    expect(world.done.toSorted()).toEqual(
      [
        `erase ${erased}`,
        `export ${exported}`,
        `erase ${exported}`,
        `hand ${handed} ${actor.userId}`,
        `erase ${handed}`,
      ].toSorted(),
    )
    expect(world.done.indexOf(`export ${exported}`)).toBeLessThan(world.done.indexOf(`erase ${exported}`))
    expect(await finishRemovals(ports())).toBe(0)
    expect(await everybody()).toHaveLength(1)
  })

  it('AD3: one that cannot be finished stays, keeps no other waiting, and is tried again', async () => {
    const [stuck, free] = [await add('user'), await add('user')]
    await users.remove(actor, stuck, { pictures: 'export' })
    await users.remove(actor, free, { pictures: 'erase' })
    const world = ports()
    const full = () => Promise.reject(new EaselError('disk-full', 'No room'))
    expect(await finishRemovals({ ...world, exportLibrary: full })).toBe(1)
    expect(world.done).toEqual([`erase ${free}`])
    expect((await everybody()).map(({ id }) => id)).toContain(stuck)
    expect(await finishRemovals(ports())).toBe(1)
  })

  it('AD4: hands pictures to nobody but another person with an account', async () => {
    const id = await add('user')
    const out = await add('user')
    await users.update(actor, out, { disabled: true })
    for (const to of [id, newId(), await add('guest'), out]) {
      expect(await codeFrom(users.remove(actor, id, { pictures: 'hand-over', to }))).toBe('validation-failed')
    }
    expect(told).toEqual([`end ${out}`])
  })

  it('says that somebody is not there', async () => {
    expect(await codeFrom(users.remove(actor, newId(), { pictures: 'erase' }))).toBe('not-found')
  })
})
