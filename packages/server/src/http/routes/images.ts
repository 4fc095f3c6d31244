import { PictureFormQuery, routes } from '@easel/contract'
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import type { Derivatives } from '#library/derivatives.ts'
import type { ImageRow } from '#library/image-record.ts'
import type { Images } from '#library/images.ts'
import type { Storage } from '#storage/spec/storage.ts'
import type { PictureFiles } from '#transfer/download/picture-files.ts'
import { pictureName } from '#transfer/download/picture-name.ts'
import { isFresh, sendBlob, setFileHeaders } from '../send-blob.ts'
import { access, callerOf } from '../plugins/access.ts'
import { serve } from '../serve.ts'
import { sendMade } from './downloads.ts'

interface Ports {
  readonly images: Images
  readonly derivatives: Derivatives
  readonly storage: Storage
  readonly pictureFiles: PictureFiles
}

const ThumbnailQuery = z.object({
  size: z.enum(['320', '1280']).default('320'),
  /** Looks in the trash, and only there: a deleted picture is gone for everything that does not ask for it. */
  trash: z.stringbool().optional(),
})

const missing = () => new EaselError('not-found', 'There is no such picture in your library.')

const damaged = () => new EaselError('not-found', 'This picture is damaged and has no thumbnail.')

/** Of what the file is, which its name need not say: clients of the older systems want names that end in `.png`. */
const extensionOf = ({ mime_type: type }: ImageRow) => type.slice(type.indexOf('/') + 1).replace('jpeg', 'jpg')

export const blobOf = (row: ImageRow) => ({
  storageKey: row.storage_key,
  size: row.bytes,
  sha256: row.sha256,
  mimeType: row.mime_type,
  filename: row.filename,
})

export function registerImages(app: FastifyInstance, ports: Ports): void {
  const { images, derivatives, storage, pictureFiles } = ports
  serve(app, routes.listImages, ({ caller, query }) => images.list(caller.userId, query))
  serve(app, routes.getImage, async ({ caller, params }) => ({ data: await images.get(caller.userId, params.id) }))
  serve(app, routes.deleteImage, ({ caller, params }) => images.remove(caller.userId, params.id).then(() => undefined))
  serve(app, routes.restoreImage, async ({ caller, params }) => ({
    data: await images.restore(caller.userId, params.id),
  }))

  const typed = app.withTypeProvider<ZodTypeProvider>()
  const params = routes.getImage.params
  typed.get(
    '/api/images/:id/file',
    { ...access('read'), schema: { params, querystring: PictureFormQuery, hide: true } },
    async (request, reply) => {
      const { userId } = callerOf(request)
      const row = await images.row(userId, request.params.id)
      if (row === null) throw missing()
      const form = request.query
      const asKept = form.format === 'original' && form.prompt
      if (!asKept) return await sendMade({ request, reply }, pictureFiles, { row, form })
      const blob = blobOf(row)
      const filename = form.download ? pictureName(row, extensionOf(row)) : row.filename
      return await sendBlob({ request, reply }, storage, { ...blob, filename, download: form.download })
    },
  )

  const thumbnailSchema = { params, querystring: ThumbnailQuery, hide: true }
  typed.get('/api/images/:id/thumbnail', { ...access('read'), schema: thumbnailSchema }, async (request, reply) => {
    const { userId } = callerOf(request)
    const { size, trash = false } = request.query
    const row = await (trash ? images.trashedRow : images.row)(userId, request.params.id)
    if (row === null) throw missing()
    if (row.damage !== null) throw damaged()
    const etag = `"${row.sha256}-${size}"`
    if (isFresh(request, etag)) {
      setFileHeaders(reply, etag)
      return await reply.code(304).send()
    }
    const bytes = await derivatives.thumbnail(row, size === '320' ? 320 : 1280)
    if (bytes === null) {
      // A picture no larger than the asked thumbnail is its own; any other could not be decoded just now.
      const own = size === '1280' && Math.max(row.width, row.height) <= 1280
      if (!own) throw damaged()
      return await sendBlob({ request, reply }, storage, { ...blobOf(row), download: false })
    }
    setFileHeaders(reply, etag)
    return await reply.type('image/webp').send(bytes)
  })
}
