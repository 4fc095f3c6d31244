// Taking everything out, and back.
import { Readable } from 'node:stream'
import { routes } from '@easel/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Export, Exports } from '#transfer/export/export.ts'
import type { TakeBack } from '#transfer/take-back/take-back.ts'
import { clientGone } from '../client-gone.ts'
import { access, callerOf } from '../plugins/access.ts'
import { rangeOf } from '../ranges.ts'
import { contentDisposition } from '../send-blob.ts'
import { serve } from '../serve.ts'

interface Ports {
  readonly exports: Exports
  readonly takeBack: TakeBack
}

async function send(opened: Export, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { length, etag } = opened
  reply.headers({ etag, 'cache-control': 'private, no-store', 'accept-ranges': 'bytes' })
  reply.header('content-disposition', contentDisposition('attachment', 'easel-export.zip'))
  const range = rangeOf(request, reply, { size: length, etag })
  if (range !== null) reply.code(206).header('content-range', `bytes ${range.first}-${range.last}/${length}`)
  reply.type('application/zip').header('content-length', range === null ? length : range.last - range.first + 1)
  return await reply.send(Readable.from(opened.read(range ?? undefined), { objectMode: false }))
}

export function registerTransfer(app: FastifyInstance, { exports, takeBack }: Ports): void {
  serve(app, routes.takeBackRecords, ({ caller, body }) =>
    takeBack.records(caller.userId, body, { mayName: caller.role === 'admin' }),
  )

  // Its HEAD would plan a whole archive to say how long it is.
  const options = { ...access('account'), exposeHeadRoute: false, schema: { hide: true } }
  app.get('/api/me/export', options, async (request, reply) => {
    const gone = clientGone(reply)
    const opened = await exports.open(callerOf(request).userId, gone)
    // Whoever goes away before the first byte never begins to read.
    gone.addEventListener('abort', () => void opened.close())
    if (gone.aborted) await opened.close()
    if (gone.aborted) return await reply.send()
    try {
      return await send(opened, request, reply)
    } catch (error) {
      await opened.close()
      throw error
    }
  })
}
