// POST /generate-image: a prompt in, a task id out.
import { randomBytes } from 'node:crypto'
import { GenerationRequest } from '@easel/contract'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import type { AppPorts } from '../../app.ts'
import { access, callerOf } from '../../plugins/access.ts'

/** About a megapixel in the ratio that is asked for, in steps that every engine takes. */
const pixels = 1024 * 1024
const step = 16
const widest = 4
const secretBytes = 16

const refuse = (message: string) => new EaselError('bad-request', message)

const ratioWords = 'aspectRatio must look like 16:9, with parts from 1 to 100, between 1:4 and 4:1'
const Body = z.object({
  prompt: z.string('prompt must be a text').refine((text) => text.trim() !== '', 'prompt must not be empty'),
  aspectRatio: z.string(ratioWords).regex(/^[1-9]\d{0,2}:[1-9]\d{0,2}$/, ratioWords),
  usePromptRefiner: z.boolean('usePromptRefiner must be true or false').nullish(),
})

/** `1360x768` for `16:9`. @throws EaselError `bad-request` */
function sizeOf(aspectRatio: string): string {
  const [across = 0, down = 0] = aspectRatio.split(':').map(Number)
  if (across > 100 || down > 100 || across > down * widest || down > across * widest) throw refuse(ratioWords)
  const height = Math.sqrt((pixels * down) / across)
  const sides = [(height * across) / down, height].map((side) => Math.round(side / step) * step)
  return sides.join('x')
}

/** @throws EaselError `bad-request` */
function readAsked(body: unknown): { readonly request: GenerationRequest; readonly refine: boolean } {
  const parsed = Body.safeParse(body)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw refuse(issue?.path.length === 0 ? 'The body must be a JSON object' : (issue?.message ?? 'Not valid'))
  }
  const { prompt, aspectRatio, usePromptRefiner } = parsed.data
  const request = GenerationRequest.safeParse({ prompt, size: sizeOf(aspectRatio), aspectRatio })
  if (!request.success) throw refuse(request.error.issues[0]?.message ?? 'Not valid')
  return { request: request.data, refine: usePromptRefiner === true }
}

/** The parts of a task id: a generation's, and the secret that it was submitted with. Null: no task can have it. */
export function partsOf(taskId: string): { readonly id: string; readonly secret: string } | null {
  const [, id, secret] = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-([0-9a-f]{32})$/.exec(taskId) ?? []
  return id === undefined || secret === undefined ? null : { id, secret }
}

export function registerSubmit(scope: FastifyInstance, { generations }: AppPorts): void {
  const open = { ...access('generate', { compat: true, limit: 'generate' }), schema: { hide: true } }
  scope.post('/generate-image', open, async (request) => {
    const { userId } = callerOf(request)
    const { request: wanted, refine } = readAsked(request.body)
    // The id alone is told to others too: what opens the status is this.
    const secret = randomBytes(secretBytes).toString('hex')
    const { id } = await generations.submit(userId, wanted, { origin: 'tasks', idempotencyKey: secret, refine })
    return { task_id: `${id}-${secret}` }
  })
}
