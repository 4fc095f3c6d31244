import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { StartError } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import { openLog } from '#base/log.ts'
import type { Database } from '#db/database.ts'
import { addUser, openTestDatabase } from '#db/testing.ts'
import { inTransaction } from '#db/transaction.ts'
import { openInstanceKey, type OpenKeyring } from './instance-key.ts'
import { createSecrets } from './secrets.ts'

const secretOne = 'one'.repeat(16)
const secretTwo = 'two'.repeat(16)

let database: Database
let folder: string
const folders: string[] = []
const rings: OpenKeyring[] = []
beforeAll(async () => {
  ;({ database } = await openTestDatabase())
})
afterAll(async () => {
  await database.close()
  for (const path of folders) rmSync(path, { recursive: true })
})
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'easel-key-'))
  folders.push(folder)
  await database.db.deleteFrom('users').execute()
  await database.db.deleteFrom('instance_secrets').execute()
})
afterEach(async () => {
  for (const ring of rings.splice(0)) await ring.close()
})

async function open(secret: string | null = null, lostKey: 'refuse' | 'forget' = 'refuse', dataFolder = folder) {
  const ring = await openInstanceKey({ database, secret, dataFolder, lostKey, log: openLog('silent') })
  rings.push(ring)
  return ring
}

/** The key that is in use on a start with this. */
async function keyOf(...given: Parameters<typeof open>) {
  const ring = await open(...given)
  return await inTransaction(database.db, (trx) => ring.forNew(trx))
}

/** Stores one key as a connection would; gives what is needed to read it again. */
async function storeKey(secret: string | null) {
  const userId = await addUser(database)
  const place = { userId, connectionId: newId() }
  const secrets = createSecrets(await open(secret))
  const sealed = await inTransaction(database.db, (trx) => secrets.seal(trx, place, 'sk-stored'))
  const row = { id: place.connectionId, user_id: userId, name: 'x', provider: 'x', concurrency: 1 }
  await database.db
    .insertInto('connections')
    .values({ ...row, secret: sealed, key_hint: 'ored' })
    .execute()
  return { place, sealed }
}

describe('the instance key', () => {
  it('CN8: is made on the first start, for its owner alone, and found again', async () => {
    const first = await keyOf()
    const path = join(folder, 'secret.key')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['secret.key'])
    expect(await keyOf()).toEqual(first)
    expect(readFileSync(path, 'utf8')).not.toContain(first.bytes.toString('base64url'))
  })

  it('CN8: makes the data folder where there is none', async () => {
    const deep = join(folder, 'a', 'b')
    await open(null, 'refuse', deep)
    expect(statSync(deep).mode & 0o777).toBe(0o700)
  })

  it('CN8: two first starts at once agree on one key', async () => {
    const keys = await Promise.all([keyOf(), keyOf(), keyOf()])
    expect(new Set(keys.map((key) => key.kid)).size).toBe(1)
    expect(readdirSync(folder)).toEqual(['secret.key'])
  })

  it('CN8: EASEL_SECRET is enough, and the text of the file may be used as EASEL_SECRET', async () => {
    const elsewhere = join(folder, 'none')
    expect((await keyOf(secretOne, 'refuse', elsewhere)).kid).not.toBe(
      (await keyOf(secretTwo, 'refuse', elsewhere)).kid,
    )
    expect(existsSync(elsewhere)).toBe(false)
    const fromFile = await keyOf()
    expect(await keyOf(readFileSync(join(folder, 'secret.key'), 'utf8').trim(), 'refuse', elsewhere)).toEqual(fromFile)
  })

  it('CN8: a damaged file is no key', async () => {
    writeFileSync(join(folder, 'secret.key'), 'short')
    await expect(open()).rejects.toThrow(StartError)
    await expect(open()).rejects.toThrow(/secret\.key is damaged/)
  })

  it('CN9: another EASEL_SECRET is refused, the right one works on', async () => {
    const { place, sealed } = await storeKey(secretOne)
    await expect(open(secretTwo)).rejects.toThrow(StartError)
    await expect(open(secretTwo)).rejects.toThrow(
      /another instance key than the one that EASEL_SECRET gives.*Set EASEL_SECRET/s,
    )
    const secrets = createSecrets(await open(secretOne))
    expect(await secrets.open(database.db, place, sealed)).toBe('sk-stored')
  })

  it('CN9: a missing key file is refused, and no new one is put in its place', async () => {
    const { place, sealed } = await storeKey(null)
    const path = join(folder, 'secret.key')
    const text = readFileSync(path, 'utf8')
    rmSync(path)
    await expect(open()).rejects.toThrow(/is missing.*put the old file secret\.key back/s)
    expect(readdirSync(folder)).toEqual([])
    writeFileSync(path, text)
    expect(await createSecrets(await open()).open(database.db, place, sealed)).toBe('sk-stored')
  })

  it('CN9: no secret stands in the message', async () => {
    await storeKey(null)
    const text = readFileSync(join(folder, 'secret.key'), 'utf8').trim()
    const error = await open(secretTwo).catch((reason: unknown) => reason)
    expect(String(error)).toContain('EASEL_LOST_KEY=forget')
    expect(String(error)).not.toContain(secretTwo)
    expect(String(error)).not.toContain(text)
  })

  it('CN9: EASEL_LOST_KEY=forget erases what cannot be opened, and only when it cannot', async () => {
    const { place } = await storeKey(secretOne)
    const read = () =>
      database.db
        .selectFrom('connections')
        .select(['secret', 'key_hint'])
        .where('id', '=', place.connectionId)
        .executeTakeFirst()
    await open(secretOne, 'forget')
    expect(await read()).toMatchObject({ key_hint: 'ored' })
    await open(secretTwo, 'forget')
    expect(await read()).toEqual({ secret: null, key_hint: null })
    const secrets = createSecrets(await open(secretTwo))
    const again = await inTransaction(database.db, (trx) => secrets.seal(trx, place, 'sk-new'))
    expect(await secrets.open(database.db, place, again)).toBe('sk-new')
  })

  it('CN9, WH7: EASEL_LOST_KEY=forget switches webhooks off whose secret cannot be opened', async () => {
    const { place } = await storeKey(secretOne)
    const id = newId()
    const hook = {
      id,
      user_id: place.userId,
      name: 'Hook',
      url: 'https://hook.example',
      types: '["image.added"]',
      seq: 0,
    }
    await database.db
      .insertInto('webhooks')
      .values({ ...hook, secret: 'sealed', old_secret: 'sealed', old_secret_until: new Date() })
      .execute()
    const read = () =>
      database.db
        .selectFrom('webhooks')
        .select(['secret', 'old_secret', 'off_reason'])
        .where('id', '=', id)
        .executeTakeFirst()
    await open(secretOne, 'forget')
    expect(await read()).toEqual({ secret: 'sealed', old_secret: 'sealed', off_reason: null })
    await open(secretTwo, 'forget')
    expect(await read()).toEqual({ secret: null, old_secret: null, off_reason: 'key-lost' })
  })
})
