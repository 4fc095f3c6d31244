import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import type { Images } from '#library/images.ts'
import type { Storage } from '#storage/spec/storage.ts'
import { access, callerOf } from '../plugins/access.ts'
import { openToAllOrigins } from '../plugins/open-cors.ts'
import { sendBlob } from '../send-blob.ts'
import { blobOf } from './images.ts'

interface Ports {
  readonly images: Images
  readonly storage: Storage
}

const Params = z.object({ userId: z.uuid(), filename: z.string().max(300) })

/** Contract E names its files by these addresses. */
export async function registerUploads(app: FastifyInstance, { images, storage }: Ports): Promise<void> {
  await app.register(async (scope) => {
    const schema = { params: Params, hide: true }
    scope.get('/uploads/generated/:userId/:filename', { ...access('read'), schema }, async (request, reply) => {
      const caller = callerOf(request)
      const { userId, filename } = Params.parse(request.params)
      const row = userId === caller.userId ? await images.byFilename(userId, filename) : null
      if (row === null) throw new EaselError('not-found', 'There is no such picture in your library.')
      return await sendBlob({ request, reply }, storage, { ...blobOf(row), download: false })
    })
    openToAllOrigins(scope, ['/uploads'])
  })
}
