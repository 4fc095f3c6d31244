// What administrators do. None of it shows anybody's pictures or prompts.
import { z } from 'zod'
import {
  AuditEntry,
  InstanceDefaults,
  Invitation,
  InvitationCreate,
  ManagedUser,
  ManagedUserChange,
  Overview,
  UserRemoval,
} from './administration.ts'
import { Cursor, Id, Page } from './primitives.ts'
import type { Route } from './route.ts'

const byId = z.object({ id: Id })
const limit = z.coerce.number().int().min(1).max(200).default(50)
const data = <T extends z.ZodType>(item: T) => z.object({ data: item })

export const adminRoutes = {
  getOverview: {
    method: 'GET',
    path: '/api/admin/overview',
    summary: 'Users, storage and queue at a glance.',
    access: 'admin',
    status: 200,
    response: data(Overview),
  },
  listUsers: {
    method: 'GET',
    path: '/api/admin/users',
    summary: 'Everybody on this server, the newest first.',
    access: 'admin',
    query: z.object({ limit, cursor: Cursor.optional() }),
    status: 200,
    response: Page(ManagedUser),
  },
  updateUser: {
    method: 'PATCH',
    path: '/api/admin/users/:id',
    summary: 'Change the role or the quota of somebody, or keep them out.',
    access: 'admin',
    params: byId,
    body: ManagedUserChange,
    status: 200,
    response: data(ManagedUser),
  },
  removeUser: {
    method: 'POST',
    path: '/api/admin/users/:id/remove',
    summary: 'Remove somebody. They are out at once; what is said of their pictures is done soon after.',
    access: 'admin',
    params: byId,
    body: UserRemoval,
    status: 202,
    response: data(ManagedUser),
  },
  listInvitations: {
    method: 'GET',
    path: '/api/admin/invitations',
    summary: 'Invitations, the newest first.',
    access: 'admin',
    status: 200,
    response: data(z.array(Invitation)),
  },
  createInvitation: {
    method: 'POST',
    path: '/api/admin/invitations',
    summary: 'Invite somebody. The token is in this answer and never again.',
    access: 'admin',
    body: InvitationCreate,
    status: 201,
    response: data(Invitation.extend({ token: z.string() })),
  },
  deleteInvitation: {
    method: 'DELETE',
    path: '/api/admin/invitations/:id',
    summary: 'Take an invitation back.',
    access: 'admin',
    params: byId,
    status: 204,
  },
  listAudit: {
    method: 'GET',
    path: '/api/admin/audit',
    summary: 'Security events, the newest first.',
    access: 'admin',
    query: z.object({
      limit,
      cursor: Cursor.optional(),
      /** What they did, or what was done to them. */
      userId: Id.optional(),
      action: z
        .string()
        .regex(/^[a-z-]{1,60}$/)
        .optional(),
    }),
    status: 200,
    response: Page(AuditEntry),
  },
  getDefaults: {
    method: 'GET',
    path: '/api/admin/defaults',
    summary: 'What holds for everybody who has nothing of their own.',
    access: 'admin',
    status: 200,
    response: data(InstanceDefaults),
  },
  updateDefaults: {
    method: 'PATCH',
    path: '/api/admin/defaults',
    summary: 'Change what holds for everybody, on every process at once.',
    access: 'admin',
    body: InstanceDefaults.partial(),
    status: 200,
    response: data(InstanceDefaults),
  },
} as const satisfies Record<string, Route>
