// The pictures of a link: as a thumbnail, as large as a screen needs it, and as they may be saved.
import { Id } from '@easel/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import { thumbnailKey } from '#library/image-record.ts'
import type { Want } from '#sharing/decide.ts'
import { takeOne } from '#sharing/limits.ts'
import {
  keptSide,
  kindOf,
  sideForWidth,
  variantWidths,
  type Making,
  type VariantForm,
  type VariantFormat,
} from '#sharing/variants.ts'
import { numberOf, plainName } from '#sharing/view.ts'
import type { OpenEntry } from '#sharing/visits.ts'
import type { Storage } from '#storage/spec/storage.ts'
import { pictureName } from '#transfer/download/picture-name.ts'
import { clientGone } from '../client-gone.ts'
import { access } from '../plugins/access.ts'
import { blobOf } from '../routes/images.ts'
import { isFresh, sendBlob, setFileHeaders } from '../send-blob.ts'
import { pathOf } from './page.ts'
import type { ShareVisitPorts } from './share-visits.ts'
import { givePass, openHeaders, tagOf, visitorOf, type Exchange } from './visitor.ts'

const Params = z.object({ name: z.string().max(300), id: Id })
const ViewQuery = z.object({ width: z.enum(variantWidths.map(String)).optional() })

const damaged = () => new EaselError('not-found', 'This picture is damaged.')

/** Whether a client says that it takes a kind of picture, by name: a star stands for what it has always taken. */
const takes = (accept: string, type: string): boolean =>
  accept.split(',').some((part) => {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
    return name === type && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter))
  })

function formatFor({ headers: { accept = '' } }: FastifyRequest): VariantFormat {
  if (takes(accept, 'image/avif')) return 'avif'
  return takes(accept, 'image/webp') ? 'webp' : 'jpeg'
}

/** What is made for a visitor. */
export function makingFor({ request, reply }: Exchange, { sharing: { limits } }: ShareVisitPorts): Making {
  const { address } = visitorOf(request)
  return { gone: clientGone(reply), may: () => takeOne(limits.variants, address) }
}

/** Nobody is kept from what has no variant to be made. */
const unlimited = (reply: FastifyReply): Making => ({ gone: clientGone(reply), may: async () => undefined })

interface SmallFile {
  readonly etag: string
  readonly caching: string
  readonly mimeType: string
  /** How long caches may keep it; null and absent: not at all. */
  readonly freshSeconds?: number | null
  /** Where it is a file, for the proxy to send; absent: it is not handed over. */
  readonly kept?: { readonly storage: Storage; readonly key: string }
}

/** So long a proxy in front may send a small picture again without asking: as long a link that was taken back may still show it there. */
const keptSeconds = 2

/** Sends something small that is held in memory. */
export async function sendBytes(
  { request, reply }: Exchange,
  { etag, caching, mimeType, freshSeconds, kept }: SmallFile,
  read: () => Promise<Uint8Array>,
): Promise<FastifyReply> {
  setFileHeaders(reply, `"${etag}"`, caching)
  reply.header('accept-ranges', 'none')
  const { handOff } = request.server
  const seconds = Math.min(freshSeconds ?? 0, keptSeconds)
  // Bytes can be kept, an answer that names a file cannot.
  const isKept = handOff.keep({ request, reply }, seconds) && seconds > 0
  if (isFresh(request, `"${etag}"`)) return await reply.code(304).send()
  if (!isKept && kept !== undefined && (await handOff.take({ request, reply }, kept.storage, kept.key))) {
    return await reply.header('accept-ranges', 'bytes').type(mimeType).send()
  }
  const { buffer, byteOffset, length } = await read()
  return await reply.type(mimeType).send(Buffer.from(buffer, byteOffset, length))
}

