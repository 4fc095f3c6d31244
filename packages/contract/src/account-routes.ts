// Signing in and one's own account.
import { z } from 'zod'
import { ApiKey, ApiKeyCreate, Me } from './account.ts'
import { Id } from './primitives.ts'
import type { Route } from './route.ts'

const byId = z.object({ id: Id })
const data = <T extends z.ZodType>(item: T) => z.object({ data: item })

export const accountRoutes = {
  getMe: {
    method: 'GET',
    path: '/api/me',
    summary: 'Who the caller is.',
    access: 'read',
    status: 200,
    response: data(Me),
  },
  listApiKeys: {
    method: 'GET',
    path: '/api/me/keys',
    summary: "The caller's API keys, newest first.",
    access: 'account',
    status: 200,
    response: data(z.array(ApiKey)),
  },
  createApiKey: {
    method: 'POST',
    path: '/api/me/keys',
    summary: 'Make an API key. It is shown in this answer and never again.',
    access: 'account',
    body: ApiKeyCreate,
    status: 201,
    response: data(ApiKey.extend({ key: z.string() })),
  },
  deleteApiKey: {
    method: 'DELETE',
    path: '/api/me/keys/:id',
    summary: 'Revoke an API key. It stops working at once.',
    access: 'account',
    params: byId,
    status: 204,
  },
} as const satisfies Record<string, Route>
