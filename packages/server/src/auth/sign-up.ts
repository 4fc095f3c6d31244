import type { SignUp } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { AccountPorts } from './account-ports.ts'
import { record } from './audit.ts'
import type { Client } from './bridge.ts'
import type { Caller } from './caller.ts'
import { becomeUser } from './guests.ts'
import { checkInvitation, redeemInvitation } from './invitations.ts'
import { hashPassword } from './password-hash.ts'
import { addPerson, isTaken, needsSetUp, putPassword, taken, unlessTaken, type NewPerson } from './people.ts'

/** @throws EaselError when the policy lets this visitor make no account */
async function checkPolicy({ db, signUpPolicy }: AccountPorts, { email, invitation }: SignUp): Promise<void> {
  if (await needsSetUp(db))
    throw new EaselError('conflict', 'This server is not set up yet: its owner does that first.')
  const policy = signUpPolicy()
  if (policy === 'closed') throw new EaselError('forbidden', 'Nobody can make an account here.')
  if (invitation !== undefined) await checkInvitation(db, invitation, email)
  else if (policy === 'invite') throw new EaselError('forbidden', 'An account here takes an invitation.')
}

/** Whose row becomes the account: a guest keeps everything. */
async function makePerson(trx: Trx, person: NewPerson, guestId: string | null): Promise<string> {
  if (guestId === null || !(await unlessTaken(() => becomeUser(trx, guestId, person))))
    return await addPerson(trx, person)
  await trx.updateTable('users').set({ role: person.role }).where('id', '=', guestId).execute()
  await putPassword(trx, guestId, person.passwordHash)
  return guestId
}

/**
 * Makes an account. Of several with the same e-mail address at once, one is made.
 * @param given with the guest who asks, or null
 * @returns the new person's id
 */
export async function signUp(
  ports: AccountPorts,
  client: Client,
  given: SignUp & { readonly guest: Caller | null },
): Promise<string> {
  const { db, checkPassword, distrust } = ports
  const { name, email, password, invitation, guest } = given
  await checkPolicy(ports, given)
  await checkPassword(password, { email, name })
  if (await isTaken(db, email)) throw taken()
  const passwordHash = await hashPassword(password)
  if (guest !== null) distrust(guest.userId)
  return await inTransaction(db, async (trx) => {
    const invited = invitation === undefined ? null : await redeemInvitation(trx, invitation, email)
    const person = { name: name.trim(), email, passwordHash, role: invited?.role ?? 'user' } as const
    const id = await makePerson(trx, person, guest?.userId ?? null)
    if (invited !== null) {
      await trx.updateTable('invitations').set({ used_by: id }).where('id', '=', invited.id).execute()
    }
    const detail = { role: person.role, invited: invited !== null, guest: guest !== null }
    await record(trx, { action: 'sign-up', actorId: id, address: client.address, detail })
    return id
  })
}