/** Sends a picture as it may be saved. @param png whether it has to be one, as its address says so */
export async function sendOriginal(
  { request, reply }: Exchange,
  ports: ShareVisitPorts,
  { entry: { share, picture }, caching, png }: { entry: OpenEntry; caching: string; png: string | null },
): Promise<FastifyReply> {
  const { storage, pngCopies, sharing } = ports
  const form: VariantForm = { format: png === null ? 'original' : 'png' }
  const { extension, mimeType } = kindOf(picture, form)
  // Only what anybody may have and keep: an address that is passed on asks for no password and counts no visit.
  const signedSeconds = sharing.visits.freshSeconds(share) ?? 0
  const sending = { caching, signedSeconds, download: false }
  if (!share.prompt) {
    const kept = await sharing.variants.file(picture, form, unlimited(reply))
    const filename = `${plainName(share, numberOf(share, picture))}.${extension}`
    const blob = { ...kept, filename, sha256: tagOf(picture, form.format) }
    return await sendBlob({ request, reply }, storage, { ...blob, ...sending })
  }
  const blob = blobOf(picture)
  if (png === null) {
    const filename = pictureName(picture, extension)
    return await sendBlob({ request, reply }, storage, { ...blob, filename, ...sending })
  }
  const copy = await pngCopies.of(picture)
  if (copy === null) throw damaged()
  const { storageKey, size, version } = copy
  const file = { storageKey, size, sha256: version, mimeType, filename: png }
  return await sendBlob({ request, reply }, storage, { ...file, ...sending })
}

export function registerPictures(app: FastifyInstance, ports: ShareVisitPorts): void {
  const { derivatives, sharing, storage } = ports
  const { visits, variants } = sharing
  const typed = app.withTypeProvider<ZodTypeProvider>()

  async function enter(exchange: Exchange, { name, id }: z.output<typeof Params>, want: Want) {
    const entry = await visits.picture({ name, imageId: id, want }, visitorOf(exchange.request))
    givePass(exchange, entry.pass, pathOf(name))
    const caching = openHeaders(exchange.reply, visits, entry.share)
    return { entry, caching, freshSeconds: visits.freshSeconds(entry.share) }
  }

  /** The WebP that is made of every picture, or null where it is no smaller than the picture. */
  async function sendDerived(exchange: Exchange, entered: Awaited<ReturnType<typeof enter>>, side: 320) {
    const { entry, ...fresh } = entered
    const { picture } = entry
    const etag = tagOf(picture, String(side))
    const kept = { storage, key: thumbnailKey(picture.id, side) }
    return await sendBytes(exchange, { etag, ...fresh, mimeType: 'image/webp', kept }, async () => {
      const bytes = await derivatives.thumbnail(picture, side)
      if (bytes === null) throw damaged()
      return bytes
    })
  }

  typed.get(
    '/s/:name/images/:id/thumbnail',
    { ...access('open'), schema: { params: Params, hide: true } },
    async (request, reply) => {
      const exchange = { request, reply }
      return await sendDerived(exchange, await enter(exchange, request.params, 'picture'), 320)
    },
  )

  typed.get(
    '/s/:name/images/:id/view',
    { ...access('open'), schema: { params: Params, querystring: ViewQuery, hide: true } },
    async (request, reply) => {
      const exchange = { request, reply }
      const { width } = request.query
      const { entry, ...fresh } = await enter(exchange, request.params, 'picture')
      const { share, picture } = entry
      if (picture.damage !== null) throw damaged()
      const format = width === undefined ? 'webp' : formatFor(request)
      const within = share.download ? Infinity : keptSide
      const longestSide = width === undefined ? keptSide : sideForWidth(picture, Number(width), within)
      if (width !== undefined) reply.header('vary', 'Accept')
      const form = { format, longestSide }
      const etag = tagOf(picture, `${format}-${longestSide}`)
      const { mimeType } = kindOf(picture, form)
      return await sendBytes(exchange, { etag, ...fresh, mimeType }, async () => {
        const ready = width === undefined ? await derivatives.thumbnail(picture, 1280) : null
        return ready ?? (await variants.bytes(picture, form, makingFor(exchange, ports)))
      })
    },
  )

  typed.get(
    '/s/:name/images/:id/file',
    { ...access('open'), schema: { params: Params, hide: true } },
    async (request, reply) => {
      const exchange = { request, reply }
      return await sendOriginal(exchange, ports, { ...(await enter(exchange, request.params, 'original')), png: null })
    },
  )
}
