// The first administrator. Rules in docs/spec/accounts.md.
import { hkdfSync, timingSafeEqual } from 'node:crypto'
import { sql } from 'kysely'
import type { SetUp } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import { inTransaction } from '#db/transaction.ts'
import type { AccountPorts } from './account-ports.ts'
import { record } from './audit.ts'
import type { Client } from './bridge.ts'
import { ensureOwner } from './owner.ts'
import { hashPassword } from './password-hash.ts'
import { becomePerson, needsSetUp } from './people.ts'
import { endSessions } from './sessions.ts'

/** The code in the printed link: the same in all processes and after every start, and nobody's guess without the instance key. */
export function setUpCode(key: Buffer): string {
  return Buffer.from(hkdfSync('sha256', key, '', 'easel set-up code v1', 16)).toString('base64url')
}

function isRight(given: string, code: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(code)]
  return a.length === b.length && timingSafeEqual(a, b)
}

const done = () => new EaselError('conflict', 'This server is set up already. Sign in instead.')

/**
 * Makes the first administrator out of the owner of local mode, whose library that was.
 * @param given `code` is what must be shown, or null: the request comes from the server itself
 * @returns the administrator's id
 * @throws EaselError `conflict` when it was done already, `forbidden` without the right code
 */
export async function setUp(
  { db, checkPassword, distrust }: AccountPorts,
  client: Client,
  given: Omit<SetUp, 'code'> & { readonly shown: string | null; readonly code: string | null },
): Promise<string> {
  const { name, email, password, shown, code } = given
  if (!(await needsSetUp(db))) throw done()
  if (code !== null && !isRight(shown ?? '', code)) {
    throw new EaselError('forbidden', 'Open the link that the server printed when it started: it holds a code.')
  }
  await checkPassword(password, { email, name })
  const passwordHash = await hashPassword(password)
  const ownerId = await ensureOwner(db)
  distrust(ownerId)
  await inTransaction(db, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('set-up', 0))`.execute(trx)
    if (!(await needsSetUp(trx))) throw done()
    await becomePerson(trx, ownerId, { name: name.trim(), email, passwordHash, role: 'admin' })
    await endSessions(trx, ownerId)
    await record(trx, { action: 'set-up', actorId: ownerId, address: client.address })
  })
  return ownerId
}
