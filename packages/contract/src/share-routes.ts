// Links to pictures. Their pages and files, `/s/<name>…` and `/images/<name>`, are no rows here: docs/spec/sharing.md.
import { z } from 'zod'
import { Cursor, Id, Page } from './primitives.ts'
import type { Route } from './route.ts'
import { Share, ShareChange, ShareCreate, SharedPage } from './shares.ts'

const byId = z.object({ id: Id })
const data = <T extends z.ZodType>(item: T) => z.object({ data: item })
const limit = z.coerce.number().int().min(1).max(200).default(50)

export const shareRoutes = {
  listShares: {
    method: 'GET',
    path: '/api/shares',
    summary: "The caller's links, newest first; those of one picture or album, where it is named.",
    access: 'read',
    query: z.object({ limit, cursor: Cursor.optional(), image: Id.optional(), album: Id.optional() }),
    status: 200,
    response: Page(Share),
  },
  createShare: {
    method: 'POST',
    path: '/api/shares',
    summary: 'Make a link to a picture, an album or a selection.',
    access: 'write',
    limit: 'share',
    body: ShareCreate,
    status: 201,
    response: data(Share),
  },
  getShare: {
    method: 'GET',
    path: '/api/shares/:id',
    summary: "One link of the caller's.",
    access: 'read',
    params: byId,
    status: 200,
    response: data(Share),
  },
  updateShare: {
    method: 'PATCH',
    path: '/api/shares/:id',
    summary: 'Change what a link allows. Another password, or none, ends the visits of those who gave the old one.',
    access: 'write',
    params: byId,
    body: ShareChange,
    status: 200,
    response: data(Share),
  },
  revokeShare: {
    method: 'DELETE',
    path: '/api/shares/:id',
    summary: 'End a link, for good. Its name never leads anywhere again.',
    access: 'write',
    params: byId,
    status: 204,
  },
  visitShare: {
    method: 'GET',
    path: '/s/:name/images',
    summary: 'What a visitor of a link may see of its pictures.',
    access: 'open',
    params: z.object({ name: z.string().max(300) }),
    query: z.object({ limit: z.coerce.number().int().min(1).max(200).default(100), cursor: Cursor.optional() }),
    status: 200,
    response: data(SharedPage),
  },
} as const satisfies Record<string, Route>
