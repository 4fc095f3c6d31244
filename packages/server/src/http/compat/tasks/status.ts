// GET /task-status/<task id>.
import type { Generation } from '@easel/contract'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import type { AppPorts } from '../../app.ts'
import { access } from '../../plugins/access.ts'
import { partsOf } from './submit.ts'

const Params = z.object({ taskId: z.string() })

/** What clients put the server's address before. */
const imageUrl = (filename: string): string => `/images/original_${filename}`

function failureOf({ state, error }: Generation): string {
  if (state === 'cancelled') return 'The generation was cancelled.'
  return error?.message ?? 'The generation failed.'
}

export function registerStatus(scope: FastifyInstance, { generations, sharing }: AppPorts): void {
  // The id is itself the right to ask.
  scope.get(
    '/task-status/:taskId',
    { ...access('open', { compat: true }), schema: { hide: true } },
    async (request) => {
      const parts = partsOf(Params.parse(request.params).taskId)
      const task = parts === null ? null : await generations.findTask(parts.id, parts.secret)
      if (task === null) throw new EaselError('not-found', 'There is no such task.')
      const { userId, generation } = task
      const { state, resolvedPrompt, images } = generation
      if (state === 'queued' || state === 'running') return { status: 'PENDING', result: null }
      const [image] = images
      if (image === undefined) {
        if (state === 'succeeded') throw new EaselError('not-found', 'The picture of this task was deleted.')
        return { status: 'FAILED', result: failureOf(generation) }
      }
      await sharing.unlisted.create(userId, image.id, image.filename)
      const description = image.description ?? image.revisedPrompt ?? resolvedPrompt
      return {
        status: 'SUCCESS',
        result: { image_url: imageUrl(image.filename), description, refined_prompt: resolvedPrompt },
      }
    },
  )
}
