// txt2img and img2img. Rules SD10 … in docs/spec/sdapi.md.
import type { Generation, GenerationRequest, Image } from '@easel/contract'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { EaselError } from '#base/errors.ts'
import type { Resolved } from '#connections/choice.ts'
import { maskFromWhite } from '#transfer/foreign-mask.ts'
import type { AppPorts } from '../../app.ts'
import { decodePicture } from '../../base64-text.ts'
import { clientGone } from '../../client-gone.ts'
import { access, callerOf } from '../../plugins/access.ts'
import { stopping } from '../../stopping.ts'
import { checkPictures } from '../ended.ts'
import { findModel } from '../find-model.ts'
import { sendTold } from '../lines.ts'
import { checkTakes, keepEncoded, keepSources } from '../sources.ts'
import { answerText } from './answer.ts'
import { readAsked, toRequest, type Asked } from './asked.ts'

/** Two pictures of the largest usual size, in base64. */
export const bodyLimit = 48 * 1024 * 1024

/** Whoever draws by default; null when that cannot be told now: then whoever takes the request says why, or who draws instead. */
async function usualEngine({ connections }: AppPorts, userId: string): Promise<Resolved | null> {
  try {
    return await connections.resolve(userId, {})
  } catch (error) {
    if (error instanceof EaselError) return null
    throw error
  }
}

/** Whom a request means: what it names, else what its program picked last, else whoever draws by default. */
async function engineOf(ports: AppPorts, userId: string, asked: Asked): Promise<Resolved | null> {
  const { connections } = ports
  const { sd_model_checkpoint: named } = asked.override_settings
  if (named !== undefined && named !== null && named !== '') return await findModel(connections, userId, named)
  const picked = await connections.checkpointOf(userId)
  return picked === null ? await usualEngine(ports, userId) : await connections.resolve(userId, picked)
}

async function keepMask({ addImages }: AppPorts, userId: string, { asked, of }: { asked: Asked; of: Image }) {
  if (asked.mask === undefined) return null
  const { width, height } = of
  const shape = { width, height, inverted: asked.inpainting_mask_invert }
  const bytes = await maskFromWhite(decodePicture('body.mask', asked.mask), shape, 'body.mask')
  const [mask] = await keepSources(addImages, userId, [await addImages.receive(bytes, 'body.mask')])
  return mask ?? null
}

/** The request with its pictures, which are in the library by then. */
async function withPictures(
  ports: AppPorts,
  userId: string,
  { asked, engine }: { readonly asked: Asked; readonly engine: Resolved | null },
): Promise<GenerationRequest> {
  const wanted = toRequest(asked, engine)
  const texts = asked.init_images
  if (texts === undefined) return wanted
  if (engine !== null) checkTakes(engine, { sources: texts.length, mask: asked.mask !== undefined })
  const sources = await keepEncoded(ports.addImages, userId, { field: 'body.init_images', texts })
  const [first] = sources
  if (first === undefined) throw new EaselError('not-found', 'Init image not found')
  const mask = await keepMask(ports, userId, { asked, of: first })
  return { ...wanted, sources: sources.map(({ id }) => id), ...(mask === null ? {} : { mask: mask.id }) }
}

export function registerMaking(scope: FastifyInstance, ports: AppPorts): void {
  const { generations } = ports
  const stop = stopping(scope)

  async function submit(request: FastifyRequest, asked: Asked): Promise<Generation> {
    const { userId } = callerOf(request)
    const engine = await engineOf(ports, userId, asked)
    const wanted = await withPictures(ports, userId, { asked, engine })
    const accepted = await generations.submit(userId, wanted, { origin: 'sdapi' })
    if (asked.force_task_id !== undefined) await generations.giveName(userId, accepted.id, asked.force_task_id)
    return accepted
  }

  const making = { ...access('generate', { basic: true, limit: 'generate' }), schema: { hide: true }, bodyLimit }
  for (const path of ['txt2img', 'img2img'] as const) {
    scope.post(`/sdapi/v1/${path}`, making, async (request, reply) => {
      const { init_images: sources, ...rest } = readAsked(request.body)
      const asked: Asked = path === 'txt2img' ? rest : { ...rest, init_images: sources ?? [] }
      const signal = AbortSignal.any([clientGone(reply), stop])
      const { userId } = callerOf(request)
      const { id } = await submit(request, asked)
      const generation = await generations.wait(userId, id, signal)
      // What was interrupted is told as success, and a program that stopped it expects no more than that.
      if (generation.state !== 'cancelled') checkPictures(generation, stop.aborted)
      return await sendTold(reply, 'application/json; charset=utf-8', answerText(ports, { userId, asked, generation }))
    })
  }
}
