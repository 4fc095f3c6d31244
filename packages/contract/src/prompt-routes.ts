import { z } from 'zod'
import { Generation } from './generations.ts'
import { Id } from './primitives.ts'
import {
  AgainRequest,
  Lineage,
  PromptPart,
  PromptPartChange,
  PromptPartCreate,
  PromptPartEntry,
  PromptPartKind,
  PromptPreview,
  PromptPreviewRequest,
} from './prompts.ts'
import type { Route } from './route.ts'

const byId = z.object({ id: Id })
const data = <T extends z.ZodType>(item: T) => z.object({ data: item })

/** The prompt language, and making pictures again. */
export const promptRoutes = {
  listPromptParts: {
    method: 'GET',
    path: '/api/prompts/parts',
    summary: 'Lists, templates and styles of the caller, by name.',
    access: 'read',
    query: z.object({ kind: PromptPartKind.optional() }),
    status: 200,
    response: data(z.array(PromptPartEntry)),
  },
  createPromptPart: {
    method: 'POST',
    path: '/api/prompts/parts',
    summary: 'Keep a list, a template or a style.',
    access: 'write',
    body: PromptPartCreate,
    status: 201,
    response: data(PromptPart),
  },
  getPromptPart: {
    method: 'GET',
    path: '/api/prompts/parts/:id',
    summary: 'One of them with its whole text.',
    access: 'read',
    params: byId,
    status: 200,
    response: data(PromptPart),
  },
  updatePromptPart: {
    method: 'PATCH',
    path: '/api/prompts/parts/:id',
    summary: 'Rename one of them or change its text.',
    access: 'write',
    params: byId,
    body: PromptPartChange,
    status: 200,
    response: data(PromptPart),
  },
  deletePromptPart: {
    method: 'DELETE',
    path: '/api/prompts/parts/:id',
    summary: 'Forget one of them. Prompts that name it are refused from then on.',
    access: 'write',
    params: byId,
    status: 204,
  },
  previewPrompt: {
    method: 'POST',
    path: '/api/prompts/preview',
    summary: 'What a prompt becomes, with the seed given or one drawn by lot. Keeps nothing.',
    access: 'read',
    body: PromptPreviewRequest,
    status: 200,
    response: data(PromptPreview),
  },
  makeAgain: {
    method: 'POST',
    path: '/api/images/:id/again',
    summary:
      'Make a picture again, the same or with a new seed. What differs is listed. Takes an Idempotency-Key header.',
    access: 'generate',
    limit: 'generate',
    params: byId,
    body: AgainRequest,
    status: 202,
    response: Generation,
  },
  getLineage: {
    method: 'GET',
    path: '/api/images/:id/lineage',
    summary: 'What a picture came from, and what came of it.',
    access: 'read',
    params: byId,
    status: 200,
    response: data(Lineage),
  },
} as const satisfies Record<string, Route>
