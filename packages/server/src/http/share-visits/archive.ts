// Everything that a link shows, as one archive that is made while it is sent.
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { EaselError, isStorageAway } from '#base/errors.ts'
import { refusalOf } from '#sharing/decide.ts'
import { takeOne } from '#sharing/limits.ts'
import type { ShareRow } from '#sharing/share-record.ts'
import type { ShownPicture } from '#sharing/shown-pictures.ts'
import { kindOf, type Making } from '#sharing/variants.ts'
import { plainName, titleName } from '#sharing/view.ts'
import { openWriter } from '#transfer/download/made-archive.ts'
import { pictureName } from '#transfer/download/picture-name.ts'
import { missingName, missingText, type Missing } from '#transfer/download/plan.ts'
import { createNamer } from '#transfer/zip/entry-names.ts'
import { clientGone } from '../client-gone.ts'
import { access } from '../plugins/access.ts'
import { contentDisposition } from '../send-blob.ts'
import { pathOf } from './page.ts'
import type { ShareVisitPorts } from './share-visits.ts'
import { givePass, openHeaders, visitorOf } from './visitor.ts'

const Params = z.object({ name: z.string().max(300) })

/** The file as it may be saved. @throws EaselError `not-found` and others where it cannot be had */
async function bytesOf(
  { storage, sharing }: ShareVisitPorts,
  { share, picture, making }: { share: ShareRow; picture: ShownPicture; making: Making },
): Promise<Uint8Array> {
  const key = share.prompt
    ? picture.storage_key
    : (await sharing.variants.file(picture, { format: 'original' }, making)).storageKey
  const bytes = await storage.read(key)
  if (bytes === null) throw new EaselError('not-found', 'The file of this picture is missing.')
  return bytes
}

async function* archiveOf(ports: ShareVisitPorts, share: ShareRow, gone: AbortSignal): AsyncGenerator<Uint8Array> {
  const making: Making = { gone, may: async () => undefined }
  const writer = openWriter()
  const namer = createNamer()
  namer(missingName)
  const missing: Missing[] = []
  let number = 0
  for await (const pictures of ports.sharing.visits.pictures(share)) {
    for (const picture of pictures) {
      number += 1
      const { extension } = kindOf(picture, { format: 'original' })
      const wanted = share.prompt ? pictureName(picture, extension) : `${plainName(share, number)}.${extension}`
      const name = namer(wanted)
      try {
        const bytes = await bytesOf(ports, { share, picture, making })
        yield* writer.entry(name, picture.created_at.getTime(), bytes)
      } catch (error) {
        if (!(error instanceof EaselError) || error.code === 'internal' || isStorageAway(error) || gone.aborted)
          throw error
        missing.push({ id: picture.id, filename: name, why: error.message })
      }
    }
  }
  if (missing.length > 0) yield* writer.entry(missingName, Date.now(), Buffer.from(missingText(missing)))
  yield* writer.end()
}

export function registerArchive(app: FastifyInstance, ports: ShareVisitPorts): void {
  const { visits, limits } = ports.sharing
  const schema = { params: Params, hide: true }
  app
    .withTypeProvider<ZodTypeProvider>()
    .get('/s/:name/zip', { ...access('open'), schema }, async (request, reply): Promise<FastifyReply> => {
      const { name } = request.params
      const visitor = visitorOf(request)
      const entry = await visits.enter({ name, want: 'archive' }, visitor)
      if (entry.state !== 'open') throw refusalOf(entry)
      const { share } = entry
      const isHead = request.method === 'HEAD'
      if (!isHead) await takeOne(limits.archives, visitor.address)
      openHeaders(reply, visits, share)
      // Nobody keeps gigabytes on the way.
      reply.headers({ 'cache-control': 'private, no-store', 'accept-ranges': 'none' })
      const filename = createNamer()(`${titleName(share, 'pictures')}.zip`)
      reply.header('content-disposition', contentDisposition('attachment', filename)).type('application/zip')
      givePass({ request, reply }, entry.pass, pathOf(name))
      const bytes = isHead ? [] : archiveOf(ports, share, clientGone(reply))
      return await reply.send(Readable.from(bytes, { objectMode: false }))
    })
}
