import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DefectError } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import type { Database } from '#db/database.ts'
import { addUser, openTestDatabase } from '#db/testing.ts'
import { inTransaction } from '#db/transaction.ts'
import { fixedKeyring } from './keyring.ts'
import { createSecrets, type SecretPlace } from './secrets.ts'

const instanceKey = { kid: 'instance', bytes: randomBytes(32) }
const secrets = createSecrets(fixedKeyring(instanceKey))

let database: Database
beforeAll(async () => {
  ;({ database } = await openTestDatabase())
})
afterAll(() => database.close())

async function somePlace() {
  return { userId: await addUser(database), connectionId: newId() }
}

function seal(place: SecretPlace, secret: string): Promise<string> {
  return inTransaction(database.db, (trx) => secrets.seal(trx, place, secret))
}

describe('secrets', () => {
  it('CN7: opens what it sealed, also another time and in another process', async () => {
    const place = await somePlace()
    const sealed = await seal(place, 'sk-first')
    expect(sealed).not.toContain('sk-first')
    expect(await secrets.open(database.db, place, sealed)).toBe('sk-first')
    expect(await createSecrets(fixedKeyring(instanceKey)).open(database.db, place, sealed)).toBe('sk-first')
  })

  it('CN7: a row copied to another user or to another connection does not open', async () => {
    const [mine, other] = [await somePlace(), await somePlace()]
    const sealed = await seal(mine, 'sk-mine')
    await seal(other, 'sk-other')
    expect(await secrets.open(database.db, { ...mine, userId: other.userId }, sealed)).toBeNull()
    expect(await secrets.open(database.db, { ...mine, connectionId: other.connectionId }, sealed)).toBeNull()
    // Not even together with the data key.
    const { wrapped } = await database.db
      .selectFrom('data_keys')
      .select('wrapped')
      .where('user_id', '=', mine.userId)
      .executeTakeFirstOrThrow()
    await database.db.updateTable('data_keys').set({ wrapped }).where('user_id', '=', other.userId).execute()
    expect(await secrets.open(database.db, { ...mine, userId: other.userId }, sealed)).toBeNull()
  })

  it('CN7, WH5: what is sealed for a webhook opens for no connection of the same id', async () => {
    const place = await somePlace()
    const webhook = { userId: place.userId, webhookId: place.connectionId }
    const sealed = await seal(webhook, 'whsec_first')
    expect(await secrets.open(database.db, webhook, sealed)).toBe('whsec_first')
    expect(await secrets.open(database.db, place, sealed)).toBeNull()
    expect(await secrets.open(database.db, { ...webhook, webhookId: newId() }, sealed)).toBeNull()
  })

  it('CN8: every user has one random data key, wrapped and named after the instance key', async () => {
    const [a, b] = [await somePlace(), await somePlace()]
    await seal(a, 'sk-1')
    await seal(a, 'sk-2')
    await seal(b, 'sk-1')
    const rows = await database.db
      .selectFrom('data_keys')
      .selectAll()
      .where('user_id', 'in', [a.userId, b.userId])
      .execute()
    expect(rows).toHaveLength(2)
    for (const row of rows) {
      expect(row.kid).toBe('instance')
      expect(row.wrapped).toMatch(/^v1\.instance\./)
    }
  })

  it('CN8: two first secrets at once use one data key', async () => {
    const place = await somePlace()
    const sealed = await Promise.all(['sk-1', 'sk-2', 'sk-3'].map((secret) => seal(place, secret)))
    const opened = await Promise.all(sealed.map((text) => secrets.open(database.db, place, text)))
    expect(opened).toEqual(['sk-1', 'sk-2', 'sk-3'])
  })

  it('CN7: with another instance key nothing opens and nothing new is sealed', async () => {
    const place = await somePlace()
    const sealed = await seal(place, 'sk-1')
    const foreign = createSecrets(fixedKeyring({ kid: 'instance', bytes: randomBytes(32) }))
    expect(await foreign.open(database.db, place, sealed)).toBeNull()
    const attempt = inTransaction(database.db, (trx) => foreign.seal(trx, place, 'sk-2'))
    await expect(attempt).rejects.toThrow(DefectError)
  })

  it('CN18: a fingerprint is the same for the same user and text only, and is not the text', async () => {
    const [a, b] = [await somePlace(), await somePlace()]
    const print = (userId: string, text: string) =>
      inTransaction(database.db, (trx) => secrets.fingerprint(trx, userId, text))
    const first = await print(a.userId, 'sk-1')
    expect(await print(a.userId, 'sk-1')).toBe(first)
    expect(await print(a.userId, 'sk-2')).not.toBe(first)
    expect(await print(b.userId, 'sk-1')).not.toBe(first)
    expect(first).toMatch(/^[\w-]{43}$/)
  })
})
