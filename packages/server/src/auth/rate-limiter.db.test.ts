import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '#base/ids.ts'
import type { Db } from '#db/database.ts'
import { openTestDatabase, type TestDatabase } from '#db/testing.ts'
import { createLocalRateLimiters, createRateLimiters } from './rate-limiter.ts'

let test: TestDatabase
let db: Db
beforeAll(async () => {
  test = await openTestDatabase()
  db = test.database.db
})
afterAll(() => test.database.close())

/** The same database, and how many statements were sent to it. */
function counting(): { db: Db; statements: () => number } {
  let statements = 0
  const counted = db.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      statements += 1
      return result
    },
  })
  return { db: counted, statements: () => statements }
}

const rate = { points: 3, seconds: 60 }

describe.each(['in the database', 'in the process'])('counted %s', (where) => {
  const open = () => (where === 'in the database' ? createRateLimiters(db) : createLocalRateLimiters())

  it('LI4: lets so many pass and says how long to wait after them', async () => {
    const limiter = open().open(newId(), rate)
    for (let time = 0; time < 3; time++) expect(await limiter.take('a')).toBe(0)
    const wait = await limiter.take('a')
    expect(wait).toBeGreaterThan(50_000)
    expect(wait).toBeLessThanOrEqual(60_000)
    expect(await limiter.take('b')).toBe(0)
  })

  it('LI3: counts every one of many at once', async () => {
    const limiter = open().open(newId(), rate)
    const waits = await Promise.all(Array.from({ length: 50 }, () => limiter.take('a')))
    expect(waits.filter((wait) => wait === 0)).toHaveLength(3)
  })

  it('LI5: begins anew when told to, and takes one back', async () => {
    const limiter = open().open(newId(), rate)
    for (let time = 0; time < 5; time++) await limiter.take('a')
    await limiter.forget('a')
    for (let time = 0; time < 3; time++) expect(await limiter.take('a')).toBe(0)
    for (let time = 0; time < 20; time++) {
      expect(await limiter.take('b')).toBe(0)
      await limiter.giveBack('b')
    }
  })

  it('LI3: says how long to wait without counting, also in another process', async () => {
    const [name, limiters] = [newId(), open()]
    const [limiter, other] = [limiters.open(name, rate), where === 'in the database' ? open().open(name, rate) : null]
    for (let time = 0; time < 3; time++) {
      expect(await limiter.left('a')).toBe(0)
      await limiter.take('a')
    }
    expect(await limiter.left('a')).toBe(0)
    await limiter.take('a')
    for (const one of [limiter, other ?? limiter]) expect(await one.left('a')).toBeGreaterThan(50_000)
    expect(await limiter.left('b')).toBe(0)
  })

  it('keeps limits of different names apart', async () => {
    const limiters = open()
    const [one, other] = [limiters.open(newId(), rate), limiters.open(newId(), rate)]
    for (let time = 0; time < 5; time++) await one.take('a')
    expect(await other.take('a')).toBe(0)
  })

  it.each(['a'.repeat(100_000), '\u0000', '\ud800', "' or true --", ''])('takes any text for a key', async (key) => {
    expect(await open().open(newId(), rate).take(key)).toBe(0)
  })
})

describe('in the database', () => {
  it('LI3: is shared by processes, and by limiters made later', async () => {
    const another = await test.openAnother()
    const name = newId()
    const here = createRateLimiters(db).open(name, rate)
    const there = createRateLimiters(another.db).open(name, rate)
    expect([await here.take('a'), await there.take('a'), await here.take('a')]).toEqual([0, 0, 0])
    expect(await there.take('a')).toBeGreaterThan(0)
    expect(await createRateLimiters(db).open(name, rate).take('a')).toBeGreaterThan(0)
    if (another !== test.database) await another.close()
  })

  it('LI3: a flood over the limit costs no statements', async () => {
    const { db: counted, statements } = counting()
    const limiter = createRateLimiters(counted).open(newId(), rate)
    for (let time = 0; time < 4; time++) await limiter.take('a')
    const before = statements()
    expect(before).toBe(4)
    for (let time = 0; time < 1000; time++) expect(await limiter.take('a')).toBeGreaterThan(0)
    expect(statements()).toBe(before)
  })

  it('LI9: holds digests and forgets what has run out', async () => {
    const limiters = createRateLimiters(db)
    await limiters.open('short', { points: 1, seconds: 0.001 }).take('somebody@example.com')
    await limiters.open('long', rate).take('somebody@example.com')
    const keys = async () => (await db.selectFrom('rate_limits').select('key').execute()).map(({ key }) => key)
    expect((await keys()).join()).not.toContain('somebody')
    await expect.poll(() => limiters.prune()).toBeGreaterThan(0)
    const left = await keys()
    expect(left.some((key) => key.startsWith('short:'))).toBe(false)
    expect(left.some((key) => key.startsWith('long:'))).toBe(true)
  })
})
