// Real processes that are killed while they change the instance key.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'
import { newId } from '#base/ids.ts'
import { openLog } from '#base/log.ts'
import type { Database } from '#db/database.ts'
import { migrate } from '#db/migrate.ts'
import { openPglite } from '#db/pglite.ts'
import { addUser, openTestDatabase } from '#db/testing.ts'
import { inTransaction } from '#db/transaction.ts'
import { openInstanceKey, type OpenKeyring } from './instance-key.ts'
import { createSecrets, type SecretPlace } from './secrets.ts'

const script = join(import.meta.dirname, 'crash-rotation.ts')
const log = openLog('silent')

/** Runs a change and kills it when it has said so many lines. @returns whether it came to its end */
async function rotate(args: readonly string[], killAt: number): Promise<boolean> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  let lines = 0
  for await (const _line of createInterface({ input: child.stdout })) {
    lines += 1
    if (lines === killAt) child.kill('SIGKILL')
  }
  const [code] = await ended
  return code === 0
}

it('KY2: killed at random moments, it loses nothing, and comes to an end at last', { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'easel-kill-'))
  const opened = await openTestDatabase()
  const stored: { place: SecretPlace; sealed: string; clear: string }[] = []
  // The embedded database belongs to one process at a time: it is given to the child and taken back. PostgreSQL is used by both at once.
  const takeTurns = opened.url === null
  const args = opened.url === null ? [folder] : [folder, opened.url]
  let database: Database = opened.database
  let keyring: OpenKeyring
  const open = async () => {
    database = takeTurns ? await openPglite(folder) : opened.database
    await migrate(database)
    keyring = await openInstanceKey({ secret: null, dataFolder: folder, database, lostKey: 'refuse', log })
  }
  const close = async () => {
    await keyring.close()
    if (takeTurns) await database.close()
  }
  const work = async () => {
    const secrets = createSecrets(keyring)
    const place = { userId: await addUser(database), connectionId: newId() }
    const clear = `sk-${newId()}`
    stored.push({ place, clear, sealed: await inTransaction(database.db, (trx) => secrets.seal(trx, place, clear)) })
    await check(stored.slice(-5))
  }
  const check = async (some: typeof stored) => {
    const secrets = createSecrets(keyring)
    for (const one of some) expect(await secrets.open(database.db, one.place, one.sealed)).toBe(one.clear)
  }

  await open()
  for (let at = 0; at < 20; at++) await work()
  let finished = 0
  for (let round = 0; round < 3; round++) {
    if (takeTurns) await close()
    const killAt = 1 + Math.floor(Math.random() * 22)
    let running = true
    const child = rotate(args, killAt).finally(() => {
      running = false
    })
    while (!takeTurns && running) await work()
    if (await child) finished += 1
    if (takeTurns) await open()
    await work()
    await check(stored)
  }
  await close()
  expect(await rotate(args, Infinity), `it ended ${finished} times before`).toBe(true)
  await open()
  await check(stored)
  const kids = await database.db.selectFrom('data_keys').select('kid').distinct().execute()
  expect(kids).toHaveLength(1)
  expect(existsSync(join(folder, 'secret.key.new'))).toBe(false)
  await close()
  await opened.database.close()
  rmSync(folder, { recursive: true })
})
