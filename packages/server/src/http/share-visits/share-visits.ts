// What visitors of links get: pages, pictures, archives, cards. Rules SH10 … in docs/spec/sharing.md.
import type { FastifyInstance } from 'fastify'
import type { AppPorts } from '../app.ts'
import { sendProblem, toProblem, unexpected } from '../plugins/errors.ts'
import { readShareAssets } from '../share-page/share-assets.ts'
import { registerArchive } from './archive.ts'
import { registerCards } from './cards.ts'
import { registerGallery } from './gallery.ts'
import { registerNamedImages } from './named-images.ts'
import { registerPage } from './page.ts'
import { registerPictures } from './pictures.ts'

export type ShareVisitPorts = Pick<
  AppPorts,
  'sharing' | 'storage' | 'derivatives' | 'pngCopies' | 'publicUrl' | 'cdnUrl'
>

/** What every answer of a scope says, errors among them: search engines stay out, and no cache keeps what was refused. */
function wordVisits(scope: FastifyInstance): void {
  scope.addHook('onRequest', async (_request, reply) => {
    reply.header('x-robots-tag', 'noindex')
  })
  scope.setErrorHandler(async (error, request, reply) => {
    reply.removeHeader('etag').removeHeader('content-disposition').removeHeader('x-accel-expires')
    reply.headers({ 'x-robots-tag': 'noindex', 'cache-control': 'no-store' })
    return await sendProblem(reply, toProblem(error) ?? unexpected(request, error))
  })
}

export async function registerShareVisits(
  app: FastifyInstance,
  ports: ShareVisitPorts & Pick<AppPorts, 'webFolder'>,
): Promise<void> {
  const assets = readShareAssets(ports.webFolder)
  await app.register(async (scope) => {
    wordVisits(scope)
    registerPage(scope, { ...ports, assets })
    registerPictures(scope, ports)
    registerArchive(scope, ports)
    registerCards(scope, ports)
    registerGallery(scope, { ...ports, assets })
  })
  await app.register(async (scope) => {
    wordVisits(scope)
    registerNamedImages(scope, ports)
  })
}
