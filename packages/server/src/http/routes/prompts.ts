// The prompt language, and making pictures again.
import { routes } from '@easel/contract'
import type { FastifyInstance } from 'fastify'
import type { Db } from '#db/database.ts'
import type { Generations } from '#generation/generations.ts'
import { lineageOf } from '#library/lineage.ts'
import type { PromptParts } from '#prompts/parts.ts'
import { previewPrompt } from '#prompts/prepare.ts'
import { serve } from '../serve.ts'
import { idempotencyKey } from './generations.ts'

interface Ports {
  readonly db: Db
  readonly generations: Generations
  readonly promptParts: PromptParts
}

export function registerPrompts(app: FastifyInstance, { db, generations, promptParts }: Ports): void {
  serve(app, routes.listPromptParts, async ({ caller, query }) => ({
    data: await promptParts.list(caller.userId, query.kind),
  }))
  serve(app, routes.createPromptPart, async ({ caller, body }) => ({
    data: await promptParts.create(caller.userId, body),
  }))
  serve(app, routes.getPromptPart, async ({ caller, params }) => ({
    data: await promptParts.get(caller.userId, params.id),
  }))
  serve(app, routes.updatePromptPart, async ({ caller, params, body }) => ({
    data: await promptParts.update(caller.userId, params.id, body),
  }))
  serve(app, routes.deletePromptPart, ({ caller, params }) =>
    promptParts.remove(caller.userId, params.id).then(() => undefined),
  )
  serve(app, routes.previewPrompt, async ({ caller, body }) => ({
    data: await previewPrompt(db, caller.userId, body),
  }))
  serve(app, routes.makeAgain, async ({ caller, params, body, request }) => {
    const key = idempotencyKey(request.headers['idempotency-key'])
    return await generations.again(caller.userId, params.id, { ...body, idempotencyKey: key })
  })
  serve(app, routes.getLineage, async ({ caller, params }) => ({
    data: await lineageOf(db, caller.userId, params.id),
  }))
}
