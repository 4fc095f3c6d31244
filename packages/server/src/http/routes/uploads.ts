import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import type { Images } from '#library/images.ts'
import type { PngCopies } from '#library/png-copy.ts'
import type { Storage } from '#storage/spec/storage.ts'
import type { FileLinks } from '../file-links.ts'
import { namedBlob } from '../named-blob.ts'
import { access } from '../plugins/access.ts'
import { sendProblem, toProblem, unexpected } from '../plugins/errors.ts'
import { openToAllOrigins } from '../plugins/open-cors.ts'
import { sendBlob } from '../send-blob.ts'

interface Ports {
  readonly images: Images
  readonly pngCopies: PngCopies
  readonly storage: Storage
  readonly links: FileLinks
}

const Params = z.object({ userId: z.string(), filename: z.string() })

/** Contract E names its files by these addresses. Rules in docs/spec/limits.md (LI10 …). */
export async function registerUploads(
  app: FastifyInstance,
  { images, pngCopies, storage, links }: Ports,
): Promise<void> {
  await app.register(async (scope) => {
    scope.setErrorHandler(async (error, request, reply) => {
      const base = toProblem(error) ?? unexpected(request, error)
      return await sendProblem(reply, base.code === 'unauthorized' ? { ...base, error: 'Unauthorized' } : base)
    })
    const readable = access('read', { isSigned: links.isSigned })
    const schema = { params: Params, hide: true }
    scope.get('/uploads/generated/:userId/:filename', { ...readable, schema }, async (request, reply) => {
      const { userId, filename } = Params.parse(request.params)
      // Whoever is known is judged by who they are, whatever the address says; and before anything is looked for.
      if (request.caller !== null && request.caller.userId !== userId)
        throw new EaselError('forbidden', 'Access denied - you can only access your own images')
      const row = await images.byFilename(userId, filename)
      if (row === null) throw new EaselError('not-found', 'There is no such picture in your library.')
      const blob = await namedBlob(pngCopies, row)
      return await sendBlob({ request, reply }, storage, { ...blob, download: false })
    })
    openToAllOrigins(scope, ['/uploads'])
  })
}
