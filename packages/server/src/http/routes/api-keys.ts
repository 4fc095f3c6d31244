import { routes } from '@easel/contract'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Accounts } from '#auth/accounts.ts'
import { createApiKeys, type Person } from '#auth/api-keys.ts'
import type { Db } from '#db/database.ts'
import { clientAddress } from '../client-address.ts'
import { callerOf } from '../plugins/access.ts'
import { serve } from '../serve.ts'

/** Who changes their own account. */
function personOf(request: FastifyRequest): Person {
  const { userId, role } = callerOf(request)
  return { userId, role, address: clientAddress(request) }
}

interface Ports {
  readonly db: Db
  /** Null in local mode. */
  readonly accounts: Accounts | null
}

export function registerApiKeys(app: FastifyInstance, { db, accounts }: Ports): void {
  const apiKeys = createApiKeys({ db })
  serve(app, routes.listApiKeys, async ({ caller }) => ({ data: await apiKeys.list(caller.userId) }))
  serve(app, routes.createApiKey, async ({ request, body, reply }) => {
    reply.header('cache-control', 'no-store')
    return { data: await apiKeys.create(personOf(request), body) }
  })
  serve(app, routes.deleteApiKey, async ({ request, params }) => {
    // The other processes hear it of the database; this one must not answer the key's next request from memory.
    accounts?.ports.distrust(callerOf(request).userId)
    await apiKeys.revoke(personOf(request), params.id)
    return undefined
  })
}
