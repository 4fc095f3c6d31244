// POST /generate: a generation, told line by line.
import type { Generation } from '@easel/contract'
import type { FastifyInstance } from 'fastify'
import { EaselError } from '#base/errors.ts'
import type { AppPorts } from '../../app.ts'
import { base64Of, leave } from '../../base64-stream.ts'
import { clientGone } from '../../client-gone.ts'
import { access, callerOf } from '../../plugins/access.ts'
import { stopping } from '../../stopping.ts'
import { firstSignMs, within } from '../first-sign.ts'
import { follow, type News } from '../follow.ts'
import { findModel } from '../find-model.ts'
import { line, sendLines } from '../lines.ts'
import { readAsked, toRequest, type Asked } from './asked.ts'
import { refusalOf } from './errors.ts'

const stoppingWords = 'Easel is stopping. The picture will be made and stand in the history when it is back.'

interface Told {
  readonly asked: Asked
  readonly userId: string
  /** When the request came, as `performance.now()` has it. */
  readonly begun: number
}

/** The last line: the picture, which is in the history by now, or why there is none. */
async function* lastLine(
  ports: AppPorts,
  { asked, userId, begun }: Told,
  generation: Generation,
): AsyncGenerator<string> {
  const { images, pngCopies, storage, providers } = ports
  const [image] = generation.images
  if (image === undefined) {
    yield line({ error: refusalOf(generation, providers).words, done: true })
    return
  }
  const row = await images.row(userId, image.id)
  const file = row === null ? null : await pngCopies.of(row)
  const png = file === null ? null : await storage.get(file.storageKey)
  if (png === null) {
    yield line({ error: 'The picture was made, but its file cannot be read.', done: true })
    return
  }
  try {
    const created = new Date().toISOString()
    const head = JSON.stringify({ model: asked.model, created_at: created, done: true, done_reason: 'stop' })
    yield `${head.slice(0, -1)},"image":"`
    yield* base64Of(png.body)
    yield `","total_duration":${Math.round((performance.now() - begun) * 1e6)}}\n`
  } finally {
    await leave(png.body)
  }
}

export function registerGenerate(scope: FastifyInstance, ports: AppPorts): void {
  const { generations } = ports
  const stop = stopping(scope)

  async function* tellAll(told: Told, first: Promise<IteratorResult<News, void>>, news: AsyncGenerator<News, void>) {
    const { asked } = told
    try {
      for (let step = await first; step.done !== true; step = await news.next()) {
        const { value } = step
        if (value.kind === 'ended') {
          yield* lastLine(ports, told, value.generation)
          return
        }
        const { completed, total } = value
        const created = new Date().toISOString()
        if (asked.stream) yield line({ model: asked.model, created_at: created, done: false, completed, total })
      }
      if (stop.aborted) yield line({ error: stoppingWords, done: true })
    } finally {
      await news.return()
    }
  }

  scope.post(
    '/generate',
    { ...access('generate', { compat: true, limit: 'generate' }), schema: { hide: true } },
    async (request, reply) => {
      const begun = performance.now()
      const { userId } = callerOf(request)
      const asked = readAsked(request.body)
      const { connection, model } = await findModel(ports.connections, userId, asked.model)
      const wanted = toRequest(asked, { connectionId: connection.id, model: model.id })
      const { id } = await generations.submit(userId, wanted, { origin: 'history' })

      const news = follow(ports, { userId, id }, AbortSignal.any([clientGone(reply), stop]))
      const first = news.next()
      const sign = await within(first, firstSignMs - (performance.now() - begun))
      if (sign?.done === true) throw new EaselError('shutting-down', stoppingWords)
      if (sign?.value.kind === 'ended' && sign.value.generation.images.length === 0) {
        await news.return()
        const { status, words } = refusalOf(sign.value.generation, ports.providers)
        return await reply.code(status).send({ error: words })
      }
      const lines = tellAll({ asked, userId, begun }, first, news)
      const sent = sendLines(reply, lines)
      // Nothing has been heard of the engine: the client learns at least that its request was taken.
      if (sign === null) reply.raw.flushHeaders()
      return await sent
    },
  )
}
