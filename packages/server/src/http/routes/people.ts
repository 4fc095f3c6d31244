// Albums shared with people here: whom with, what members see and do, and their bytes. Rules SP1 … in docs/spec/people.md.
import { Id, routes } from '@easel/contract'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import type { Derivatives } from '#library/derivatives.ts'
import type { SeenPicture } from '#sharing/members.ts'
import { isTold } from '#sharing/membership.ts'
import type { Sharing } from '#sharing/sharing.ts'
import { keptSide, kindOf, type Making } from '#sharing/variants.ts'
import type { Storage } from '#storage/spec/storage.ts'
import { pictureName } from '#transfer/download/picture-name.ts'
import { clientGone } from '../client-gone.ts'
import { access, callerOf } from '../plugins/access.ts'
import { isFresh, sendBlob, setFileHeaders } from '../send-blob.ts'
import { serve, type Call } from '../serve.ts'
import { tagOf, type Exchange } from '../share-visits/visitor.ts'
import { blobOf } from './images.ts'

interface Ports {
  readonly sharing: Pick<Sharing, 'albumOwner' | 'members' | 'copyPictures' | 'variants'>
  readonly derivatives: Derivatives
  readonly storage: Storage
}

const damaged = () => new EaselError('not-found', 'This picture is damaged.')
/** Members are known: nobody is kept from what has to be made for them. */
const makingFor = (reply: FastifyReply): Making => ({ gone: clientGone(reply), may: async () => undefined })

type Asking = Pick<Call<typeof routes.getSharedAlbum>, 'caller' | 'params'>
const asked = ({ caller, params }: Asking) => ({ userId: caller.userId, albumId: params.id })

function registerOwners(app: FastifyInstance, { sharing: { albumOwner } }: Ports): void {
  serve(app, routes.findPeople, async ({ caller, body }) => ({ data: await albumOwner.find(caller.userId, body.text) }))
  serve(app, routes.listMyGroups, async ({ caller }) => ({ data: await albumOwner.groups(caller.userId) }))
  serve(app, routes.listAlbumPeople, async (call) => ({ data: await albumOwner.list(asked(call)) }))
  serve(app, routes.putAlbumPerson, async (call) => ({ data: await albumOwner.put(asked(call), call.body) }))
  serve(app, routes.removeAlbumPerson, async (call) => {
    await albumOwner.remove(asked(call), call.params.personId)
    return undefined
  })
}

function registerMembers(app: FastifyInstance, { sharing: { members, copyPictures } }: Ports): void {
  serve(app, routes.listSharedAlbums, async ({ caller }) => ({ data: await members.list(caller.userId) }))
  serve(app, routes.getSharedAlbum, async (call) => ({ data: await members.get(asked(call)) }))
  serve(app, routes.listSharedImages, (call) => members.page(asked(call), call.query))
  serve(app, routes.addSharedImages, async (call) => ({ data: await members.add(asked(call), call.body) }))
  serve(app, routes.removeSharedImages, async (call) => ({
    data: await members.takeOut(asked(call), call.body.imageIds),
  }))
  serve(app, routes.labelSharedImages, async (call) => ({ data: await members.label(asked(call), call.body) }))
  serve(app, routes.copySharedImages, async (call) => ({
    data: await copyPictures(asked(call), call.body.imageIds, clientGone(call.reply)),
  }))
  serve(app, routes.leaveSharedAlbum, async (call) => {
    await members.leave(asked(call))
    return undefined
  })
}

/** The file of a picture, with its story where that is told. */
async function sendFile(
  { request, reply }: Exchange,
  { sharing, storage }: Ports,
  { seen: { album, picture }, download }: { readonly seen: SeenPicture; readonly download: boolean },
): Promise<FastifyReply> {
  const { row } = picture
  const form = { format: 'original' } as const
  const { extension } = kindOf(row, form)
  if (isTold(album, picture)) {
    const blob = { ...blobOf(row), filename: pictureName(row, extension) }
    return await sendBlob({ request, reply }, storage, { ...blob, download })
  }
  const kept = await sharing.variants.file(row, form, makingFor(reply))
  const filename = `picture-${row.id.slice(-8)}.${extension}`
  const blob = { ...kept, filename, sha256: tagOf(row, 'plain') }
  return await sendBlob({ request, reply }, storage, { ...blob, download })
}

/** A WebP without anything but pixels, 320 or 1,280 of them on the long side. */
async function sendSmall(
  { request, reply }: Exchange,
  { sharing, derivatives }: Ports,
  { seen, side }: { readonly seen: SeenPicture; readonly side: 320 | 1280 },
): Promise<FastifyReply> {
  const { row } = seen.picture
  if (row.damage !== null) throw damaged()
  const etag = `"${tagOf(row, String(side))}"`
  if (isFresh(request, etag)) {
    setFileHeaders(reply, etag)
    return await reply.code(304).send()
  }
  const ready = await derivatives.thumbnail(row, side)
  if (ready === null && side === 320) throw damaged()
  // One that is no larger has none: it is made, as the file itself may tell its story.
  const bytes =
    ready ?? (await sharing.variants.bytes(row, { format: 'webp', longestSide: keptSide }, makingFor(reply)))
  setFileHeaders(reply, etag)
  return await reply.header('accept-ranges', 'none').type('image/webp').send(Buffer.from(bytes))
}

function registerFiles(app: FastifyInstance, ports: Ports): void {
  const { members } = ports.sharing
  const typed = app.withTypeProvider<ZodTypeProvider>()
  const params = routes.getSharedAlbum.params.extend({ imageId: Id })
  const membersOnly = access('read', { guests: 'refused' })
  const file = z.object({ download: z.stringbool().default(false) })
  const thumbnail = z.object({ size: z.enum(['320', '1280']).default('320') })

  typed.get(
    '/api/shared/albums/:id/images/:imageId/file',
    { ...membersOnly, schema: { params, querystring: file, hide: true } },
    async (request, reply) => {
      const { id: albumId, imageId } = request.params
      const seen = await members.picture({ userId: callerOf(request).userId, albumId }, imageId)
      return await sendFile({ request, reply }, ports, { seen, download: request.query.download })
    },
  )
  typed.get(
    '/api/shared/albums/:id/images/:imageId/thumbnail',
    { ...membersOnly, schema: { params, querystring: thumbnail, hide: true } },
    async (request, reply) => {
      const { id: albumId, imageId } = request.params
      const seen = await members.picture({ userId: callerOf(request).userId, albumId }, imageId)
      return await sendSmall({ request, reply }, ports, { seen, side: request.query.size === '320' ? 320 : 1280 })
    },
  )
}

export function registerPeople(app: FastifyInstance, ports: Ports): void {
  registerOwners(app, ports)
  registerMembers(app, ports)
  registerFiles(app, ports)
}
