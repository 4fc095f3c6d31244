// POST /api/ai/generate-image: a picture of whatever engine the user has, waited for.
import { GenerationRequest } from '@easel/contract'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import type { AppPorts } from '../../app.ts'
import { clientGone } from '../../client-gone.ts'
import type { FileLinks } from '../../file-links.ts'
import { access, callerOf } from '../../plugins/access.ts'
import { stopping } from '../../stopping.ts'
import { generatePath } from './errors.ts'
import { uploadPath } from './names.ts'

const absent = (value: unknown) => (value === null || value === '' ? undefined : value)
/** Old clients send the values of their form fields. */
const number = (schema: z.ZodType<number>) =>
  z.preprocess((value) => {
    const given = absent(value)
    return typeof given === 'string' && /^\d{1,9}$/.test(given.trim()) ? Number(given) : given
  }, schema.optional())

const side = (name: string) => {
  const words = `${name} must be a whole number from 1 to 99999`
  return number(z.int(words).min(1, words).max(99_999, words))
}
const stepsWords = 'Steps must be a whole number from 1 to 500'

const Body = z.object({
  prompt: z.string().refine((text) => text.trim() !== ''),
  width: side('Width'),
  height: side('Height'),
  steps: number(z.int(stepsWords).min(1, stepsWords).max(500, stepsWords)),
  negativePrompt: z.preprocess(absent, z.string('Negative prompt must be a text').optional()),
})

const refuse = (message: string) => new EaselError('bad-request', message)

/** What is asked for, in Easel's terms. @throws EaselError `bad-request` */
function readRequest(body: unknown): GenerationRequest {
  const parsed = Body.safeParse(body)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const field = issue?.path[0]
    throw refuse(field === undefined || field === 'prompt' ? 'Prompt is required' : (issue?.message ?? 'Not valid'))
  }
  const { prompt, width, height, steps, negativePrompt } = parsed.data
  // Of one side alone the other one is not known: a square.
  const sides = width === undefined && height === undefined ? null : [width ?? height, height ?? width]
  const request = GenerationRequest.safeParse({
    prompt,
    ...(sides === null ? {} : { size: sides.join('x') }),
    ...(steps === undefined ? {} : { steps }),
    ...(negativePrompt === undefined ? {} : { negativePrompt }),
  })
  if (request.success) return request.data
  const [issue] = request.error.issues
  throw refuse(`${issue?.path.join('.') ?? 'request'}: ${issue?.message ?? 'is not valid'}`)
}

export function registerGenerateImage(
  scope: FastifyInstance,
  { generations, links }: Pick<AppPorts, 'generations'> & { readonly links: FileLinks },
): void {
  const stop = stopping(scope)
  const open = { ...access('generate', { limit: 'generate' }), schema: { hide: true } }
  scope.post(generatePath, open, async (request, reply) => {
    const begun = performance.now()
    const { userId } = callerOf(request)
    const wanted = readRequest(request.body)
    const { id } = await generations.submit(userId, wanted, { origin: 'user-library' })
    const gone = AbortSignal.any([clientGone(reply), stop])
    const { images, error, provider, model } = await generations.wait(userId, id, gone)
    const [image] = images
    if (image === undefined) {
      if (stop.aborted) {
        throw new EaselError('shutting-down', 'Easel is stopping. The picture will be made when it is back.')
      }
      throw new EaselError('provider-failed', error?.message ?? 'The generation was cancelled.')
    }
    return {
      success: true,
      imageUrl: links.linkFor(request, uploadPath(userId, image.filename)),
      filename: image.filename,
      prompt: wanted.prompt,
      userId,
      provider,
      model,
      processingTime: Math.round(performance.now() - begun),
    }
  })
}
