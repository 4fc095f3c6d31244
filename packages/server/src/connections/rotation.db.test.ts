import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '#base/ids.ts'
import { openLog } from '#base/log.ts'
import type { Database } from '#db/database.ts'
import { addUser, openTestDatabase } from '#db/testing.ts'
import { inTransaction } from '#db/transaction.ts'
import { openInstanceKey } from './instance-key.ts'
import { openInstanceSecret } from './instance-secret.ts'
import { rotateInstanceKey, type RotationOptions, type RotationStep } from './rotation.ts'
import { createSecrets, type SecretPlace } from './secrets.ts'

const log = openLog('silent')
const one = 'one'.repeat(16)
const two = 'two'.repeat(16)

let database: Database
let another: Database
let folder: string
let stored: { place: SecretPlace; sealed: string; clear: string }[]
const closers: (() => Promise<void>)[] = []
beforeAll(async () => {
  const opened = await openTestDatabase()
  database = opened.database
  another = await opened.openAnother()
})
afterAll(async () => {
  if (another !== database) await another.close()
  await database.close()
})
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'easel-rotate-'))
  stored = []
  await database.db.deleteFrom('users').execute()
  await database.db.deleteFrom('instance_secrets').execute()
})
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
  rmSync(folder, { recursive: true })
})

/** What a process of Easel has of keys. */
async function start(secret: string | null = null, on = database) {
  const source = { secret, dataFolder: folder }
  const keyring = await openInstanceKey({ ...source, database: on, lostKey: 'refuse', log })
  closers.push(() => keyring.close())
  const secrets = createSecrets(keyring)
  const rotate = (more: Partial<RotationOptions> = {}) =>
    rotateInstanceKey({ ...source, db: on.db, keyring, newSecret: null, log, batch: 2, ...more })
  const add = async () => {
    const place = { userId: await addUser(on), connectionId: newId() }
    const clear = `sk-${newId()}`
    stored.push({ place, clear, sealed: await inTransaction(on.db, (trx) => secrets.seal(trx, place, clear)) })
  }
  return { keyring, secrets, rotate, add, on, root: () => openInstanceSecret(on.db, keyring, 'accounts') }
}

type Running = Awaited<ReturnType<typeof start>>

async function opensAll({ secrets, on }: Running): Promise<void> {
  const opened = await Promise.all(stored.map(({ place, sealed }) => secrets.open(on.db, place, sealed)))
  expect(opened).toEqual(stored.map(({ clear }) => clear))
}

async function many(running: Running, count = 7): Promise<void> {
  for (let at = 0; at < count; at++) await running.add()
}

const kids = async () => {
  const { db } = database
  const rows = await db.selectFrom('data_keys').select(['kid', 'wrapped']).execute()
  for (const { kid, wrapped } of rows) expect(wrapped).toContain(`v1.${kid}.`)
  const root = await db.selectFrom('instance_secrets').select('kid').where('name', '=', 'root').executeTakeFirst()
  return [...new Set([...rows.map(({ kid }) => kid), root?.kid])]
}
const text = () => readFileSync(join(folder, 'secret.key'), 'utf8')

/** Ends a change at the `count`th time that it comes to this step, as a crash would. */
function crashAt(step: RotationStep, count = 1) {
  let left = count
  return {
    onStep(at: RotationStep) {
      if (at === step && --left === 0) throw new Error(`crash at ${step}`)
    },
  }
}

