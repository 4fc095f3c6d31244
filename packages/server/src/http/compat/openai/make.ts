// A request for pictures becomes a generation; its answer is one document, or events.
import type { Generation, Image } from '@easel/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AppPorts } from '../../app.ts'
import { originOf } from '../../client.ts'
import { clientGone } from '../../client-gone.ts'
import type { FileLinks } from '../../file-links.ts'
import { callerOf } from '../../plugins/access.ts'
import { idempotencyKey } from '../../routes/generations.ts'
import { stopping } from '../../stopping.ts'
import { checkPictures } from '../ended.ts'
import { findModel } from '../find-model.ts'
import { sendTold } from '../lines.ts'
import { checkTakes, keepSources } from '../sources.ts'
import { answerText, type EventName, type Shown } from './answer.ts'
import { toRequest, type Asked } from './asked.ts'
import type { Given } from './json-edit.ts'
import { sendEvents } from './tell.ts'

export type OpenAiPorts = AppPorts & { readonly links: FileLinks }

export interface Wanted {
  readonly asked: Asked
  readonly files: readonly Given[]
  readonly mask: Given | null
  readonly events: EventName
}

export interface Exchange {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** Of dall-e, clients expect addresses where they say nothing; of every other model, bytes. */
const wantsAddresses = ({ response_format: format }: Asked, model: string): boolean =>
  format === undefined ? /(?:^|\/)dall-e-/.test(model) : format === 'url'

/** Makes pictures for whoever asks, as OpenAI would. */
export function createMaker(scope: FastifyInstance, ports: OpenAiPorts) {
  const { connections, generations, addImages, links, publicUrl } = ports
  const stop = stopping(scope)

  /** Of the library, which what came becomes part of. */
  async function idsOf(userId: string, given: readonly Given[]): Promise<readonly string[]> {
    const ids: string[] = []
    for (const one of given) {
      if ('imageId' in one) ids.push(one.imageId)
      else for (const { id } of await keepSources(addImages, userId, [one])) ids.push(id)
    }
    return ids
  }

  async function submit(request: FastifyRequest, { asked, files, mask }: Wanted): Promise<Generation> {
    const { userId } = callerOf(request)
    const key = idempotencyKey(request.headers['idempotency-key'])
    const engine = asked.model === undefined ? null : await findModel(connections, userId, asked.model)
    if (engine !== null) checkTakes(engine, { sources: files.length, mask: mask !== null })
    const sources = await idsOf(userId, files)
    const [masking] = mask === null ? [] : await idsOf(userId, [mask])
    const wanted = {
      ...toRequest(asked),
      ...(engine === null ? {} : { connectionId: engine.connection.id, model: engine.model.id }),
      ...(sources.length === 0 ? {} : { sources: [...sources] }),
      ...(masking === undefined ? {} : { mask: masking }),
    }
    return await generations.submit(userId, wanted, { origin: 'openai', idempotencyKey: key })
  }

  function shownTo(request: FastifyRequest, asked: Asked, generation: Generation): Shown {
    const { userId } = callerOf(request)
    const origin = originOf(request, publicUrl)
    const addressOf = ({ filename }: Image) =>
      new URL(links.linkFor(request, `/uploads/generated/${userId}/${filename}`), origin).href
    return { ports, userId, generation, addressOf: wantsAddresses(asked, generation.model) ? addressOf : null }
  }

  /** Waits for the end. */
  async function answer({ request, reply }: Exchange, { asked }: Wanted, accepted: Generation): Promise<FastifyReply> {
    const { userId } = callerOf(request)
    const signal = AbortSignal.any([clientGone(reply), stop])
    const generation = await generations.wait(userId, accepted.id, signal)
    checkPictures(generation, stop.aborted)
    return await sendTold(reply, 'application/json; charset=utf-8', answerText(shownTo(request, asked, generation)))
  }

  return async (exchange: Exchange, wanted: Wanted): Promise<FastifyReply> => {
    const accepted = await submit(exchange.request, wanted)
    exchange.reply.header('x-request-id', accepted.id)
    const { asked, events } = wanted
    if (!asked.stream) return await answer(exchange, wanted, accepted)
    const { request, reply } = exchange
    const shown = (generation: Generation) => shownTo(request, asked, generation)
    const told = { userId: callerOf(request).userId, accepted, previews: asked.partial_images, events, shown }
    return await sendEvents(reply, ports, { told, stop })
  }
}
