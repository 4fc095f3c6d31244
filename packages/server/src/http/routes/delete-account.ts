// Leaving for good.
import { routes } from '@easel/contract'
import type { FastifyInstance } from 'fastify'
import { createUsers } from '#admin/users.ts'
import { securityOf, type Accounts } from '#auth/accounts.ts'
import { confirmPassword } from '#auth/confirm-password.ts'
import { EaselError } from '#base/errors.ts'
import type { Db } from '#db/database.ts'
import { clientAddress } from '../client-address.ts'
import { serve } from '../serve.ts'

const noAccount =
  'This server works without accounts: the library is whoever’s computer this is. To erase it, stop Easel and delete its data folder.'

interface Ports {
  readonly db: Db
  /** Null in local mode. */
  readonly accounts: Accounts | null
}

export function registerDeleteAccount(app: FastifyInstance, { db, accounts }: Ports): void {
  serve(app, routes.deleteMe, async ({ request, caller, body }) => {
    if (accounts === null) throw new EaselError('conflict', noAccount)
    const actor = { userId: caller.userId, address: clientAddress(request) }
    await confirmPassword(db, actor, { asked: 'account-deletion', password: body.password })
    // Out at once; the pictures go in the background, also after a crash.
    await createUsers(db, securityOf(accounts.auth)).remove(actor, caller.userId, { pictures: 'erase' })
    return undefined
  })
}
