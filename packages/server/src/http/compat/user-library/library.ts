// Contract C: one library per user. Rules in docs/spec/old-clients.md (CC1 …).
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import type { ImageRow } from '#library/image-record.ts'
import type { AppPorts } from '../../app.ts'
import type { FileLinks } from '../../file-links.ts'
import { namedBlob } from '../../named-blob.ts'
import { access, callerOf } from '../../plugins/access.ts'
import { openToAllOrigins } from '../../plugins/open-cors.ts'
import { sendBlob } from '../../send-blob.ts'
import { nameIn, sendNamed } from '../../share-visits/named-images.ts'
import type { ShareVisitPorts } from '../../share-visits/share-visits.ts'
import { wordLibraryErrors } from './errors.ts'
import { registerGenerateImage } from './generate.ts'
import { leadsOut, uploadPath } from './names.ts'

type Ports = ShareVisitPorts & Pick<AppPorts, 'generations' | 'images'> & { readonly links: FileLinks }

const pageSize = 200
const noneYet = 'No images generated yet'
const hidden = { hide: true }
const readable = { ...access('read', { namesItself: true }), schema: hidden }

const ListQuery = z.object({
  limit: z.coerce
    .number('limit must be a number')
    .int('limit must be a whole number')
    .min(1, 'limit must be from 1 to 200')
    .max(200, 'limit must be from 1 to 200')
    .optional(),
  cursor: z.string().max(200).optional(),
})

const notFound = () => new EaselError('not-found', 'Image not found')
const denied = () => new EaselError('forbidden', 'Access denied')
const notYours = () => new EaselError('forbidden', 'Access denied - you can only access your own images')

const listed = (image: { filename: string; size: number; createdAt: string }, url: string) => ({
  filename: image.filename,
  url,
  timestamp: image.createdAt,
  size: image.size,
})

function registerList(scope: FastifyInstance, { images, links }: Ports): void {
  /** The whole library as it is read, so that a long one takes no memory. */
  async function* wholeList(request: FastifyRequest, userId: string): AsyncGenerator<string> {
    let count = 0
    yield '{"success":true,"images":['
    for await (const rows of images.pages(userId, pageSize)) {
      const items = rows.map(({ filename, bytes: size, created_at: created }) =>
        listed(
          { filename, size, createdAt: created.toISOString() },
          links.linkFor(request, uploadPath(userId, filename)),
        ),
      )
      yield `${count === 0 ? '' : ','}${items.map((item) => JSON.stringify(item)).join(',')}`
      count += rows.length
    }
    yield `],"count":${count}${count === 0 ? `,"message":${JSON.stringify(noneYet)}` : ''}}`
  }

  scope.get('/api/ai/my-images', readable, async (request, reply) => {
    const { userId } = callerOf(request)
    const asked = ListQuery.safeParse(request.query)
    if (!asked.success) throw new EaselError('bad-request', asked.error.issues[0]?.message ?? 'Not valid')
    reply.header('cache-control', 'private, no-cache')
    const { limit, cursor } = asked.data
    if (limit === undefined && cursor === undefined) {
      const text = Readable.from(wholeList(request, userId), { objectMode: false })
      return await reply.type('application/json; charset=utf-8').send(text)
    }
    const { data, nextCursor } = await images.list(userId, { limit: limit ?? 50, cursor })
    const items = data.map((image) => listed(image, links.linkFor(request, uploadPath(userId, image.filename))))
    const empty = items.length === 0 && cursor === undefined ? { message: noneYet } : {}
    return { success: true, images: items, count: items.length, ...empty, nextCursor }
  })
}

const OwnFile = z.object({ userId: z.string(), filename: z.string() })
const Folder = z.object({ folder: z.string(), filename: z.string() })
const Name = z.object({ '*': z.string() })
const LegacyName = z.object({ filename: z.string() })

function registerFiles(scope: FastifyInstance, ports: Ports): void {
  const { images, pngCopies, storage, links, sharing } = ports
  const send = async (request: FastifyRequest, reply: FastifyReply, row: ImageRow | null) => {
    if (row === null) throw notFound()
    const blob = await namedBlob(pngCopies, row)
    return await sendBlob({ request, reply }, storage, { ...blob, download: false })
  }

  scope.get('/api/ai/images/:userId/:filename', readable, async (request, reply) => {
    const { userId, filename } = OwnFile.parse(request.params)
    // Before anything is looked for: whether there is such a file is nobody else's business.
    if (callerOf(request).userId !== userId) throw notYours()
    return await send(request, reply, await images.byFilename(userId, filename))
  })

  const signed = { ...access('read', { namesItself: true, isSigned: links.isSigned }), schema: hidden }
  scope.get('/uploads/images/:folder/:filename', signed, async (request, reply) => {
    const { folder, filename } = Folder.parse(request.params)
    const userId = /^user-(.+)$/.exec(folder)?.[1]
    // Whoever is known is judged by who they are, whatever the address says.
    if (request.caller !== null && request.caller.userId !== userId) throw notYours()
    return await send(request, reply, userId === undefined ? null : await images.byFilename(userId, filename))
  })

  scope.get(
    '/api/ai/images/:filename',
    { ...access('open', { namesItself: true }), schema: hidden },
    async (request, reply) => {
      const { filename } = LegacyName.parse(request.params)
      const { caller } = request
      const mine = caller?.scopes.has('read') === true ? await images.byFilename(caller.userId, filename) : null
      if (mine !== null) return await send(request, reply, mine)
      reply.headers({ 'x-robots-tag': 'noindex', 'cache-control': 'no-store' })
      // A name that no link has is looked for as one all the same, so that guessing is counted.
      const name = (await sharing.unlisted.nameOfFile(nameIn(filename))) ?? filename
      return await sendNamed({ request, reply }, ports, name).catch((error: unknown) => {
        throw error instanceof EaselError && error.code === 'not-found' ? notFound() : error
      })
    },
  )

  scope.delete('/api/ai/images/*', { ...access('write', { namesItself: true }), schema: hidden }, async (request) => {
    const { '*': name } = Name.parse(request.params)
    if (leadsOut(name)) throw denied()
    const { userId } = callerOf(request)
    const row = await images.byFilename(userId, name)
    if (row === null) throw notFound()
    await images.remove(userId, row.id).catch((error: unknown) => {
      // Somebody was faster.
      throw error instanceof EaselError && error.code === 'not-found' ? notFound() : error
    })
    return { success: true, message: 'Image deleted successfully' }
  })
}

export async function registerUserLibrary(app: FastifyInstance, ports: Ports): Promise<void> {
  await app.register(async (scope) => {
    wordLibraryErrors(scope)
    registerGenerateImage(scope, ports)
    registerList(scope, ports)
    registerFiles(scope, ports)
    openToAllOrigins(scope, ['/api/ai'])
  })
}
