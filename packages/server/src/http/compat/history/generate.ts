// POST /generate: a generation, told line by line.
import type { Generation } from '@easel/contract'
import type { FastifyInstance } from 'fastify'
import type { AppPorts } from '../../app.ts'
import { base64Of, leave } from '../../base64-stream.ts'
import { access, callerOf } from '../../plugins/access.ts'
import { stopping } from '../../stopping.ts'
import type { News } from '../follow.ts'
import { findModel } from '../find-model.ts'
import { line, linesType } from '../lines.ts'
import { tell } from '../telling.ts'
import { readAsked, toRequest, type Asked } from './asked.ts'
import { refusalFrom, refusalOf } from './errors.ts'

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

  async function* linesOf(told: Told, news: AsyncIterable<News>): AsyncGenerator<string> {
    const { asked } = told
    try {
      for await (const sign of news) {
        if (sign.kind === 'ended') {
          yield* lastLine(ports, told, sign.generation)
          continue
        }
        const { completed, total } = sign
        const created = new Date().toISOString()
        if (asked.stream) yield line({ model: asked.model, created_at: created, done: false, completed, total })
      }
    } catch (error) {
      const refusal = refusalFrom(error)
      if (refusal === null) throw error
      // The status line is gone.
      yield line({ error: refusal.words, done: true })
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

      return await tell(reply, ports, {
        userId,
        id,
        begun,
        stop,
        type: linesType,
        text: (news) => linesOf({ asked, userId, begun }, news),
        async refuse(generation) {
          const { status, words } = refusalOf(generation, ports.providers)
          return await reply.code(status).send({ error: words })
        },
      })
    },
  )
}
