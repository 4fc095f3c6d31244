// Pictures taken out: one in the form that is wished for, or many as one archive.
import { Readable } from 'node:stream'
import { routes, type PictureFormQuery } from '@easel/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import type { ImageRow } from '#library/image-record.ts'
import type { Downloads, OpenDownload } from '#transfer/download/downloads.ts'
import type { PictureFiles } from '#transfer/download/picture-files.ts'
import { clientGone } from '../client-gone.ts'
import { access } from '../plugins/access.ts'
import { rangeOf } from '../ranges.ts'
import { contentDisposition, isFresh, setFileHeaders } from '../send-blob.ts'
import { serve } from '../serve.ts'

interface Ports {
  readonly downloads: Downloads
}

interface Exchange {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** Sends a picture that is made for this request. @throws EaselError `not-found`, `unsupported-media-type` */
export async function sendMade(
  { request, reply }: Exchange,
  pictureFiles: PictureFiles,
  { row, form }: { readonly row: ImageRow; readonly form: z.output<typeof PictureFormQuery> },
): Promise<FastifyReply> {
  const etag = pictureFiles.etag(row, form)
  if (isFresh(request, etag)) {
    setFileHeaders(reply, etag)
    return await reply.code(304).send()
  }
  const made = await pictureFiles.make(row, form, clientGone(reply))
  setFileHeaders(reply, etag)
  reply.header('accept-ranges', 'none')
  reply.header('content-disposition', contentDisposition(form.download ? 'attachment' : 'inline', made.filename))
  return await reply.type(made.mimeType).send(Buffer.from(made.bytes))
}

async function sendArchive({ request, reply }: Exchange, opened: OpenDownload): Promise<FastifyReply> {
  const { length, etag, filename } = opened
  reply.headers({ etag, 'cache-control': 'private, no-store', 'accept-ranges': length === null ? 'none' : 'bytes' })
  reply.header('content-disposition', contentDisposition('attachment', filename)).type('application/zip')
  const range = length === null ? null : rangeOf(request, reply, { size: length, etag })
  if (range !== null) reply.code(206).header('content-range', `bytes ${range.first}-${range.last}/${length}`)
  if (length !== null) reply.header('content-length', range === null ? length : range.last - range.first + 1)
  // Nothing is read for who only asks how long it is.
  const bytes = request.method === 'HEAD' ? [] : opened.read(range ?? undefined)
  return await reply.send(Readable.from(bytes, { objectMode: false }))
}

export function registerDownloads(app: FastifyInstance, { downloads }: Ports): void {
  serve(app, routes.downloadImages, async ({ caller, body, reply }) => {
    const { token, ...download } = await downloads.create(caller.userId, body, clientGone(reply))
    return { data: { ...download, url: `/api/images/download/${token}` } }
  })

  // Whoever has the address has the archive: a browser that saves it, and a program that takes it up again, sends nothing else.
  const schema = { params: z.object({ token: z.string() }), hide: true }
  app
    .withTypeProvider<ZodTypeProvider>()
    .get('/api/images/download/:token', { ...access('open'), schema }, async (request, reply) => {
      const opened = await downloads.open(request.params.token, clientGone(reply))
      if (opened === null) throw new EaselError('not-found', 'This download has ended. Ask for it again.')
      return await sendArchive({ request, reply }, opened)
    })
}
