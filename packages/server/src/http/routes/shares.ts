// Links as their owners make and end them. What visitors get is in ../share-visits.
import { routes } from '@easel/contract'
import type { FastifyInstance } from 'fastify'
import type { Sharing } from '#sharing/sharing.ts'
import { EaselError } from '#base/errors.ts'
import type { Caller } from '#auth/caller.ts'
import { serve } from '../serve.ts'

/** @throws EaselError `forbidden`: guests come and go, and an address is for long */
function checkPublisher({ role }: Caller, { address }: { readonly address?: string | null | undefined }): void {
  if (role === 'guest' && typeof address === 'string')
    throw new EaselError('forbidden', 'Guests cannot publish an album. Make an account first.')
}

export function registerShares(app: FastifyInstance, { links }: Pick<Sharing, 'links'>): void {
  serve(app, routes.listShares, ({ caller, query }) => links.list(caller.userId, query))
  serve(app, routes.createShare, async ({ caller, body }) => {
    checkPublisher(caller, body)
    return { data: await links.create(caller.userId, body) }
  })
  serve(app, routes.getShare, async ({ caller, params }) => ({ data: await links.get(caller.userId, params.id) }))
  serve(app, routes.updateShare, async ({ caller, params, body }) => {
    checkPublisher(caller, body)
    return { data: await links.update(caller.userId, params.id, body) }
  })
  serve(app, routes.revokeShare, ({ caller, params }) => links.revoke(caller.userId, params.id).then(() => undefined))
}