describe('a new instance key', () => {
  it('KY1: wraps every data key and the secret of the instance anew, and takes the place of the old one', async () => {
    const running = await start()
    await many(running)
    const [before, oldText, root] = [await kids(), text(), await running.root()]
    expect(await running.rotate()).toBe(7)
    expect(await kids()).toHaveLength(1)
    expect(await kids()).not.toEqual(before)
    expect(text()).not.toBe(oldText)
    expect(existsSync(join(folder, 'secret.key.new'))).toBe(false)
    await opensAll(running)
    await running.add()
    const next = await start()
    await opensAll(next)
    expect(await next.root()).toEqual(root)
    expect(await kids()).toHaveLength(1)
  })

  it('KY1: can be made again and again', async () => {
    const running = await start()
    await many(running, 2)
    for (let at = 0; at < 3; at++) expect(await running.rotate()).toBe(2)
    await opensAll(running)
    await opensAll(await start())
  })

  const crashes: readonly (readonly [RotationStep, number])[] = [
    ['key made', 1],
    ['announced', 1],
    ['batch', 1],
    ['batch', 3],
    ['all wrapped', 1],
    ['finished', 1],
  ]
  it.each(crashes)('KY2: a crash after "%s" (%d) loses nothing, and a repeat finishes it', async (step, count) => {
    const before = await start()
    const other = await start(null, another)
    await many(before)
    await expect(before.rotate(crashAt(step, count))).rejects.toThrow('crash')
    for (const running of [before, other, await start()]) {
      await opensAll(running)
      await running.add()
      await opensAll(running)
    }
    await (await start()).rotate()
    expect(await kids()).toHaveLength(1)
    expect(existsSync(join(folder, 'secret.key.new'))).toBe(false)
    for (const running of [before, other, await start()]) await opensAll(running)
  })

  it('KY3: processes that do not know of it go on opening and adding keys all the while', async () => {
    const running = await start()
    const other = await start(null, another)
    await many(running, 5)
    const step = async () => {
      await other.add()
      await opensAll(other)
      await running.add()
    }
    expect(await running.rotate({ batch: 1, onStep: step })).toBeGreaterThanOrEqual(5)
    const busy = Promise.all(Array.from({ length: 20 }, () => other.add()))
    await running.rotate({ batch: 1 })
    await busy
    expect(await kids()).toHaveLength(1)
    await opensAll(other)
    await opensAll(await start())
  })

  it('KY3: several changes at once are one', async () => {
    const running = await start()
    const other = await start(null, another)
    await many(running)
    const counts = await Promise.all([running.rotate(), other.rotate(), running.rotate()])
    expect(counts.reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(7)
    expect(await kids()).toHaveLength(1)
    for (const each of [running, other, await start()]) await opensAll(each)
  })

  it('KY3: one that was overtaken by another change does no harm', async () => {
    const running = await start()
    const other = await start(null, another)
    await many(running)
    let done = false
    const overtake = async (at: RotationStep) => {
      if (at !== 'key made' || done) return
      done = true
      await other.rotate()
      await expect(other.rotate(crashAt('announced'))).rejects.toThrow('crash')
    }
    await running.rotate({ onStep: overtake })
    for (const each of [running, other, await start()]) await opensAll(each)
    await other.rotate()
    for (const each of [running, other, await start()]) await opensAll(each)
    expect(await kids()).toHaveLength(1)
  })

  it('KY4: afterwards the old key is refused at the start, with what to do', async () => {
    const running = await start()
    await many(running, 2)
    const old = text()
    await running.rotate()
    const fresh = text()
    writeFileSync(join(folder, 'secret.key'), old)
    await expect(start()).rejects.toThrow(/another instance key.*put the old file secret\.key back.*keys rotate/s)
    rmSync(join(folder, 'secret.key'))
    await expect(start()).rejects.toThrow(/is missing/)
    writeFileSync(join(folder, 'secret.key'), fresh)
    await opensAll(await start())
  })

  it('KY4: half-way without the old key is refused, with what to do', async () => {
    const running = await start()
    await many(running, 5)
    await expect(running.rotate(crashAt('batch'))).rejects.toThrow('crash')
    const old = text()
    rmSync(join(folder, 'secret.key'))
    await expect(start()).rejects.toThrow(/was not finished, and the old key is missing/)
    writeFileSync(join(folder, 'secret.key'), old)
    await opensAll(await start())
  })

  it('KY2: a data key that no key opens is said and left behind', async () => {
    const running = await start()
    await many(running, 3)
    const lost = stored.splice(1, 1)[0]
    const userId = lost?.place.userId ?? ''
    const { wrapped } = await database.db
      .selectFrom('data_keys')
      .select('wrapped')
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow()
    const broken = wrapped.slice(0, -4) + (wrapped.endsWith('AAAA') ? 'BBBB' : 'AAAA')
    await database.db.updateTable('data_keys').set({ wrapped: broken }).where('user_id', '=', userId).execute()
    expect(await running.rotate()).toBe(3)
    await opensAll(running)
    await opensAll(await start())
  })
})

describe('a new EASEL_SECRET', () => {
  it('KY5: has to be given, long enough, and another one', async () => {
    const running = await start(one)
    await many(running, 1)
    await expect(running.rotate()).rejects.toThrow(/EASEL_NEW_SECRET/)
    await expect(running.rotate({ newSecret: 'short' })).rejects.toThrow(/32 characters/)
    await expect(running.rotate({ newSecret: one })).rejects.toThrow(/already gives/)
    await opensAll(await start(one))
  })

  it('KY5: processes with the old one go on, and may be started again, until one starts with the new one', async () => {
    const running = await start(one)
    const other = await start(one, another)
    await many(running)
    const root = await running.root()
    await running.rotate({ newSecret: two })
    expect(await kids()).toHaveLength(1)
    for (const each of [running, other, await start(one)]) {
      await opensAll(each)
      await each.add()
      expect(await each.root()).toEqual(root)
    }
    await opensAll(await start(two))
    expect(await kids()).toHaveLength(1)
    await expect(start(one)).rejects.toThrow(/another instance key than the one that EASEL_SECRET gives/)
    await other.add()
    for (const each of [running, other]) await opensAll(each)
    expect(existsSync(join(folder, 'secret.key'))).toBe(false)
  })

  it.each(crashesOfSecret())('KY5: a crash after "%s" is finished by a repeat with the same one', async (step) => {
    const running = await start(one)
    await many(running, 5)
    await expect(running.rotate({ newSecret: two, ...crashAt(step) })).rejects.toThrow('crash')
    for (const each of [running, await start(one)]) await opensAll(each)
    await expect(running.rotate({ newSecret: 'x'.repeat(40) })).rejects.toThrow(/to another new secret/)
    await (await start(one)).rotate({ newSecret: two })
    // Whoever starts with the new one takes away where the others find it.
    await opensAll(running)
    await opensAll(await start(two))
    await opensAll(running)
  })

  it('KY4: started with the new one half-way, it says how to finish', async () => {
    const running = await start(one)
    await many(running, 5)
    await expect(running.rotate({ newSecret: two, ...crashAt('batch') })).rejects.toThrow('crash')
    await expect(start(two)).rejects.toThrow(
      /not finished. Set EASEL_SECRET to the one used before and EASEL_NEW_SECRET/,
    )
    await (await start(one)).rotate({ newSecret: two })
    await opensAll(await start(two))
  })

  it('KY5: the new secret stands nowhere in clear', async () => {
    const running = await start(one)
    await many(running, 2)
    await running.rotate({ newSecret: two })
    const rows = await database.db.selectFrom('instance_secrets').selectAll().execute()
    expect(rows.map(({ name }) => name).toSorted()).toEqual(['next', 'root'])
    for (const secret of [one, two]) {
      expect(JSON.stringify(rows)).not.toContain(secret)
      expect(JSON.stringify(rows)).not.toContain(Buffer.from(secret).toString('base64url'))
    }
    await start(two)
    expect(await database.db.selectFrom('instance_secrets').select('name').execute()).toEqual([{ name: 'root' }])
  })
})

function crashesOfSecret(): readonly RotationStep[] {
  return ['key made', 'announced', 'batch', 'all wrapped', 'finished']
}

describe('what the instance signs with', () => {
  it('KY6: is random, the same for everybody who asks for the same, and no part of the instance key', async () => {
    const running = await start(one)
    const first = await running.root()
    expect(first).toHaveLength(32)
    expect(await (await start(one, another)).root()).toEqual(first)
    expect(await openInstanceSecret(database.db, running.keyring, 'signatures')).not.toEqual(first)
    await database.db.deleteFrom('instance_secrets').execute()
    expect(await (await start(one)).root()).not.toEqual(first)
  })

  it('KY6: with accounts a wrong instance key is refused, even when no key is stored; forgetting ends sessions and second factors', async () => {
    const running = await start(one)
    const user = await addUser(database)
    const first = await running.root()
    await start(two)
    expect(await (await start(two)).root()).not.toEqual(first)
    const { db } = database
    const owned = () => ({ id: newId(), user_id: user })
    await db
      .insertInto('credentials')
      .values({ ...owned(), provider_id: 'credential', account_id: user, password: 'x' })
      .execute()
    await db
      .insertInto('two_factors')
      .values({ ...owned(), secret: 'x', backup_codes: 'x' })
      .execute()
    await db.updateTable('users').set({ two_factor_enabled: true }).execute()
    await expect(start(one)).rejects.toThrow(/EASEL_LOST_KEY=forget.*second factors/s)
    const ring = await openInstanceKey({ secret: one, dataFolder: folder, database, lostKey: 'forget', log })
    await ring.close()
    expect(await db.selectFrom('two_factors').select('id').execute()).toEqual([])
    expect(await db.selectFrom('users').select('two_factor_enabled as on').execute()).toEqual([{ on: false }])
    await start(one)
  })
})
