// Groups of people, as administrators make them. The access table lets nobody else in.
import { routes } from '@easel/contract'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Groups } from '#admin/groups.ts'
import { clientAddress } from '../client-address.ts'
import { callerOf } from '../plugins/access.ts'
import { serve } from '../serve.ts'

const actorOf = (request: FastifyRequest) => ({ userId: callerOf(request).userId, address: clientAddress(request) })

export function registerGroups(app: FastifyInstance, { groups }: { readonly groups: Groups }): void {
  serve(app, routes.listGroups, async () => ({ data: await groups.list() }))
  serve(app, routes.createGroup, async ({ request, body }) => ({ data: await groups.create(actorOf(request), body) }))
  serve(app, routes.updateGroup, async ({ request, params, body }) => ({
    data: await groups.update(actorOf(request), params.id, body),
  }))
  serve(app, routes.deleteGroup, async ({ request, params }) => {
    await groups.remove(actorOf(request), params.id)
    return undefined
  })
}
