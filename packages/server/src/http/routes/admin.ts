// What administrators do. The access table lets nobody else in.
import { routes, type InstanceDefaults } from '@easel/contract'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { listAudit } from '#admin/audit-list.ts'
import type { Defaults } from '#admin/defaults.ts'
import type { Groups } from '#admin/groups.ts'
import { readOverview, type OverviewPorts } from '#admin/overview.ts'
import type { Security } from '#admin/security.ts'
import type { Users } from '#admin/users.ts'
import type { Invitations } from '#auth/invitations.ts'
import { clientAddress } from '../client-address.ts'
import { callerOf } from '../plugins/access.ts'
import { serve } from '../serve.ts'

export interface AdminPorts {
  readonly users: Users
  readonly groups: Groups
  readonly overview: OverviewPorts
  readonly defaults: Defaults
  readonly invitations: Invitations
  readonly security: Security
}

const actorOf = (request: FastifyRequest) => ({ userId: callerOf(request).userId, address: clientAddress(request) })

export function registerAdmin(app: FastifyInstance, ports: AdminPorts): void {
  const { users, overview, defaults, invitations, security } = ports
  const { db } = overview

  serve(app, routes.getOverview, async () => ({ data: await readOverview(overview) }))
  serve(app, routes.listUsers, ({ query }) => users.list(query))
  serve(app, routes.updateUser, async ({ request, params, body }) => ({
    data: await users.update(actorOf(request), params.id, body),
  }))
  serve(app, routes.removeUser, async ({ request, params, body }) => ({
    data: await users.remove(actorOf(request), params.id, body),
  }))

  serve(app, routes.listInvitations, async () => ({ data: [...(await invitations.list())] }))
  serve(app, routes.createInvitation, async ({ request, body }) => ({
    data: await invitations.create(actorOf(request), body),
  }))
  serve(app, routes.deleteInvitation, async ({ request, params }) => {
    await invitations.revoke(actorOf(request), params.id)
    return undefined
  })

  serve(app, routes.listAudit, ({ query }) => listAudit(db, query))

  serve(app, routes.getDefaults, async () => ({ data: defaults.current() }))
  serve(app, routes.updateDefaults, async ({ request, body }) => {
    const { userId: actorId, address } = actorOf(request)
    const detail: Partial<Record<keyof InstanceDefaults, unknown>> = body
    const data = await defaults.update(body, (trx) =>
      security.record(trx, { action: 'defaults-changed', actorId, address, detail }),
    )
    return { data }
  })
}
