// POST /api/{sdxl|flux}/generate and …/transform: pictures, waited for.
import { Readable } from 'node:stream'
import multipart from '@fastify/multipart'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { EaselError } from '#base/errors.ts'
import type { StudioOrigin } from '#generation/submit.ts'
import type { AppPorts } from '../../app.ts'
import { clientGone } from '../../client-gone.ts'
import { access, callerOf } from '../../plugins/access.ts'
import { stopping } from '../../stopping.ts'
import { answerText, readable } from './answer.ts'
import { readSettings, toDraw } from './asked.ts'
import { serverOf } from './engine.ts'
import { missing } from './errors.ts'
import { families, type Family, type Settings } from './fields.ts'
import { readForm, type Form } from './form.ts'

interface Wanted {
  readonly family: Family
  readonly settings: Settings
  readonly origin: StudioOrigin
  /** The picture to begin with, or null. */
  readonly sourceId: string | null
}

/** The picture that was sent, as large as is asked for, as one of the library. */
async function sourceOf(
  { addImages }: AppPorts,
  userId: string,
  { file, size }: { file: NonNullable<Form['file']>; size: Settings },
) {
  const sized = await addImages.sized(file, size)
  const { image } = await addImages.add(userId, sized, { filename: null, facts: {} })
  return image.id
}

export async function registerDraw(scope: FastifyInstance, ports: AppPorts): Promise<void> {
  const { generations } = ports
  const stop = stopping(scope)

  async function draw(request: FastifyRequest, reply: FastifyReply, { family, origin, ...wanted }: Wanted) {
    const begun = performance.now() - reply.elapsedTime
    const { userId } = callerOf(request)
    const server = await serverOf(ports, userId, family)
    const { request: asked, seed } = toDraw(family, { ...wanted, server })
    const { id } = await generations.submit(userId, asked, { origin })
    const generation = await generations.wait(userId, id, AbortSignal.any([clientGone(reply), stop]))
    const images = await readable(ports, userId, generation.images)
    if (images.length === 0) {
      if (stop.aborted)
        throw new EaselError('shutting-down', 'Easel is stopping. The pictures will be made when it is back.')
      throw new EaselError('provider-failed', generation.error?.message ?? 'The generation was cancelled.')
    }
    const text = answerText(ports, { userId, images, seed, begun })
    reply.header('cache-control', 'private, no-cache').type('application/json; charset=utf-8')
    return await reply.send(Readable.from(text, { objectMode: false }))
  }

  const open = { ...access('generate', { compat: true, limit: 'generate' }), schema: { hide: true } }
  await scope.register(multipart)
  for (const family of families) {
    scope.post(`/api/${family}/generate`, open, async (request, reply) => {
      const settings = readSettings(family, request.body)
      return await draw(request, reply, { family, settings, origin: family, sourceId: null })
    })

    scope.post(`/api/${family}/transform`, open, async (request, reply) => {
      const { userId } = callerOf(request)
      // Whoever sends no form sends no picture.
      if (!request.isMultipart()) throw missing('image')
      const { fields, file } = await readForm(ports.addImages, request)
      try {
        const settings = readSettings(family, fields)
        if (file === null) throw missing('image')
        // Before anything is kept for it.
        await serverOf(ports, userId, family)
        const sourceId = await sourceOf(ports, userId, { file, size: settings })
        return await draw(request, reply, { family, settings, origin: `${family}_img2img`, sourceId })
      } finally {
        await file?.discard()
      }
    })
  }
}
