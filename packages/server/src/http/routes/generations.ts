import { routes } from '@easel/contract'
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import type { Generations } from '#generation/generations.ts'
import { filePolicy } from '../plugins/headers.ts'
import { access, callerOf } from '../plugins/access.ts'
import { serve } from '../serve.ts'

interface Ports {
  readonly generations: Generations
}

/** Printable, so that it can be kept and compared; long enough for any UUID or hash. */
const IdempotencyKey = z.string().regex(/^[\x20-\x7e]{1,255}$/, 'must be 1 to 255 printable ASCII characters')

/** @throws EaselError `validation-failed` */
export function idempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined
  const parsed = IdempotencyKey.safeParse(header)
  if (parsed.success) return parsed.data
  const message = parsed.error.issues.map((issue) => issue.message).join('; ')
  throw new EaselError('validation-failed', `headers.idempotency-key: ${message}`, {
    fields: [{ field: 'headers.idempotency-key', message }],
  })
}

export function registerGenerations(app: FastifyInstance, { generations }: Ports): void {
  serve(app, routes.createGeneration, async ({ caller, body, request }) => {
    const key = idempotencyKey(request.headers['idempotency-key'])
    return await generations.submit(caller.userId, body, { origin: 'easel', idempotencyKey: key })
  })
  serve(app, routes.estimateGeneration, ({ caller, body }) => generations.estimate(caller.userId, body))
  serve(app, routes.listGenerations, ({ caller, query }) => generations.list(caller.userId, query))
  serve(app, routes.getGeneration, ({ caller, params }) => generations.get(caller.userId, params.id))
  serve(app, routes.cancelGeneration, ({ caller, params }) => generations.cancel(caller.userId, params.id))
  serve(app, routes.retryGeneration, ({ caller, params }) => generations.retry(caller.userId, params.id))

  const params = routes.getGeneration.params
  const typed = app.withTypeProvider<ZodTypeProvider>()
  typed.get(
    '/api/generations/:id/preview',
    { ...access('read'), schema: { params, hide: true } },
    async (request, reply) => {
      const { userId } = callerOf(request)
      const preview = await generations.preview(userId, request.params.id)
      // It may have given way to the picture between the page's hearing of it and its asking: no fault of anybody.
      if (preview === null) return await reply.code(204).send()
      reply.headers({ 'cache-control': 'private, no-store', 'content-security-policy': filePolicy })
      return await reply.type(preview.mimeType).send(preview.bytes)
    },
  )
}
